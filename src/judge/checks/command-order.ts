// Hello, MAIL, RCPT, DATA, and one transaction at a time (RFC 5321 3.3, 4.1.4). What follows a refusal in good order, such
// as RCPT after a refused MAIL, is not out of order here: the checks of those refusals judge it.

import { broken, pass, perDialogue, referTo, type Check, type Shown } from '../check';
import type { Dialogue, Exchange } from '../dialogue';
import type { Transaction } from '../transactions';
import type { Finding } from '../verdict';

/** Commands of a transaction; everything else may come at any time (RFC 5321 4.1.4). */
const MAIL_VERBS: ReadonlySet<string> = new Set(['MAIL', 'RCPT', 'DATA', 'BDAT']);

type Hello = 'none' | 'refused' | 'accepted';

const commandOrder = perDialogue('command-order', (dialogue) => {
  const faults: Finding[] = [];
  let hello: Hello = 'none';
  let judged: Exchange | null = null;
  const closed = said421(dialogue);
  for (const command of dialogue.commands) {
    if (command.verb === 'EHLO' || command.verb === 'HELO') hello = helloBy(hello, command);
    if (!MAIL_VERBS.has(command.verb)) continue;
    judged = command;
    const fault = withoutHello(dialogue, command, hello) ?? outOfOrder(dialogue, command);
    if (fault === null) continue;
    // After 421 nothing but QUIT was in order, whatever it was.
    faults.push(closed !== null && command.firstSeq > closed ? referTo('reply-async-421', fault) : fault);
    // One missing hello makes every later command homeless; it is one fault.
    if (hello !== 'accepted') break;
  }
  if (faults.length > 0) return faults;
  return judged === null ? null : pass('its commands came in order', judged);
});

function helloBy(before: Hello, { reply }: Exchange): Hello {
  if (reply?.digit === 2) return 'accepted';
  return before === 'accepted' ? before : 'refused';
}

function said421(dialogue: Dialogue): number | null {
  const replies = [...dialogue.exchanges.map(({ reply }) => reply), ...dialogue.unsolicited];
  return replies.find((reply) => reply?.code === 421)?.endedSeq ?? null;
}

function withoutHello(dialogue: Dialogue, command: Exchange, hello: Hello): Finding | null {
  if (hello === 'accepted') return null;
  const greeting = dialogue.exchanges[0];
  const what = hello === 'none' ? 'without EHLO or HELO' : 'although no EHLO or HELO had been accepted';
  const found = broken(`${command.verb} came ${what}`, command);
  return greeting?.verb === 'connect' && greeting.reply?.digit === 5 ? referTo('greeting-554', found) : found;
}

function outOfOrder(dialogue: Dialogue, command: Exchange): Finding | null {
  const { transaction, verb } = command;
  if (verb === 'MAIL')
    return transaction === null ? null : whileOpen(command, dialogue.transactions[transaction.index - 1]);
  if (transaction === null) return broken(`${verb} came outside of a transaction`, command);
  if (verb === 'RCPT' || !transaction.accepted) return null;
  const [first] = transaction.recipients;
  const named = first !== undefined && first.exchange.index < command.index;
  return named ? null : broken(`${verb} came before any RCPT`, command, transaction.mail);
}

/**
 * A transaction that was open when the next MAIL came. After a refused dot it no longer is: its buffers are spent. Where
 * RSET had been tried and refused, `rset-non-250` judges.
 */
function whileOpen(mail: Exchange, before: Transaction | undefined): Finding | null {
  if (before === undefined || !before.accepted || before.end !== 'mail') return null;
  const tried = before.exchanges.some(({ verb }) => verb === 'RSET' || verb === 'EHLO' || verb === 'HELO');
  if (tried) return null;
  const shown: readonly Shown[] = [mail, before.mail];
  return broken(`MAIL came while the transaction from <${before.sender}> was still open`, ...shown);
}

export const commandOrderChecks: readonly Check[] = [commandOrder];

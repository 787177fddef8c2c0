// Using and leaving a connection. Closing without QUIT is judged here and nowhere else, whatever happened before it
// (RFC 5321 4.1.1.10): after a refusal, after a greeting of 554, after an error of the client's own.

import type { Exchange } from '../dialogue';
import { broken, inconclusive, notApplicable, pass, perDialogue, place, type Check } from '../check';
import type { Dialogue } from '../dialogue';
import { farewellOf, mayBeFarewell } from '../farewell';
import { isLostOnPath } from '../path-end';
import { hasLeft } from '../patience';
import type { Finding } from '../verdict';
import { waiting } from '../waiting';

const quitBeforeClose = perDialogue('quit-before-close', (dialogue, view) => {
  const quit = farewellOf(dialogue);
  if (quit !== null) {
    return pass(
      quit.command === null ? 'it sent QUIT, which we no longer took' : 'it sent QUIT before the end',
      quit.shown,
    );
  }
  const exempt = exemption(dialogue);
  if (exempt !== null) return exempt;
  const { left } = dialogue.ending;
  if (left === null) return inconclusive('the record ends with the client still connected');
  if (!hasLeft(view, dialogue)) return inconclusive('it was stopped when the trial was over');
  const act = place(dialogue, left, left.what === 'reset' ? 'C- RST' : 'C- FIN');
  const last = dialogue.exchanges.at(-1)?.reply;
  return broken('it closed the connection without QUIT', act, ...(last == null ? [] : [last]));
});

/** After a 354 whatever it says is mail data, also when none of them came out of the path. */
function isToSendData(last: Exchange | undefined): boolean {
  return last?.verb === 'DATA' && last.reply?.code === 354;
}

/** Endings that are no breach: ours, those we provoked by silence, and those where QUIT could not be said. */
function exemption(dialogue: Dialogue): Finding | null {
  const { exchanges, unsolicited, tls, ending } = dialogue;
  if (ending.first === 'server') return notApplicable('we ended the connection first');
  if ([...exchanges.map(({ reply }) => reply), ...unsolicited].some((reply) => reply?.code === 421)) {
    return notApplicable('we had said 421');
  }
  const handshake = tls.at(-1);
  if (handshake !== undefined && handshake.outcome?.phase !== 'secured') {
    return notApplicable('the TLS handshake came to nothing (RFC 3207 4)');
  }
  const last = exchanges.at(-1);
  if (hasBegunTls(dialogue, last?.seq ?? 0)) return notApplicable('it had begun with TLS, and we went on in clear');
  if (last?.reply != null && isLostOnPath(dialogue, last.reply)) {
    return notApplicable(`the path ended the connection before our reply to ${last.verb} came out of it`);
  }
  if (handshake?.outcome != null && last !== undefined && last.seq < handshake.outcome.seq && last.verb !== 'connect') {
    return notApplicable('it left right after the TLS handshake, which tls-insufficient-quit judges');
  }
  if (last !== undefined && mayBeFarewell(last)) {
    return inconclusive('its last SASL response is masked, and as long as QUIT', last);
  }
  if (last?.message?.complete === false || isToSendData(last))
    return inconclusive('it left within mail data, where QUIT cannot be said');
  if (last !== undefined && last.reply === null && waiting(dialogue, last).by === 'left') {
    return notApplicable('it left waiting for our reply, which timeout-then-quit judges');
  }
  return null;
}

/** What it said last were TLS records, which nobody here could read. */
function hasBegunTls({ record }: Dialogue, after: number): boolean {
  return record.events.some((event) => event.type === 'tls' && event.phase === 'client-hello' && event.seq > after);
}

export const sessionChecks: readonly Check[] = [quitBeforeClose];

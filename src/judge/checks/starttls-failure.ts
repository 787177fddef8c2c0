// STARTTLS that goes wrong: refused, broken off in the handshake, or with a forged reply slipped in behind its 220
// (RFC 3207 4, 4.2, 6). What counts as right hangs on what the client had been told about TLS.

import { parseCommand } from '../../smtp/command';
import {
  broken,
  inconclusive,
  observed,
  pass,
  perDialogue,
  place,
  referTo,
  type Check,
  type TrialView,
} from '../check';
import type { Dialogue, Exchange, Reply, TlsSection } from '../dialogue';
import { forgedIn } from '../forged';
import { hasLeft } from '../patience';
import { mechanismsOf } from '../sasl';
import { firstAfter, leaving, untakenLines } from '../sequel';
import { gotPlaintext, requiresTls, waivesTls, wishFor } from '../tls-wish';
import type { Evidence, Finding } from '../verdict';
import { stayedQuiet } from '../waiting';

// --- refused -----------------------------------------------------------------------------------------------------

const starttls454 = perDialogue(
  'starttls-454',
  (dialogue, view) => {
    const starttls = dialogue.commands.find(({ verb, secured, reply }) => {
      return verb === 'STARTTLS' && !secured && (reply?.digit === 4 || reply?.digit === 5);
    });
    return starttls?.reply == null ? null : judgeRefusal(view, dialogue, starttls.reply);
  },
  // Refused by a box of the path, it is refused all the same.
  { despite: ['path'] },
);

function judgeRefusal(view: TrialView, dialogue: Dialogue, reply: Reply): Finding {
  const wish = wishFor(view, dialogue);
  const after = `after ${reply.code ?? 'the refusal'} to STARTTLS it`;
  const went = dialogue.commands.find((command) => command.firstSeq > reply.endedSeq && isInClear(dialogue, command));
  if (went !== undefined && requiresTls(wish)) {
    return broken(`${after} sent ${went.verb} in clear, although it was told to require TLS`, went, reply);
  }
  const next = went ?? firstAfter(dialogue, reply.endedSeq);
  if (next === null && !hasLeft(view, dialogue)) {
    return inconclusive('nothing came after the refusal of STARTTLS before the end of the record', reply);
  }
  const how = next === null ? 'left' : `went on with ${next.verb}${went === undefined ? '' : ' in clear'}`;
  const shown = next ?? leaving(dialogue);
  if (wish === null) return observed(`${after} ${how}; what it was told about TLS is not known`, shown, reply);
  return pass(`${after} ${how}`, shown, reply);
}

/** MAIL or AUTH outside TLS, unless the message itself waives TLS (RFC 8689 3). */
function isInClear(dialogue: Dialogue, { verb, secured, transaction }: Exchange): boolean {
  if (secured || (verb !== 'MAIL' && verb !== 'AUTH')) return false;
  return verb === 'AUTH' || transaction === null || !waivesTls(dialogue, transaction);
}

// --- broken off --------------------------------------------------------------------------------------------------

const starttlsHandshakeFail = perDialogue(
  'starttls-handshake-fail',
  (dialogue) =>
    dialogue.tls.flatMap((section) => {
      const { outcome } = section;
      // Where plaintext came instead, there was no handshake to fail.
      if (outcome?.phase !== 'failed' || gotPlaintext(section)) return [];
      const failure = place(dialogue, outcome, `TLS failed ${outcome.reason ?? ''}`);
      const said = firstAfter(dialogue, outcome.seq);
      const unread = untakenLines(dialogue, outcome.seq, 1).find(({ verb }) => verb !== 'unknown');
      const masked = clearWord(dialogue, outcome.seq);
      if (said !== null || unread !== undefined || masked !== null) {
        const verb = said?.verb ?? unread?.verb ?? masked?.verb ?? 'a command';
        const shown = said ?? unread?.shown ?? masked?.shown ?? failure;
        return [broken(`${verb} came in clear on the connection whose handshake had failed`, shown, failure)];
      }
      const { left, first, closing } = dialogue.ending;
      if (left === null && first === 'server' && closing?.how === 'close') {
        return [pass('it said nothing more on the connection whose handshake had failed', failure)];
      }
      if (left === null) return [inconclusive('the record ends right after the failed handshake', failure)];
      return [pass('it abandoned the connection when the handshake had failed', leaving(dialogue), failure)];
    }),
  // A server whose handshake fails closes: that is how TLS fails.
  { despite: ['closed', 'reset'] },
);

/** Behind a path, octets for a TLS that is gone go no further; what a box still passed on is on the record. */
function clearWord(dialogue: Dialogue, after: number): { readonly verb: string; readonly shown: Evidence } | null {
  for (const event of dialogue.record.events) {
    if (event.type !== 'received' || event.seq < after || event.octets === undefined) continue;
    const line = event.octets.toString('latin1').split(/\r?\n/, 1)[0] ?? '';
    const command = parseCommand(line);
    if (command.event !== 'unknown') return { verb: command.event, shown: place(dialogue, event, `C: ${line}`) };
  }
  return null;
}

// --- a forged reply ----------------------------------------------------------------------------------------------

const starttlsResponseInjection = perDialogue(
  'starttls-response-injection',
  (dialogue, view) =>
    dialogue.tls.flatMap((section) => {
      const forged = forgedIn(view, dialogue, section);
      return forged === null ? [] : [judgeForged(view, dialogue, section, forged)];
    }),
  // They are the provocation.
  { despite: ['path', 'unsolicited-reply', 'raw-octets', 'mixed-codes', 'malformed-reply'] },
);

function judgeForged(view: TrialView, dialogue: Dialogue, { outcome }: TlsSection, forged: string): Finding {
  if (outcome === null) return inconclusive('the record ends before the handshake did');
  const end = place(dialogue, outcome, `TLS ${outcome.phase}`);
  const first = outcome.phase === 'secured' ? firstAfter(dialogue, outcome.seq) : null;
  if (first === null) {
    if (!hasLeft(view, dialogue)) return inconclusive('the record ends right after the forged reply', end);
    return pass('it gave up after the forged reply', leaving(dialogue), end);
  }
  const used = useOfForged(dialogue, outcome.seq, forged);
  if (used !== null) return used;
  const next = dialogue.exchanges[first.index + 1];
  if (next !== undefined && next.outstanding.state === 'early') {
    const reason = `${next.verb} came inside TLS before our reply to ${first.verb}, as if the forged one had answered it`;
    return broken(reason, next, first, end);
  }
  if (stayedQuiet(dialogue, first)) return pass(`it waited for our true reply to ${first.verb} inside TLS`, first, end);
  if (first.verb === 'QUIT') return pass('it gave up after the forged reply', first, end);
  return inconclusive('our reply inside TLS was not held back, so waiting for it shows nothing', first);
}

/** A mechanism that only the forged list offers. */
function useOfForged(dialogue: Dialogue, after: number, forged: string): Finding | null {
  const auth = dialogue.commands.find((command) => {
    if (command.verb !== 'AUTH' || command.seq < after) return false;
    const mechanism = command.parsed.argument.split(' ', 1)[0] ?? '';
    return isForged(mechanism, forged) && !mechanismsOf(command.offer?.keywords ?? []).has(mechanism.toUpperCase());
  });
  if (auth === undefined) return null;
  const found = broken('it used a mechanism inside TLS that only the forged reply had offered', auth);
  return referTo('auth-only-if-offered', found);
}

function isForged(mechanism: string, forged: string): boolean {
  return forged
    .toUpperCase()
    .split(/[\s=]+/)
    .includes(mechanism.toUpperCase());
}

export const starttlsFailureChecks: readonly Check[] = [starttls454, starttlsHandshakeFail, starttlsResponseInjection];

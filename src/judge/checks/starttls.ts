// STARTTLS, up to the first words inside TLS: used where offered and nowhere else, followed by a handshake and nothing
// else, by a fresh EHLO, and by no second STARTTLS (RFC 3207). What the client saw offered is what reached the wire.
// Refusals and failures are in starttls-failure.ts, certificates and required TLS in tls.ts.

import { keywordOfVerb, offers } from '../../smtp/extension';
import {
  broken,
  inconclusive,
  observed,
  notApplicable,
  pass,
  perDialogue,
  perExchange,
  perTrial,
  place,
  referTo,
  warned,
  type Check,
} from '../check';
import type { Dialogue, Exchange, TlsSection } from '../dialogue';
import { isOffered } from '../offer';
import { sawOffered } from '../list-seen';
import { usesOf } from '../section';
import { firstAfter } from '../sequel';
import { gotPlaintext, requiresTls, wishFor } from '../tls-wish';
import type { Finding } from '../verdict';

/** What a box of the path did to the list is taken into account: the list is the one that reached the client. */
const SEEN = { despite: ['path'] } as const;

// --- used where offered, and only there --------------------------------------------------------------------------

const starttlsUsedIfOffered = perTrial(
  'starttls-used-if-offered',
  (view) => {
    const findings: Finding[] = [];
    let failed: Dialogue | null = null;
    for (const dialogue of view.dialogues) {
      const asked = dialogue.commands.find(
        (command) => isClearStarttls(command) && sawOffered(dialogue, command, 'STARTTLS'),
      );
      const inClear = dialogue.transactions.find(
        ({ mail }) => !mail.secured && sawOffered(dialogue, mail, 'STARTTLS'),
      )?.mail;
      if (asked !== undefined) findings.push(observed('it used STARTTLS where it was offered', asked));
      else if (inClear !== undefined) {
        findings.push(judgeClear(inClear, wishFor(view, dialogue) === 'none', failed));
      }
      if (failedTls(dialogue)) failed = dialogue;
    }
    return findings;
  },
  SEEN,
);

function judgeClear(mail: Exchange, toldNotTo: boolean, failed: Dialogue | null): Finding {
  if (toldNotTo) return notApplicable('it was told to do without TLS', mail);
  if (failed !== null)
    return observed(`it went on in clear after TLS had failed on connection ${failed.connection}`, mail);
  return warned('it sent MAIL in clear although STARTTLS was offered', mail);
}

/** Asked for in vain: refused, broken off, or left before a word was said inside. */
function failedTls({ commands, exchanges }: Dialogue): boolean {
  const asked = commands.some((command) => isClearStarttls(command) && command.reply !== null);
  return asked && !exchanges.some(({ secured }) => secured);
}

function isClearStarttls({ verb, secured }: Exchange): boolean {
  return verb === 'STARTTLS' && !secured;
}

const starttlsNotIfNotOffered = perDialogue(
  'starttls-not-if-not-offered',
  (dialogue, view) => {
    const asked = dialogue.commands.filter(isClearStarttls);
    const unasked = asked.find((command) => !sawOffered(dialogue, command, 'STARTTLS'));
    if (unasked !== undefined) {
      const list = unasked.offer === null ? 'without any list in force' : 'although the list did not offer it';
      // A client that may not go on without TLS has nothing to lose by asking.
      const judge = requiresTls(wishFor(view, dialogue)) ? warned : broken;
      return judge(`it sent STARTTLS ${list}`, unasked, ...(unasked.offer === null ? [] : [unasked.offer.hello]));
    }
    const [first] = asked;
    if (first !== undefined) return pass('it sent STARTTLS where it was offered', first);
    const without = dialogue.commands.find(({ offer, secured }) => offer !== null && !secured);
    if (without === undefined || sawOffered(dialogue, without, 'STARTTLS')) return null;
    return pass(`it went on with ${without.verb} where STARTTLS was not offered`, without);
  },
  SEEN,
);

// --- the handshake, and nothing else -----------------------------------------------------------------------------

const starttlsNoPlaintextAfter = perExchange('starttls-no-plaintext-after', ['STARTTLS'], (starttls, dialogue) => {
  const { reply, secured } = starttls;
  if (secured || reply?.code !== 220) return null;
  const section = dialogue.tls.find((candidate) => candidate.starttls === starttls);
  const behind = plaintextBehind(dialogue, starttls, section);
  if (behind !== null) {
    const found = broken(`${behind.what} came in clear behind STARTTLS, in place of a handshake`, behind.shown, reply);
    // Sent before the 220 could be known: the act is not ending the group.
    return behind.seq < reply.endedSeq ? referTo('pipeline-starttls-last', found) : found;
  }
  if (section === undefined) {
    const hello = clientHello(dialogue, reply.endedSeq);
    if (hello !== null)
      return pass('a ClientHello was the first that came after the 220', place(dialogue, hello, 'C: (ClientHello)'));
    return inconclusive('nothing came after the 220, neither a handshake nor a command', reply);
  }
  const { outcome, started } = section;
  if (outcome === null)
    return inconclusive('the record ends before the handshake began', place(dialogue, started, 'TLS started'));
  const end = place(dialogue, outcome, `TLS ${outcome.phase} ${outcome.reason ?? ''}`);
  if (gotPlaintext(section)) return broken('octets in clear came after the 220, where a handshake was due', end, reply);
  if (outcome.phase === 'secured') return pass('the handshake followed the 220 at once', end);
  if (/closed/i.test(outcome.reason ?? '')) return inconclusive('it left after the 220 without a handshake', end);
  return pass('the handshake was begun after the 220, though it failed', end);
});

interface Behind {
  readonly what: string;
  readonly shown: Exchange | ReturnType<typeof place>;
  readonly seq: number;
}

/** Octets behind the STARTTLS line that are no part of a handshake: thrown away before it, or taken as a command. */
function plaintextBehind(dialogue: Dialogue, starttls: Exchange, section: TlsSection | undefined): Behind | null {
  const until = section?.started.seq ?? -1;
  const discarded = dialogue.untaken.find(({ seq }) => seq >= starttls.lastSeq && seq < until);
  if (discarded !== undefined) {
    const shown = place(dialogue, discarded, `C: ${discarded.octets.toString('latin1')}`);
    return { what: `${discarded.length} octets`, shown, seq: discarded.seq };
  }
  const next = dialogue.exchanges[starttls.index + 1];
  if (section !== undefined || next === undefined) return null;
  // What is said behind a ClientHello that nobody answers is another matter.
  if ((clientHello(dialogue, starttls.seq)?.seq ?? Infinity) < next.firstSeq) return null;
  return { what: next.verb === 'unknown' ? 'a line' : next.verb, shown: next, seq: next.firstSeq };
}

/** TLS records where the session went on reading lines: noted, and not taken for commands. */
function clientHello({ record }: Dialogue, after: number): { readonly seq: number } | null {
  return (
    record.events.find((event) => event.type === 'tls' && event.phase === 'client-hello' && event.seq > after) ?? null
  );
}

// --- inside TLS --------------------------------------------------------------------------------------------------

const starttlsEhloAgain = perDialogue('starttls-ehlo-again', (dialogue) =>
  dialogue.tls.flatMap(({ starttls, outcome }) => {
    if (starttls === null || outcome?.phase !== 'secured') return [];
    const first = firstAfter(dialogue, outcome.seq);
    if (first === null || first.verb === 'QUIT') return [];
    const kept = dialogue.commands
      .filter(({ seq }) => seq > outcome.seq)
      .flatMap((command) => useOfOldList(starttls, command));
    if (first.verb !== 'EHLO') return [warned(`${first.verb} came first inside TLS, and not EHLO`, first), ...kept];
    return kept.length > 0 ? kept : [pass('EHLO came first inside TLS, and nothing of the old list was used', first)];
  }),
);

/** What was offered in clear only, and used inside TLS; each use is judged in the first place where any such use is. */
function useOfOldList({ offer: old }: Exchange, command: Exchange): readonly Finding[] {
  if (old === null) return [];
  const uses = usesOf(command).filter(({ keywords }) => {
    const required = keywordOfVerb(command.parsed.verb)?.required ?? true;
    const known = keywords.some((keyword) => offers(old.keywords, keyword));
    return required && known && !keywords.some((keyword) => isOffered(command, keyword));
  });
  const found = uses.map(({ what, primary }) =>
    referTo(
      primary,
      broken(`${what} came inside TLS, where only the list in clear had offered it`, command, old.hello),
    ),
  );
  const { state, allowed } = command.outstanding;
  if (state !== 'early' || allowed || isOffered(command, 'PIPELINING') || !offers(old.keywords, 'PIPELINING'))
    return found;
  const early = broken(
    `${command.verb} was pipelined inside TLS, where only the list in clear had offered it`,
    command,
  );
  return [...found, referTo('no-pipelining-unless-advertised', early)];
}

const starttlsNotTwice = perDialogue('starttls-not-twice', (dialogue) => {
  const again = dialogue.commands.find(({ verb, secured }) => verb === 'STARTTLS' && secured);
  if (again !== undefined) {
    const offered = isOffered(again, 'STARTTLS') ? ', where we offered it against the rules' : '';
    return broken(`it sent STARTTLS inside TLS${offered}`, again);
  }
  const within = dialogue.commands.find(({ secured, offer }) => secured && offer !== null);
  if (within === undefined) return null;
  const offered = isOffered(within, 'STARTTLS') ? ' although it was offered again' : '';
  return pass(`it sent no STARTTLS inside TLS${offered}`, within);
});

export const starttlsChecks: readonly Check[] = [
  starttlsUsedIfOffered,
  starttlsNotIfNotOffered,
  starttlsNoPlaintextAfter,
  starttlsEhloAgain,
  starttlsNotTwice,
];

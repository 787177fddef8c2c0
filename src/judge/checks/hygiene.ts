// Verbs and names: probing, invented verbs, foreign protocols, words after QUIT, privileged verbs, and a name that stays
// the same. Lines of a spew are no commands (trap 10), and what a box of the path has masked is not the client's.
// Line ends and blanks are in command-lines.ts.

import { parseHello } from '../../smtp/command';
import { offers } from '../../smtp/extension';
import {
  broken,
  notApplicable,
  observed,
  pass,
  perDialogue,
  perTrial,
  place,
  referTo,
  type Check,
  type Shown,
} from '../check';
import type { Dialogue, Exchange } from '../dialogue';
import { keywordsSeen } from '../list-seen';
import { quote } from '../quote';
import type { Finding } from '../verdict';

// --- probing -----------------------------------------------------------------------------------------------------

const vrfyExpnNotProbed = perDialogue('vrfy-expn-not-probed', ({ commands }) => {
  const probes = commands.filter(({ verb }) => verb === 'VRFY' || verb === 'EXPN');
  const [first] = probes;
  const mail = commands.find(({ verb }) => verb === 'MAIL');
  if (first === undefined) {
    const tempted = commands.find(({ offer }) => offer !== null && offers(offer.keywords, 'VRFY'));
    return tempted === undefined ? null : pass('it did not probe addresses where VRFY was offered', tempted);
  }
  if (mail !== undefined && mail.index < first.index) {
    return observed(`it sent ${first.verb} once mail had been sent`, first);
  }
  const hello = commands.some(({ verb, index }) => (verb === 'EHLO' || verb === 'HELO') && index < first.index);
  const times = probes.length === 1 ? '' : `, and ${probes.length - 1} more like it`;
  return broken(
    `it sent ${first.verb} before any mail${hello ? '' : ', without a hello'}${times}`,
    ...probes.slice(0, 3),
  );
});

// --- verbs -------------------------------------------------------------------------------------------------------

/** Registered, though none of ours: RFC 821 (obsolete, RFC 5321 F), RFC 2645, RFC 4468. */
const REGISTERED: ReadonlySet<string> = new Set(['SEND', 'SOML', 'SAML', 'TURN', 'ATRN', 'BURL']);

const BY_AGREEMENT: ReadonlySet<string> = new Set(['XCLIENT', 'XFORWARD']);

const FOREIGN =
  /^(?:(?:GET|POST|HEAD|PUT|DELETE|OPTIONS|TRACE|PATCH) \S+(?: HTTP\/\d|$)|CONNECT \S+:\d+|PROXY (?:TCP[46]|UNKNOWN)\b)/i;

const noInventedVerbs = perDialogue('no-invented-verbs', (dialogue) => {
  const { commands } = dialogue;
  if (foreignLine(dialogue) !== null) return notApplicable('the peer did not speak SMTP at all');
  const unknown = commands.filter((command) => isVerb(dialogue, command));
  const invented = unknown.filter((command) => !REGISTERED.has(command.parsed.verb) && !isAgreed(dialogue, command));
  const own = invented.filter(({ parsed }) => !BY_AGREEMENT.has(parsed.verb));
  const [first = invented[0]] = own;
  if (first === undefined) {
    const [any] = commands;
    return any === undefined
      ? null
      : pass(`its ${commands.length} commands had verbs that are registered or offered`, any);
  }
  const more = invented.length === 1 ? '' : `, and ${invented.length - 1} more like it`;
  const found = broken(`"${quote(first.parsed.verb)}" is no verb that is registered or offered${more}`, first);
  return own.length === 0 ? referTo('xclient-xforward-gate', found) : found;
});

/** An empty line has no verb, and behind an AUTH that was refused a line is a response that came too late. */
function isVerb({ exchanges }: Dialogue, { verb, parsed, index }: Exchange): boolean {
  const before = exchanges[index - 1]?.verb;
  return verb === 'unknown' && parsed.verb !== '' && before !== 'AUTH' && before !== 'auth-response';
}

/** X-verbs and others of that kind: the list names them (RFC 5321 2.2.2, 4.1.5). */
function isAgreed(dialogue: Dialogue, command: Exchange): boolean {
  return offers(keywordsSeen(dialogue, command), command.parsed.verb);
}

const noHttpOrProxy = perDialogue('no-http-or-proxy', (dialogue) => {
  const foreign = foreignLine(dialogue);
  return foreign === null ? null : observed(`it spoke another protocol: "${quote(foreign.text)}"`, foreign.shown);
});

function foreignLine(dialogue: Dialogue): { readonly text: string; readonly shown: Shown } | null {
  const command = dialogue.commands.find(({ verb, line }) => verb === 'unknown' && FOREIGN.test(line));
  if (command !== undefined) return { text: command.line, shown: command };
  // We had closed, or never answered.
  const [read] = dialogue.commands.length === 0 ? dialogue.untaken : [];
  const text = read?.octets.toString('latin1').split(/\r?\n/, 1)[0] ?? '';
  return read !== undefined && FOREIGN.test(text) ? { text, shown: place(dialogue, read, `C: ${text}`) } : null;
}

const xclientXforwardGate = perDialogue('xclient-xforward-gate', (dialogue) => {
  const used = dialogue.commands.filter(({ parsed }) => BY_AGREEMENT.has(parsed.verb));
  const unasked = used.filter((command) => !isAgreed(dialogue, command));
  const [first] = unasked;
  if (first !== undefined) return broken(`it sent ${first.parsed.verb}, which was not offered`, ...unasked.slice(0, 3));
  const [any] = used;
  return any === undefined ? null : pass(`it sent ${any.parsed.verb} where it was offered`, any);
});

// --- after QUIT --------------------------------------------------------------------------------------------------

const trailingJunkAfterQuit = perDialogue('trailing-junk-after-quit', (dialogue) => {
  const quit = dialogue.commands.find(({ verb }) => verb === 'QUIT');
  // A QUIT that we refused, or left alone, may be followed by another one: quit-non-221 and timeouts judge that.
  if (quit?.reply?.digit !== 2) return null;
  const next = dialogue.exchanges[quit.index + 1];
  if (next !== undefined) return broken(`it went on with ${next.verb} after QUIT`, next, quit);
  const end = (quit.command?.offset ?? 0) + (quit.command?.length ?? 0);
  const junk = dialogue.untaken.find(({ offset }) => offset >= end);
  if (junk !== undefined) {
    const text = junk.octets.toString('latin1');
    return broken(`${junk.length} octets came after QUIT`, place(dialogue, junk, `C: ${text}`), quit);
  }
  return pass('nothing came after QUIT', quit);
});

// --- names -------------------------------------------------------------------------------------------------------

interface KnownName {
  readonly name: string;
  readonly hello: Exchange;
  readonly hellos: number;
}

const ehloConsistency = perTrial('ehlo-consistency', (view) => {
  const known = new Map<string, KnownName>();
  const findings: Finding[] = [];
  for (const { peer, commands } of view.dialogues) {
    for (const hello of commands) {
      if (hello.verb !== 'EHLO' && hello.verb !== 'HELO') continue;
      const name = parseHello(hello.parsed.argument).domain;
      // Another address may be another host of the same sender (trap 19).
      const before = known.get(peer);
      if (before !== undefined && before.name.toLowerCase() !== name.toLowerCase()) {
        findings.push(otherName(name, hello, before));
      } else known.set(peer, { name, hello: before?.hello ?? hello, hellos: (before?.hellos ?? 0) + 1 });
    }
  }
  if (findings.length > 0) return findings;
  return [...known.values()]
    .filter(({ hellos }) => hellos > 1)
    .map(({ name, hello, hellos }) => pass(`it called itself ${quote(name)} in all ${hellos} hellos`, hello));
});

function otherName(name: string, hello: Exchange, before: KnownName): Finding {
  const same = before.hello.connection === hello.connection;
  const where = same ? 'before' : `on connection ${before.hello.connection}`;
  return broken(
    `it called itself ${quote(name) || 'nothing'}, and ${quote(before.name) || 'nothing'} ${where}`,
    hello,
    before.hello,
  );
}

export const hygieneChecks: readonly Check[] = [
  vrfyExpnNotProbed,
  noInventedVerbs,
  noHttpOrProxy,
  xclientXforwardGate,
  trailingJunkAfterQuit,
  ehloConsistency,
];

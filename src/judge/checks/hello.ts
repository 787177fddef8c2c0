// Saying hello: EHLO first, a name that is one, nothing of the extensions behind HELO, and a fresh start behind a second
// hello (RFC 5321 2.3.5, 4.1.1.1, 4.1.3, 4.1.4). Falling back to HELO is in hello-fallback.ts, the list in ehlo-list.ts.

import { parseHello } from '../../smtp/command';
import { keywordOfVerb } from '../../smtp/extension';
import { isAddressLiteral, isDomain } from '../../smtp/path';
import { broken, notApplicable, pass, perDialogue, referTo, warned, type Check, type TrialView } from '../check';
import type { Dialogue, Exchange } from '../dialogue';
import { connectOf, isEhlo, isHello, knewEhloFails, openerOf } from '../opening';
import { usesOf, type ExtensionUse } from '../section';
import type { Finding } from '../verdict';

const ehloFirst = perDialogue('ehlo-first', (dialogue, view) => {
  const opener = openerOf(dialogue);
  if (opener === null || connectOf(dialogue)?.reply?.digit !== 2) return null;
  if (isEhlo(dialogue, opener)) return pass('it opened the session with EHLO', opener);
  if (opener.verb !== 'HELO') {
    return referTo('command-order', broken(`it opened the session with ${opener.verb}, without any hello`, opener));
  }
  if (knewEhloFails(view, dialogue)) return notApplicable('EHLO had failed on an earlier connection', opener);
  return warned('it opened the session with HELO', opener);
});

// --- helo-no-extensions ------------------------------------------------------------------------------------------

/** Announced by extensions today, yet verbs of RFC 821 themselves. */
const OLD_VERBS: ReadonlySet<string> = new Set(['EXPN', 'TURN']);

const heloNoExtensions = perDialogue('helo-no-extensions', (dialogue) => {
  const findings: Finding[] = [];
  let helo: Exchange | null = null;
  let mail: Exchange | null = null;
  for (const exchange of dialogue.commands) {
    if (helo !== null && exchange.secured !== helo.secured) helo = null;
    const use = helo === null ? null : extensionUsed(exchange);
    if (use !== null) findings.push(referTo(use.primary, broken(`${use.what} came in a session of HELO`, exchange)));
    if (helo !== null && exchange.verb === 'MAIL') mail ??= exchange;
    if (isHello(exchange) && exchange.reply?.digit === 2) helo = exchange.verb === 'HELO' ? exchange : null;
  }
  if (findings.length > 0 || mail === null) return findings;
  return pass('behind HELO it used no parameter and no verb of an extension', mail);
});

/** An extension's verb, or any parameter at all: those of RFC 821 had none. */
function extensionUsed(exchange: Exchange): ExtensionUse | null {
  const [use] = usesOf(exchange);
  if (use === undefined || exchange.verb === 'MAIL' || exchange.verb === 'RCPT') return use ?? null;
  const { verb } = exchange.parsed;
  return keywordOfVerb(verb)?.required === true && !OLD_VERBS.has(verb) ? use : null;
}

// --- the name ----------------------------------------------------------------------------------------------------

const ehloArgFqdn = perDialogue(
  'ehlo-arg-fqdn',
  (dialogue, view) => {
    const judged = new Map<string, Finding>();
    for (const hello of dialogue.commands) {
      if (!isHello(hello) || judged.has(hello.parsed.argument)) continue;
      judged.set(hello.parsed.argument, judgeName(hello, ownNames(dialogue, view)));
    }
    return [...judged.values()];
  },
  // Whatever we do, the name is the client's own.
  { despite: 'all' },
);

function judgeName(hello: Exchange, ours: ReadonlySet<string>): Finding {
  const { domain } = parseHello(hello.parsed.argument);
  const words = hello.parsed.argument.split(/[ \t]+/).filter((word) => word !== '');
  const calls = `it calls itself "${words.join(' ')}"`;
  if (domain === '') return broken(`${hello.verb} came without a name`, hello);
  if (domain.startsWith('[')) {
    if (isAddressLiteral(domain)) return pass(`${calls}, a valid address literal`, hello);
    return referTo('ehlo-literal-syntax', broken(`${calls}, which is no valid address literal`, hello));
  }
  const fault = faultOf(domain, words.length > 1, ours);
  if (fault !== null) return broken(`${calls}, ${fault}`, hello);
  return pass(`${calls}, a name of several labels (whether it resolves was not looked up)`, hello);
}

function faultOf(domain: string, hasMoreWords: boolean, ours: ReadonlySet<string>): string | null {
  if (hasMoreWords) return 'which has a blank in it';
  if (/^\d+(?:\.\d+)*$/.test(domain) || /^[\da-f]*:[\da-f:.]*$/i.test(domain)) return 'an address without brackets';
  if (/^localhost$/i.test(domain)) return 'which every host is to itself';
  // RFC 5321 2.3.5: letters, digits and hyphens; a UTF-8 name has to be written in A-labels here (RFC 6531 3.7.1).
  if (!isDomain(domain) || /[\x80-\xff]/.test(domain)) return 'which is no domain name';
  if (!domain.includes('.')) return 'which is a single label';
  return ours.has(domain.toLowerCase()) ? 'which is our own name' : null;
}

/** The name in our greeting, and in the configuration. */
function ownNames(dialogue: Dialogue, view: TrialView): ReadonlySet<string> {
  const servers = view.record.scenario['servers'];
  const server: unknown = Array.isArray(servers) ? servers[dialogue.server] : undefined;
  const names = [connectOf(dialogue)?.reply?.lines[0]?.slice(4).split(' ', 1)[0] ?? ''];
  if (typeof server === 'object' && server !== null && 'hostname' in server && typeof server.hostname === 'string') {
    names.push(server.hostname);
  }
  return new Set(names.filter((name) => name.includes('.')).map((name) => name.toLowerCase()));
}

const ehloLiteralSyntax = perDialogue(
  'ehlo-literal-syntax',
  (dialogue, view) => {
    const judged = new Map<string, Finding>();
    for (const hello of dialogue.commands) {
      const { argument } = hello.parsed;
      if (isHello(hello) && /^[ \t]*\[/.test(argument)) judged.set(argument, judgeLiteral(hello, view));
    }
    return [...judged.values()];
  },
  { despite: 'all' },
);

function judgeLiteral(hello: Exchange, view: TrialView): Finding {
  const { domain } = parseHello(hello.parsed.argument);
  if (!isAddressLiteral(domain)) {
    const untagged = /^\[[\da-f]*:[\da-f:.]*\]$/i.test(domain) ? ': the tag IPv6 is missing' : '';
    return broken(`"${domain}" is no address literal${untagged}`, hello);
  }
  const behind = hello.parsed.argument.trim().slice(domain.length).trim();
  if (behind === '') return pass(`${domain} is an address literal as the grammar has it`, hello);
  // RFC 2821 4.1.1.1 invited identifying text behind the literal; RFC 5321 4.1.1.1 says SHOULD NOT.
  if (view.rfc === 2821) return pass(`${domain} is well-formed, and RFC 2821 allows the text behind it`, hello);
  return warned(`"${behind}" stands behind the address literal`, hello);
}

// --- rehello-resets ----------------------------------------------------------------------------------------------

const rehelloResets = perDialogue('rehello-resets', (dialogue) => {
  const resetting = new Set(
    dialogue.transactions.filter(({ accepted, end }) => accepted && end === 'hello').map(({ endedBy }) => endedBy),
  );
  const findings: Finding[] = [];
  let hello: Exchange | null = null;
  for (const command of dialogue.commands) {
    if (resetting.has(command)) hello = command;
    else if (hello === null) continue;
    else if (command.verb === 'MAIL') {
      findings.push(pass(`a new MAIL followed the ${hello.verb} in mid-transaction`, command, hello));
      hello = null;
    } else if (command.verb === 'RCPT' || command.verb === 'DATA' || command.verb === 'BDAT') {
      const reason = `${command.verb} went on with a transaction that ${hello.verb} had cleared`;
      findings.push(referTo('command-order', broken(reason, command, hello)));
      hello = null;
    } else if (command.verb === 'QUIT') hello = null;
  }
  return findings;
});

export const helloChecks: readonly Check[] = [
  ehloFirst,
  heloNoExtensions,
  ehloArgFqdn,
  ehloLiteralSyntax,
  rehelloResets,
];

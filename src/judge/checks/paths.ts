// MAIL and RCPT by the grammar (RFC 5321 3.3, 4.1.1.2, 4.1.1.3, 4.1.2): the line, the path, its domain, its letter case and
// its length. Parameters are in parameters.ts. Nothing a server does excuses a malformed line.

import type { Deviation, DeviationWord } from '../../smtp/deviation';
import { parseMail, parseRcpt } from '../../smtp/command';
import type { Parameter } from '../../smtp/parameter';
import {
  broken,
  notApplicable,
  pass,
  perDialogue,
  perTransaction,
  perTrial,
  referTo,
  warned,
  type Check,
  type Findings,
  type TrialView,
} from '../check';
import type { Dialogue, Exchange } from '../dialogue';
import { isOffered } from '../offer';
import type { Finding } from '../verdict';

// --- mail-syntax, rcpt-syntax ------------------------------------------------------------------------------------

/** Departures that the grammar forbids and no other obligation judges. */
const FORBIDDEN: ReadonlySet<DeviationWord> = new Set<DeviationWord>([
  'missing-blank',
  'tab',
  'extra-blank',
  'control-character',
  'empty-argument',
  'missing-from',
  'missing-to',
  'missing-colon',
  'space-around-colon',
  'missing-path',
  'missing-brackets',
  'quoted-brackets',
  'doubled-brackets',
  'display-name',
  'several-addresses',
  'null-recipient',
  'malformed-local-part',
  'malformed-domain',
  'missing-domain',
  'malformed-parameter',
]);

const mailSyntax = perDialogue('mail-syntax', (dialogue) => judgeSyntax(dialogue, 'MAIL'), { despite: 'all' });

const rcptSyntax = perDialogue('rcpt-syntax', (dialogue) => judgeSyntax(dialogue, 'RCPT'), { despite: 'all' });

function judgeSyntax(dialogue: Dialogue, verb: 'MAIL' | 'RCPT'): Findings {
  const lines = dialogue.commands.filter((command) => command.verb === verb && command.command?.cut !== true);
  const findings = lines.flatMap((command) => {
    const { deviations, parameters } =
      verb === 'MAIL' ? parseMail(command.parsed.argument) : parseRcpt(command.parsed.argument);
    return [...command.parsed.deviations, ...deviations].flatMap((deviation) => {
      return departure(command, deviation, parameters) ?? [];
    });
  });
  const [first] = lines;
  if (findings.length > 0 || first === undefined) return findings;
  const many = lines.length === 1 ? `${verb} parses` : `${lines.length} ${verb} commands parse`;
  return pass(`${many} by the grammar`, first);
}

/** One departure as a finding; null for what is allowed, or judged elsewhere altogether. */
function departure(command: Exchange, { what, detail }: Deviation, parameters: readonly Parameter[]): Finding | null {
  const { verb } = command.parsed;
  const found = broken(`${verb} has ${WORDING[what] ?? what} (${detail})`, command);
  switch (what) {
    case 'source-route':
      return warned(`${verb} has a source route (${detail})`, command);
    case 'eight-bit':
      return declaresUtf8(command, parameters) ? null : referTo('smtputf8-gate', found);
    case 'missing-domain':
      return verb === 'RCPT' ? referTo('rcpt-postmaster', found) : found;
    case 'control-character':
      return /octet 0x0[AD] /.test(detail) ? referTo('command-crlf', found) : found;
    case 'tab':
      return referTo('command-crlf', found);
    case 'extra-blank':
      return detail === `behind ${verb}` ? referTo('command-crlf', found) : found;
    case 'malformed-parameter': {
      const primary = primaryOf(detail);
      return primary === null ? found : referTo(primary, found);
    }
    default:
      return FORBIDDEN.has(what) ? found : null;
  }
}

const WORDING: Readonly<Partial<Record<DeviationWord, string>>> = {
  'missing-blank': 'no blank where one belongs',
  tab: 'a tab for a blank',
  'extra-blank': 'a blank too many',
  'control-character': 'a control character',
  'eight-bit': 'an octet above 127 without SMTPUTF8',
  'empty-argument': 'nothing behind it',
  'missing-from': 'no FROM',
  'missing-to': 'no TO',
  'missing-colon': 'no colon',
  'space-around-colon': 'a blank at the colon',
  'missing-path': 'no path',
  'missing-brackets': 'a path without brackets',
  'quoted-brackets': 'a path in quotes',
  'doubled-brackets': 'doubled brackets',
  'display-name': 'a display name before the path',
  'several-addresses': 'more than one address',
  'null-recipient': 'the null path for a recipient',
  'malformed-local-part': 'a malformed local-part',
  'malformed-domain': 'a malformed domain',
  'missing-domain': 'an address without a domain',
  'malformed-parameter': 'a malformed parameter',
};

function declaresUtf8(command: Exchange, parameters: readonly Parameter[]): boolean {
  if (!isOffered(command, 'SMTPUTF8')) return false;
  return command.verb === 'RCPT' || parameters.some(({ keyword }) => keyword === 'SMTPUTF8');
}

/** Values with rules of their own are judged by those. */
function primaryOf(parameter: string): string | null {
  if (/^SIZE\b/i.test(parameter)) return 'mail-size-declared';
  return /^(?:RET|ENVID|NOTIFY|ORCPT)\b/i.test(parameter) ? 'dsn-params' : null;
}

// --- rcpt-postmaster ---------------------------------------------------------------------------------------------

const rcptPostmaster = perTransaction(
  'rcpt-postmaster',
  ({ recipients }) =>
    recipients.flatMap(({ address, argument, exchange }) => {
      if (address === '' || argument.path.domain !== '') return [];
      if (/^postmaster$/i.test(address)) return [notApplicable('a bare Postmaster is legal', exchange)];
      return [broken(`<${address}> has no domain`, exchange)];
    }),
  { despite: 'all' },
);

// --- rcpt-duplicate ----------------------------------------------------------------------------------------------

const rcptDuplicate = perTransaction('rcpt-duplicate', ({ recipients }) => {
  const seen = new Map<string, Exchange>();
  const repeated: Exchange[] = [];
  for (const { argument, exchange } of recipients) {
    const { localPart, domain } = argument.path;
    const mailbox = `${localPart}@${domain.toLowerCase()}`;
    if (seen.has(mailbox)) repeated.push(exchange);
    else seen.set(mailbox, exchange);
  }
  const [first] = repeated;
  if (first !== undefined) {
    const reason = `${repeated.length} of ${recipients.length} recipients had been named before in the transaction`;
    return broken(reason, first);
  }
  const last = recipients.at(-1);
  return recipients.length < 2 || last === undefined
    ? null
    : pass(`all ${recipients.length} recipients differ`, last.exchange);
});

// --- envelope-case-preserved -------------------------------------------------------------------------------------

const envelopeCasePreserved = perTrial(
  'envelope-case-preserved',
  (view) =>
    view.campaign.stories.flatMap(({ submission, attempts }) => {
      const submitted = new Map([submission.from, ...submission.to].map((address) => [address.toLowerCase(), address]));
      return attempts.flatMap(({ transaction }) => {
        const { mail, sender, recipients } = transaction;
        const arrived = [{ address: sender, exchange: mail }, ...recipients];
        return arrived.flatMap(({ address, exchange }) => {
          const wanted = submitted.get(address.toLowerCase());
          return wanted === undefined ? [] : (judgeCase(wanted, address, exchange) ?? []);
        });
      });
    }),
  { despite: 'all' },
);

/** @returns null where nothing could be lost: the local-part has no capitals, and has got none */
function judgeCase(wanted: string, came: string, exchange: Exchange): Finding | null {
  const local = localPartOf(wanted);
  if (localPartOf(came) !== local) return broken(`<${wanted}> arrived as <${came}>`, exchange);
  return local === local.toLowerCase() ? null : pass(`<${wanted}> kept its letter case`, exchange);
}

function localPartOf(address: string): string {
  const at = address.lastIndexOf('@');
  return at === -1 ? address : address.slice(0, at);
}

// --- address-no-crlf-injection -----------------------------------------------------------------------------------

/** Shorter than this, a piece of an address could be the beginning of any command. */
const SHORTEST_CANARY = 4;

const addressNoCrlfInjection = perTrial(
  'address-no-crlf-injection',
  (view) => {
    const canaries = canariesOf(view);
    if (canaries.length === 0) return null;
    const commands = view.dialogues.flatMap((dialogue) => dialogue.exchanges.filter(({ command }) => command !== null));
    const injected = commands.filter(({ line }) => canaries.some((canary) => hasLine(line, canary)));
    const [first] = injected;
    if (first !== undefined) return broken('what stood behind a line break in an address came as a command', first);
    if (view.record.end === 'client-crashed' || view.record.end === 'interrupted') return null;
    const mail = commands.find(({ verb }) => verb === 'MAIL');
    return pass('no line break in an address became a command', ...(mail === undefined ? [] : [mail]));
  },
  { despite: 'all' },
);

/** What a submitted address has behind CR, LF or NUL: as a line of its own it would be a command. */
function canariesOf({ submissions }: TrialView): readonly string[] {
  return submissions
    .flatMap(({ from, to }) => [from, ...to])
    .flatMap((address) => [address, folded(address)])
    .flatMap((address) => address.split(/[\r\n\0]+/).slice(1))
    .map((piece) => piece.trim())
    .filter(({ length }) => length >= SHORTEST_CANARY);
}

/** What a program makes of it that writes the low octet of each letter: U+010D and U+010A become a line end. */
function folded(address: string): string {
  return Buffer.from(address, 'latin1').toString('latin1');
}

/** A bare CR or LF within a line ends it for many servers. */
function hasLine(line: string, canary: string): boolean {
  return line.split(/[\r\n]+/).some((part) => part.trimStart().toLowerCase().startsWith(canary.toLowerCase()));
}

export const pathChecks: readonly Check[] = [
  mailSyntax,
  rcptSyntax,
  rcptPostmaster,
  rcptDuplicate,
  envelopeCasePreserved,
  addressNoCrlfInjection,
];

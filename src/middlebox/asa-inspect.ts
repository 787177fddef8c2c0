// Cisco ASA "inspect esmtp": ESMTP passes, but only the parts the firewall knows; the rest is overwritten in place.
//
//   client ◄── 250-XXXXXXXA              ◄──  250-STARTTLS             unknown keywords: X's, the last letter counts A, B, C
//   client ──► STARTTLS                  ──►  XXXXXXXX                 unknown commands: X's
//   client ◄── 220 **********            ◄──  220 mail.example.com     banner
//   client ──► a line that is too long   ──►  RST to both ends         limits
//
// Lengths never change. Content passes untouched, but its header lines and MIME file names are measured. A body line beyond
// 998 octets the firewall only logs, so there is nothing to imitate.

import type { ReplyLine, Unit, Watch } from './dialogue-watch';
import { recast } from './dialogue-watch';
import { keywordOf, maskBanner, maskKeyword, maskVerb } from './masking';
import type { Middlebox } from './middlebox';
import { FILE_NAME_SCAN_START, scanFileNames } from './mime-file-name';
import type { FileNameScan } from './mime-file-name';
import type { TextBoxState, UnitStep } from './text-box';
import { textBox } from './text-box';

export interface AsaInspectConfig {
  readonly maskBanner: boolean;
  /** STARTTLS as keyword and as command passes. */
  readonly allowTls: boolean;
  /** EHLO keywords that pass, in capitals; others are masked. */
  readonly keywords: readonly string[];
  /** Verbs that pass, in capitals; others are overwritten. */
  readonly commands: readonly string[];
  /** Octets of a command line, CRLF included; more resets the connection. Null = no limit, as below. */
  readonly commandLineOctets: number | null;
  /** Octets between the angle brackets of MAIL FROM. */
  readonly senderOctets: number | null;
  /** RCPT commands in one transaction. */
  readonly recipients: number | null;
  /** Octets of a line of the header section, without its CRLF. */
  readonly headerLineOctets: number | null;
  /** Octets of a MIME file name, wherever in the content. */
  readonly fileNameOctets: number | null;
}

/** The parameters the firewall has names for are kept; which of them a given release knows is inferred from captures. */
export const ASA_INSPECT_DEFAULTS: AsaInspectConfig = {
  maskBanner: true,
  allowTls: false,
  keywords: [
    '8BITMIME',
    'AUTH',
    'BINARYMIME',
    'CHECKPOINT',
    'DSN',
    'ENHANCEDSTATUSCODES',
    'ETRN',
    'PIPELINING',
    'SIZE',
    'VRFY',
  ],
  commands: [
    'HELO',
    'EHLO',
    'MAIL',
    'RCPT',
    'DATA',
    'RSET',
    'NOOP',
    'QUIT',
    'AUTH',
    'ETRN',
    'HELP',
    'SAML',
    'SEND',
    'SOML',
    'VRFY',
  ],
  commandLineOctets: 512,
  senderOctets: 320,
  recipients: 100,
  headerLineOctets: 998,
  fileNameOctets: 255,
};

interface AsaOwn {
  /** Keywords masked so far in the EHLO reply. */
  readonly masked: number;
  readonly recipients: number;
  /** Octets of the header line so far; null once the header section has ended. */
  readonly headerColumn: number | null;
  readonly fileName: FileNameScan;
}

export type AsaInspectState = TextBoxState<AsaOwn>;

const CR = 13;
const LF = 10;

export function asaInspect(config: AsaInspectConfig): Middlebox<AsaInspectState> {
  return textBox<AsaOwn>({
    name: 'asa-inspect',
    explain: () => explainAsa(config),
    begin: { masked: 0, recipients: 0, headerColumn: 0, fileName: FILE_NAME_SCAN_START },
    unit: (own, unit, watch) => asaUnit(config, own, unit, watch),
  });
}

function asaUnit(config: AsaInspectConfig, own: AsaOwn, unit: Unit, watch: Watch): UnitStep<AsaOwn> {
  switch (unit.kind) {
    case 'command':
      return asaCommand(config, own, unit.verb, unit.octets, watch);
    case 'content':
      return measure(config, own, unit.octets);
    case 'reply-line':
      return asaReplyLine(config, own, unit);
    default:
      return { own, pass: unit.octets };
  }
}

function asaCommand(
  config: AsaInspectConfig,
  before: AsaOwn,
  verb: string,
  line: Buffer,
  watch: Watch,
): UnitStep<AsaOwn> {
  const counted = verb === 'RCPT' ? before.recipients + 1 : before.recipients;
  const own: AsaOwn = {
    ...before,
    recipients: verb === 'MAIL' || verb === 'RSET' ? 0 : counted,
    headerColumn: 0,
    fileName: FILE_NAME_SCAN_START,
  };
  const tooLong =
    exceeds(line.length, config.commandLineOctets) ||
    (verb === 'MAIL' && exceeds(senderLength(line), config.senderOctets)) ||
    exceeds(own.recipients, config.recipients);
  if (tooLong) return { own, pass: Buffer.alloc(0), drop: true };
  const passes = verb === '' || config.commands.includes(verb) || (verb === 'STARTTLS' && config.allowTls);
  return passes ? { own, pass: line } : { own, pass: maskVerb(line, 'x'), watch: recast(watch, 'XXXX') };
}

function asaReplyLine(config: AsaInspectConfig, own: AsaOwn, line: ReplyLine): UnitStep<AsaOwn> {
  if (line.answers === 'greeting' && (line.code === 220 || line.code === null)) {
    return { own, pass: config.maskBanner ? maskBanner(line.octets, '20 ') : line.octets };
  }
  // The first line of the reply to EHLO is the server's name, not a keyword (RFC 5321 4.1.1.1).
  if (line.answers !== 'EHLO' || line.code !== 250 || line.index === 0) {
    return { own: { ...own, masked: 0 }, pass: line.octets };
  }
  const keyword = keywordOf(line.octets);
  const passes = config.keywords.includes(keyword) || (keyword === 'STARTTLS' && config.allowTls);
  if (passes) return { own, pass: line.octets };
  return { own: { ...own, masked: own.masked + 1 }, pass: maskKeyword(line.octets, own.masked) };
}

/** Passes content up to the octet with which a header line or a file name becomes too long, and drops the connection there. */
function measure(config: AsaInspectConfig, own: AsaOwn, octets: Buffer): UnitStep<AsaOwn> {
  const header = measureHeader(config, own.headerColumn, octets);
  const names =
    config.fileNameOctets === null
      ? { scan: own.fileName, tooLongAt: null }
      : scanFileNames(own.fileName, octets, config.fileNameOctets);
  const end = Math.min(header.tooLongAt ?? octets.length, names.tooLongAt ?? octets.length);
  const measured = { ...own, headerColumn: header.column, fileName: names.scan };
  return end === octets.length
    ? { own: measured, pass: octets }
    : { own: measured, pass: octets.subarray(0, end), drop: true };
}

function measureHeader(
  { headerLineOctets }: AsaInspectConfig,
  before: number | null,
  octets: Buffer,
): { readonly column: number | null; readonly tooLongAt: number | null } {
  if (headerLineOctets === null) return { column: before, tooLongAt: null };
  let column = before;
  for (let index = 0; index < octets.length && column !== null; index += 1) {
    const octet = octets[index];
    if (octet === LF) column = column === 0 ? null : 0;
    else if (octet !== CR) column += 1;
    if (column !== null && column > headerLineOctets) return { column, tooLongAt: index };
  }
  return { column, tooLongAt: null };
}

function senderLength(line: Buffer): number {
  return /<([^>]*)>/.exec(line.toString('latin1'))?.[1]?.length ?? 0;
}

function exceeds(value: number, limit: number | null): boolean {
  return limit !== null && value > limit;
}

function explainAsa(config: AsaInspectConfig): string {
  const banner = config.maskBanner ? 'stars the banner, ' : '';
  const tls = config.allowTls ? ' (STARTTLS passes)' : '';
  const limits = [
    [config.commandLineOctets, 'octets in a command line'],
    [config.senderOctets, 'in a sender'],
    [config.recipients, 'recipients'],
    [config.headerLineOctets, 'octets in a header line'],
    [config.fileNameOctets, 'in a MIME file name'],
  ] as const;
  const given = limits.filter(([limit]) => limit !== null).map(([limit, what]) => `${limit} ${what}`);
  const resets = given.length === 0 ? '' : `; resets above ${given.join(', ')}`;
  return `Cisco ASA "inspect esmtp": ${banner}masks EHLO keywords and commands it does not know with X's${tls}${resets}.`;
}

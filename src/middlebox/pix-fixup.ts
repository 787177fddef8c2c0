// Cisco PIX "fixup protocol smtp": cuts the dialogue down to the seven commands of RFC 821 4.5.1, overwriting in place.
//
//   client ──► EHLO mail.example.com       ──►  XXXX mail.example.com        (older: NOOP mail.example.com)
//   client ◄── 220 ************0*****      ◄──  220 mail.example.com ESMTP 0 ready
//   client ──► "text\r\n" "." "\r\n"       ──►  "text\r\n"                   (splitDot: the terminator is lost)
//
// It never answers itself and never changes a length. Content behind the server's 354 passes untouched.
// A user-space box sees reads and not packets, so segments are modelled: one input is one segment; a `slicer` before
// this box in the path cuts them.

import type { Unit, Watch } from './dialogue-watch';
import { recast, stillInContent } from './dialogue-watch';
import { blankArgument, maskBanner, maskVerb } from './masking';
import type { Middlebox, Side } from './middlebox';
import type { TextBoxState, UnitStep } from './text-box';
import { textBox } from './text-box';

export type PixVersion = '4.4' | '5.1' | '6.x';

export interface PixFixupConfig {
  /** What it is called; the fields below say what it does. */
  readonly version: PixVersion;
  /** What a refused verb becomes: NOOP, which the server then accepts, or X's, which it refuses. */
  readonly verbs: 'noop' | 'x';
  readonly argument: 'kept' | 'blanked';
  /** `stars` spares `2`, `0` and blanks; `all-stars` spares nothing behind the code. */
  readonly banner: 'stars' | 'all-stars' | 'none';
  /** The fault CSCds90792, before 5.2(4) and 6.0(1): "." and CRLF in different segments are not seen as the end. */
  readonly splitDot: boolean;
}

/**
 * What each version does. That the NOOP form ended with 5.x, and that 6.x is one without the fault of the dot, is
 * inferred; the banner forms and the commands are documented.
 */
export const PIX_VERSIONS: Readonly<Record<PixVersion, PixFixupConfig>> = {
  '4.4': { version: '4.4', verbs: 'noop', argument: 'kept', banner: 'all-stars', splitDot: true },
  '5.1': { version: '5.1', verbs: 'noop', argument: 'kept', banner: 'stars', splitDot: true },
  '6.x': { version: '6.x', verbs: 'x', argument: 'kept', banner: 'stars', splitDot: false },
};

export const PIX_FIXUP_DEFAULTS: PixFixupConfig = PIX_VERSIONS['6.x'];

const PASSED = new Set(['HELO', 'MAIL', 'RCPT', 'DATA', 'RSET', 'NOOP', 'QUIT']);
const NONE = Buffer.alloc(0);

/** The beginning of a terminator that its segment cut off: kept back until the next segment shows what it is. */
interface PixOwn {
  readonly withheld: Buffer;
}

export type PixFixupState = TextBoxState<PixOwn>;

export function pixFixup(config: PixFixupConfig): Middlebox<PixFixupState> {
  return textBox<PixOwn>({
    name: 'pix-fixup',
    explain: () => explainPix(config),
    begin: { withheld: NONE },
    unit: (own, unit, watch) => pixUnit(config, own, unit, watch),
    rest: (own, side: Side) =>
      side === 'client' ? { own: { withheld: NONE }, pass: own.withheld } : { own, pass: NONE },
  });
}

function pixUnit(config: PixFixupConfig, own: PixOwn, unit: Unit, watch: Watch): UnitStep<PixOwn> {
  switch (unit.kind) {
    case 'command':
      return { own, ...pixCommand(config, unit.verb, unit.octets, watch) };
    case 'content':
      return config.splitDot ? withholdTail(own, unit.octets, unit.tail) : { own, pass: unit.octets };
    case 'end-of-data':
      // Something withheld means that the terminator came in more than one segment.
      if (own.withheld.length === 0) return { own, pass: unit.octets };
      return { own: { withheld: NONE }, pass: NONE, watch: stillInContent(watch) };
    case 'reply-line': {
      const greeting = unit.answers === 'greeting' && (unit.code === 220 || unit.code === null);
      if (!greeting || config.banner === 'none') return { own, pass: unit.octets };
      return { own, pass: maskBanner(unit.octets, config.banner === 'stars' ? '20 ' : '') };
    }
    default:
      return { own, pass: unit.octets };
  }
}

function pixCommand(
  config: PixFixupConfig,
  verb: string,
  line: Buffer,
  watch: Watch,
): { readonly pass: Buffer; readonly watch?: Watch } {
  if (verb === '' || PASSED.has(verb)) return { pass: line };
  const masked = maskVerb(line, config.verbs);
  const pass = config.argument === 'blanked' ? blankArgument(masked) : masked;
  return { pass, watch: recast(watch, config.verbs === 'noop' ? 'NOOP' : 'XXXX') };
}

function withholdTail(own: PixOwn, octets: Buffer, tail: number): UnitStep<PixOwn> {
  const whole = Buffer.concat([own.withheld, octets]);
  const kept = tail === octets.length ? whole.length : tail;
  return { own: { withheld: whole.subarray(whole.length - kept) }, pass: whole.subarray(0, whole.length - kept) };
}

function explainPix(config: PixFixupConfig): string {
  const verbs = config.verbs === 'x' ? "X's" : 'NOOP';
  const argument = config.argument === 'blanked' ? ' and blanks their arguments' : '';
  const banner = {
    stars: ', stars the banner except 2, 0 and blanks',
    'all-stars': ', stars the whole banner',
    none: '',
  }[config.banner];
  const dot = config.splitDot ? ', and loses the final dot when its CRLF comes in another segment' : '';
  return `Cisco PIX ${config.version} "fixup protocol smtp": overwrites all but the seven commands of RFC 821 with ${verbs}${argument}${banner}${dot}.`;
}

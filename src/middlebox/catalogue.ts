// All boxes by the name under `path:`, with what the loader has to know of each.
//
//   pix-fixup ───► { title, needsPlainText, defaults, build }
//
// Used by scenario/path.ts, which checks the options against its own schema and builds the box, and by `list`.

import type { AsaInspectConfig } from './asa-inspect';
import { ASA_INSPECT_DEFAULTS, asaInspect } from './asa-inspect';
import type { BandwidthConfig } from './bandwidth';
import { BANDWIDTH_DEFAULTS, bandwidth } from './bandwidth';
import type { CloseConfig } from './close';
import { CLOSE_DEFAULTS, close } from './close';
import type { CoalesceConfig } from './coalesce';
import { COALESCE_DEFAULTS, coalesce } from './coalesce';
import type { CorruptConfig } from './corrupt';
import { CORRUPT_DEFAULTS, corrupt } from './corrupt';
import type { DuplicateReplyConfig } from './duplicate-reply';
import { DUPLICATE_REPLY_DEFAULTS, duplicateReply } from './duplicate-reply';
import type { HalfOpenConfig } from './half-open';
import { HALF_OPEN_DEFAULTS, halfOpen } from './half-open';
import type { LatencyConfig } from './latency';
import { LATENCY_DEFAULTS, latency } from './latency';
import type { Middlebox } from './middlebox';
import type { MtuBlackHoleConfig } from './mtu-black-hole';
import { MTU_BLACK_HOLE_DEFAULTS, mtuBlackHole } from './mtu-black-hole';
import type { NatTimeoutConfig } from './nat-timeout';
import { NAT_TIMEOUT_DEFAULTS, natTimeout } from './nat-timeout';
import type { PixFixupConfig } from './pix-fixup';
import { PIX_FIXUP_DEFAULTS, pixFixup } from './pix-fixup';
import type { ResetConfig } from './reset';
import { RESET_DEFAULTS, reset } from './reset';
import type { SlicerConfig } from './slicer';
import { SLICER_DEFAULTS, slicer } from './slicer';
import type { StarttlsResponseInjectionConfig } from './starttls-response-injection';
import { STARTTLS_RESPONSE_INJECTION_DEFAULTS, starttlsResponseInjection } from './starttls-response-injection';
import type { StarttlsStripConfig } from './starttls-strip';
import { STARTTLS_STRIP_DEFAULTS, starttlsStrip } from './starttls-strip';
import type { SwapOrderConfig } from './swap-order';
import { SWAP_ORDER_DEFAULTS, swapOrder } from './swap-order';
import type { TarpitConfig } from './tarpit';
import { TARPIT_DEFAULTS, tarpit } from './tarpit';
import type { TransparentProxyConfig } from './transparent-proxy';
import { TRANSPARENT_PROXY_DEFAULTS, transparentProxy } from './transparent-proxy';

export interface BoxEntry<Config> {
  /** What it is, without a full stop. */
  readonly title: string;
  /** It reads the dialogue: useless with implicit TLS, and blind from the handshake behind STARTTLS on. */
  readonly needsPlainText: boolean;
  /** What holds where the scenario says nothing. */
  readonly defaults: Config;
  build(config: Config): Middlebox;
}

/** The configuration type of each box. */
export interface BoxConfigs {
  readonly 'pix-fixup': PixFixupConfig;
  readonly 'asa-inspect': AsaInspectConfig;
  readonly 'mtu-black-hole': MtuBlackHoleConfig;
  readonly latency: LatencyConfig;
  readonly bandwidth: BandwidthConfig;
  readonly slicer: SlicerConfig;
  readonly coalesce: CoalesceConfig;
  readonly reset: ResetConfig;
  readonly close: CloseConfig;
  readonly 'half-open': HalfOpenConfig;
  readonly corrupt: CorruptConfig;
  readonly 'duplicate-reply': DuplicateReplyConfig;
  readonly 'swap-order': SwapOrderConfig;
  readonly 'starttls-strip': StarttlsStripConfig;
  readonly 'starttls-response-injection': StarttlsResponseInjectionConfig;
  readonly 'transparent-proxy': TransparentProxyConfig;
  readonly tarpit: TarpitConfig;
  readonly 'nat-timeout': NatTimeoutConfig;
}

export type BoxName = keyof BoxConfigs;

function box<Config>(
  title: string,
  needsPlainText: boolean,
  defaults: Config,
  build: (config: Config) => Middlebox,
): BoxEntry<Config> {
  return { title, needsPlainText, defaults, build };
}

export const BOXES: { readonly [Name in BoxName]: BoxEntry<BoxConfigs[Name]> } = {
  'pix-fixup': box('Cisco PIX "fixup protocol smtp"', true, PIX_FIXUP_DEFAULTS, pixFixup),
  'asa-inspect': box('Cisco ASA "inspect esmtp"', true, ASA_INSPECT_DEFAULTS, asaInspect),
  'mtu-black-hole': box('Full-size segments vanish, small ones pass', false, MTU_BLACK_HOLE_DEFAULTS, mtuBlackHole),
  latency: box('A long way, with or without jitter', false, LATENCY_DEFAULTS, latency),
  bandwidth: box('A narrow line', false, BANDWIDTH_DEFAULTS, bandwidth),
  slicer: box('The same octets in other pieces', false, SLICER_DEFAULTS, slicer),
  coalesce: box('Several pieces arrive as one', false, COALESCE_DEFAULTS, coalesce),
  reset: box('RST at a moment of the dialogue', true, RESET_DEFAULTS, reset),
  close: box('FIN at a moment of the dialogue', true, CLOSE_DEFAULTS, close),
  'half-open': box('One direction dies without a sign', true, HALF_OPEN_DEFAULTS, halfOpen),
  corrupt: box('Octets arrive as other octets', false, CORRUPT_DEFAULTS, corrupt),
  'duplicate-reply': box('A reply comes more than once', true, DUPLICATE_REPLY_DEFAULTS, duplicateReply),
  'swap-order': box('Two neighbours arrive in the wrong order', true, SWAP_ORDER_DEFAULTS, swapOrder),
  'starttls-strip': box('STARTTLS disappears from the EHLO list', true, STARTTLS_STRIP_DEFAULTS, starttlsStrip),
  'starttls-response-injection': box(
    'Plaintext behind the 220 to STARTTLS',
    true,
    STARTTLS_RESPONSE_INJECTION_DEFAULTS,
    starttlsResponseInjection,
  ),
  'transparent-proxy': box('A proxy that answers in its own name', true, TRANSPARENT_PROXY_DEFAULTS, transparentProxy),
  tarpit: box('The server answers a few octets at a time', false, TARPIT_DEFAULTS, tarpit),
  'nat-timeout': box('Idle connections are forgotten', false, NAT_TIMEOUT_DEFAULTS, natTimeout),
};

/** @returns whether there is a box of that name */
export function isBoxName(name: string): name is BoxName {
  return Object.hasOwn(BOXES, name);
}

/**
 * Builds the box of a name.
 * @param options what the scenario says; the defaults hold for the rest
 */
export function buildBox<Name extends BoxName>(name: Name, options: Partial<BoxConfigs[Name]> = {}): Middlebox {
  return BOXES[name].build({ ...BOXES[name].defaults, ...options });
}

// The shape of every trace event as it stands in a file, for trace-json.ts: one table row per event type, checked by the
// compiler against trace-event.ts. On paper octets are latin1 text; otherwise an event looks as it does in memory.
// Nothing here asks whether the events fit together.

import { EVENT_NAMES } from '../smtp/vocabulary';
import type { Mode, Terminator } from '../smtp/vocabulary';
import {
  amount,
  count,
  exactly,
  isObject,
  listOf,
  objectOf,
  octetText,
  oneOf,
  optional,
  orNull,
  ownField,
  text,
  textLike,
  truth,
} from './guard';
import type { Guard } from './guard';
import type {
  ClosedEvent,
  ClosingEvent,
  ContentFacts,
  Endpoint,
  HoldEndedEvent,
  Layer,
  MessageEvent,
  NoteEvent,
  PeerEvent,
  ReceivedEvent,
  SentEvent,
  Source,
  StepEvent,
  TlsEvent,
  TraceEvent,
  TraceEventType,
} from './trace-event';

/** An event as JSON has it. */
export type WrittenEvent<E extends TraceEvent = TraceEvent> = E extends ReceivedEvent | SentEvent
  ? Omit<E, 'octets'> & { readonly octets?: string }
  : E;

type Written<T extends TraceEventType> = WrittenEvent<Extract<TraceEvent, { readonly type: T }>>;

const layer = textLike<Layer>('wire, plain or after:<box>', /^(?:wire|plain|after:.*)$/s);
const endpoint = objectOf<Endpoint>({ address: text, port: count });
const flag = exactly(true);

const SOURCES: { readonly [K in Source['kind']]: Guard<Extract<Source, { readonly kind: K }>> } = {
  rule: objectOf({ kind: exactly('rule'), rule: text }),
  policy: objectOf({ kind: exactly('policy'), policy: text }),
  persona: objectOf({ kind: exactly('persona'), situation: text }),
  default: objectOf({ kind: exactly('default') }),
};

const source: Guard<Source> = (value, path) => {
  if (!isObject(value)) return `${path} should be an object`;
  const kind = ownField(value, 'kind');
  if (!isKeyOf(SOURCES, kind)) return `${path}.kind should be one of ${Object.keys(SOURCES).join(', ')}`;
  return SOURCES[kind](value, path);
};

const BASE = { seq: count, at: amount };
const OCTETS = { layer, offset: count, length: count, octets: optional(octetText) };
const ARRIVAL = { offset: count, length: count, firstSeq: count, firstAt: amount, lastSeq: count, lastAt: amount };

const facts = objectOf<ContentFacts>({
  lines: count,
  longestLine: count,
  bareLf: count,
  bareCr: count,
  nul: count,
  eightBit: truth,
  stuffedDots: count,
  unstuffedDots: count,
  smuggling: listOf(objectOf<ContentFacts['smuggling'][number]>({ sequence: text, offset: count })),
});

const mode = oneOf<Mode>({
  command: true,
  content: true,
  bdat: true,
  sasl: true,
  tls: true,
  mute: true,
  swallow: true,
});

/** The guard of each event type, without its `octets` being Buffers yet. */
export const EVENT_GUARDS: { readonly [T in TraceEventType]: Guard<Written<T>> } = {
  connected: objectOf<Written<'connected'>>({
    type: exactly('connected'),
    ...BASE,
    connection: count,
    server: count,
    peer: endpoint,
    local: endpoint,
    implicitTls: optional(flag),
    proxiedBy: optional(endpoint),
  }),
  received: objectOf<Written<'received'>>({ type: exactly('received'), ...BASE, ...OCTETS }),
  sent: objectOf<Written<'sent'>>({ type: exactly('sent'), ...BASE, ...OCTETS }),
  command: objectOf<Written<'command'>>({
    type: exactly('command'),
    ...BASE,
    ...ARRIVAL,
    event: oneOf(EVENT_NAMES),
    line: octetText,
    terminator: oneOf<Terminator>({ CRLF: true, LF: true, CR: true, none: true }),
    cut: optional(flag),
    redacted: optional(flag),
  }),
  reply: objectOf<Written<'reply'>>({
    type: exactly('reply'),
    ...BASE,
    code: orNull(count),
    octets: octetText,
    answers: orNull(count),
    source,
    inputWaiting: count,
    offset: count,
    length: count,
    raw: optional(flag),
    as: optional(count),
    unsolicited: optional(flag),
    dribbled: optional(flag),
  }),
  'reply-ended': objectOf<Written<'reply-ended'>>({ type: exactly('reply-ended'), ...BASE, reply: count }),
  message: objectOf<Written<'message'>>({
    type: exactly('message'),
    ...BASE,
    ...ARRIVAL,
    via: oneOf<MessageEvent['via']>({ DATA: true, BDAT: true }),
    size: count,
    digest: text,
    messageId: orNull(text),
    sender: text,
    recipients: listOf(text),
    facts,
    complete: truth,
    stored: orNull(count),
  }),
  chunk: objectOf<Written<'chunk'>>({
    type: exactly('chunk'),
    ...BASE,
    command: count,
    announced: count,
    received: count,
    last: truth,
  }),
  step: objectOf<Written<'step'>>({
    type: exactly('step'),
    ...BASE,
    step: oneOf<StepEvent['step']>({
      wait: true,
      hold: true,
      mute: true,
      deaf: true,
      ignore: true,
      set: true,
      swallow: true,
      discard: true,
      'look-up': true,
      next: true,
    }),
    source,
    ms: optional(amount),
    detail: optional(text),
    octets: optional(count),
  }),
  'hold-ended': objectOf<Written<'hold-ended'>>({
    type: exactly('hold-ended'),
    ...BASE,
    by: oneOf<HoldEndedEvent['by']>({ input: true, time: true, 'peer-closed': true, stopped: true }),
    heldMs: amount,
    octets: count,
  }),
  mode: objectOf<Written<'mode'>>({ type: exactly('mode'), ...BASE, mode }),
  offered: objectOf<Written<'offered'>>({ type: exactly('offered'), ...BASE, keywords: listOf(text) }),
  tls: objectOf<Written<'tls'>>({
    type: exactly('tls'),
    ...BASE,
    phase: oneOf<TlsEvent['phase']>({
      started: true,
      secured: true,
      failed: true,
      'client-hello': true,
      closed: true,
    }),
    protocol: optional(text),
    cipher: optional(text),
    servername: optional(text),
    reason: optional(text),
  }),
  peer: objectOf<Written<'peer'>>({
    type: exactly('peer'),
    ...BASE,
    what: oneOf<PeerEvent['what']>({ fin: true, reset: true, 'write-failed': true }),
    reason: optional(text),
  }),
  closing: objectOf<Written<'closing'>>({
    type: exactly('closing'),
    ...BASE,
    how: oneOf<ClosingEvent['how']>({ close: true, 'half-close': true, reset: true, destroy: true }),
    source,
  }),
  closed: objectOf<Written<'closed'>>({
    type: exactly('closed'),
    ...BASE,
    by: oneOf<ClosedEvent['by']>({ client: true, server: true }),
    how: oneOf<ClosedEvent['how']>({ fin: true, reset: true, destroyed: true }),
    receivedOctets: count,
    sentOctets: count,
    unread: count,
  }),
  note: objectOf<Written<'note'>>({
    type: exactly('note'),
    ...BASE,
    fact: oneOf<NoteEvent['fact']>({
      'lf-without-cr': true,
      'cr-without-lf': true,
      'limit-tripped': true,
      'early-talker': true,
      'unadvertised-pipelining': true,
      blacklisted: true,
      'handler-waited': true,
      'bounced-input': true,
      'config-changed': true,
      'reading-paused': true,
      'reading-resumed': true,
      path: true,
      'trace-bounded': true,
      authenticated: true,
      'authentication-failed': true,
      saved: true,
      'save-failed': true,
      state: true,
    }),
    detail: text,
  }),
};

/** Whether this version knows an event type of that name. */
export function isEventType(type: unknown): type is TraceEventType {
  return isKeyOf(EVENT_GUARDS, type);
}

function isKeyOf<Table extends object>(table: Table, key: unknown): key is keyof Table {
  return typeof key === 'string' && Object.hasOwn(table, key);
}

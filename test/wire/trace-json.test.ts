import fc from 'fast-check';
import { EVENT_NAMES } from '../../src/smtp/vocabulary';
import type { Mode, Terminator } from '../../src/smtp/vocabulary';
import { RecordError } from '../../src/wire/guard';
import type { NoteEvent, Source, StepEvent, TraceEvent, TraceEventType, TraceRecord } from '../../src/wire/trace-event';
import { readTrace, writeTrace, writeTraceHeader, writeTraceLine, writeTraceTrailer } from '../../src/wire/trace-json';
import { contentFacts } from './arbitraries';

// --- an arbitrary event of every type ------------------------------------------------------------------------------

const count = fc.nat();
const ms = fc.nat({ max: 1e9 }).map((us) => us / 1000);
const latin1Text = fc.string({ unit: fc.nat({ max: 255 }).map((octet) => String.fromCharCode(octet)), maxLength: 20 });
const octets = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));
const text = fc.string({ maxLength: 10 });
const yes = fc.constant(true as const);
const endpoint = fc.record({ address: fc.ipV4(), port: fc.nat({ max: 65535 }) });
const source: fc.Arbitrary<Source> = fc.oneof(
  fc.record({ kind: fc.constant('rule' as const), rule: text }),
  fc.record({ kind: fc.constant('policy' as const), policy: text }),
  fc.record({ kind: fc.constant('persona' as const), situation: text }),
  fc.record({ kind: fc.constant('default' as const) }),
);
const layer = fc.oneof(
  fc.constantFrom('wire' as const, 'plain' as const),
  text.map((box) => `after:${box}` as const),
);
const base = { seq: count, at: ms };
const arrival = { offset: count, length: count, firstSeq: count, firstAt: ms, lastSeq: count, lastAt: ms };

/** An event of a type: fields that are always there, and fields that may be. */
const event = <R extends object, O extends object>(
  required: { [Field in keyof R]: fc.Arbitrary<R[Field]> },
  optional: { [Field in keyof O]: fc.Arbitrary<O[Field]> },
) =>
  fc
    .tuple(fc.record(base), fc.record(required), fc.record(optional, { requiredKeys: [] }))
    .map(([base, required, optional]) => ({ ...base, ...required, ...optional }));

const facts = contentFacts(text, count);

const EVENTS: { readonly [T in TraceEventType]: fc.Arbitrary<Extract<TraceEvent, { readonly type: T }>> } = {
  connected: event(
    { type: fc.constant('connected'), connection: count, server: count, peer: endpoint, local: endpoint },
    { implicitTls: yes, proxiedBy: endpoint },
  ),
  received: event({ type: fc.constant('received'), layer, offset: count, length: count }, { octets }),
  sent: event({ type: fc.constant('sent'), layer, offset: count, length: count }, { octets }),
  command: event(
    {
      type: fc.constant('command'),
      ...arrival,
      event: fc.constantFrom(...EVENT_NAMES),
      line: latin1Text,
      terminator: fc.constantFrom<Terminator>('CRLF', 'LF', 'CR', 'none'),
    },
    { cut: yes, redacted: yes },
  ),
  reply: event(
    {
      type: fc.constant('reply'),
      code: fc.option(fc.nat({ max: 999 })),
      octets: latin1Text,
      answers: fc.option(count),
      source,
      inputWaiting: count,
      offset: count,
      length: count,
    },
    { raw: yes, as: count, unsolicited: yes, dribbled: yes },
  ),
  'reply-ended': fc.record({ ...base, type: fc.constant('reply-ended'), reply: count }),
  message: fc.record({
    ...base,
    type: fc.constant('message'),
    ...arrival,
    via: fc.constantFrom('DATA', 'BDAT'),
    size: count,
    digest: text,
    messageId: fc.option(text),
    sender: text,
    recipients: fc.array(text, { maxLength: 3 }),
    facts,
    complete: fc.boolean(),
    stored: fc.option(count),
  }),
  chunk: fc.record({
    ...base,
    type: fc.constant('chunk'),
    command: count,
    announced: count,
    received: count,
    last: fc.boolean(),
  }),
  step: event(
    {
      type: fc.constant('step'),
      step: fc.constantFrom<StepEvent['step']>(
        'wait',
        'hold',
        'mute',
        'deaf',
        'ignore',
        'set',
        'swallow',
        'discard',
        'look-up',
        'next',
      ),
      source,
    },
    { ms, detail: text, octets: count },
  ),
  'hold-ended': fc.record({
    ...base,
    type: fc.constant('hold-ended'),
    by: fc.constantFrom('input', 'time', 'peer-closed', 'stopped'),
    heldMs: ms,
    octets: count,
  }),
  mode: fc.record({
    ...base,
    type: fc.constant('mode'),
    mode: fc.constantFrom<Mode>('command', 'content', 'bdat', 'sasl', 'tls', 'mute', 'swallow'),
  }),
  offered: fc.record({ ...base, type: fc.constant('offered'), keywords: fc.array(text, { maxLength: 4 }) }),
  tls: event(
    { type: fc.constant('tls'), phase: fc.constantFrom('started', 'secured', 'failed', 'client-hello', 'closed') },
    { protocol: text, cipher: text, servername: text, reason: text },
  ),
  peer: event({ type: fc.constant('peer'), what: fc.constantFrom('fin', 'reset', 'write-failed') }, { reason: text }),
  closing: fc.record({
    ...base,
    type: fc.constant('closing'),
    how: fc.constantFrom('close', 'half-close', 'reset', 'destroy'),
    source,
  }),
  closed: fc.record({
    ...base,
    type: fc.constant('closed'),
    by: fc.constantFrom('client', 'server'),
    how: fc.constantFrom('fin', 'reset', 'destroyed'),
    receivedOctets: count,
    sentOctets: count,
    unread: count,
  }),
  note: fc.record({
    ...base,
    type: fc.constant('note'),
    fact: fc.constantFrom<NoteEvent['fact']>('lf-without-cr', 'saved', 'state', 'path'),
    detail: text,
  }),
};

const record: fc.Arbitrary<TraceRecord> = fc.record({
  connection: count,
  server: count,
  events: fc.array(fc.oneof(...Object.values(EVENTS)), { maxLength: 12 }),
  dropped: fc.record({ octets: count, events: count }),
});

const fileOf = (trace: TraceRecord): string => [...writeTrace(trace)].map((line) => `${line}\n`).join('');

// --- a trace written by hand ---------------------------------------------------------------------------------------

const HEADER = '{"trace":1,"connection":3,"server":0}';
const RECEIVED = '{"type":"received","seq":7,"at":1.5,"layer":"plain","offset":0,"length":6,"octets":"QUIT\\r\\n"}';
const FIN = '{"type":"peer","seq":9,"at":2,"what":"fin"}';
const TRAILER = '{"dropped":{"octets":5,"events":1}}';
const file = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

describe('one line', () => {
  it('holds octets as latin1 text', () => {
    const written = writeTraceLine({
      type: 'sent',
      seq: 1,
      at: 0.25,
      layer: 'wire',
      offset: 0,
      length: 3,
      octets: Buffer.from([0x00, 0xe9, 0x0a]),
    });
    expect(written).toBe(
      '{"type":"sent","seq":1,"at":0.25,"layer":"wire","offset":0,"length":3,"octets":"\\u0000é\\n"}',
    );
  });

  it('of a header and a trailer', () => {
    expect(writeTraceHeader(3, 0)).toBe(HEADER);
    expect(writeTraceTrailer({ octets: 5, events: 1 })).toBe(TRAILER);
  });
});

describe('a trace read back', () => {
  test.each(Object.entries(EVENTS))('%s events are equal', (_type, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (event) => {
        const trace = { connection: 1, server: 0, events: [event], dropped: { octets: 0, events: 0 } };
        expect(readTrace(fileOf(trace), 't').record).toEqual(trace);
      }),
      { numRuns: 40 },
    );
  });

  it('is equal as a whole, as text and as a Buffer', () => {
    fc.assert(
      fc.property(record, (trace) => {
        const content = fileOf(trace);
        expect(readTrace(content, 't')).toMatchObject({ record: trace, torn: false });
        expect(readTrace(Buffer.from(content), 't').record).toEqual(trace);
      }),
    );
  });

  it('has octets as Buffers', () => {
    const { record, torn, problems } = readTrace(file(HEADER, RECEIVED, FIN, TRAILER), 't');
    expect(record).toEqual({
      connection: 3,
      server: 0,
      events: [
        { type: 'received', seq: 7, at: 1.5, layer: 'plain', offset: 0, length: 6, octets: Buffer.from('QUIT\r\n') },
        { type: 'peer', seq: 9, at: 2, what: 'fin' },
      ],
      dropped: { octets: 5, events: 1 },
    });
    expect({ torn, problems }).toEqual({ torn: false, problems: [] });
  });

  it('needs no trailer: a server that was killed wrote none', () => {
    expect(readTrace(file(HEADER, FIN), 't').record.dropped).toEqual({ octets: 0, events: 0 });
  });

  it('survives CRLF line ends and a byte order mark', () => {
    const content = `\ufeff${file(HEADER, RECEIVED, TRAILER).replaceAll('\n', '\r\n')}`;
    expect(readTrace(content, 't').record.events).toHaveLength(1);
  });

  it('keeps a field that a newer writer added', () => {
    const line = FIN.replace('}', ',"mood":"sad"}');
    expect(readTrace(file(HEADER, line), 't').record.events).toEqual([
      { type: 'peer', seq: 9, at: 2, what: 'fin', mood: 'sad' },
    ]);
  });

  it('leaves out an event type that a newer writer added, and says so', () => {
    const { record, problems } = readTrace(file(HEADER, '{"type":"teapot","seq":1,"at":0}', FIN), 't.jsonl');
    expect(record.events.map(({ type }) => type)).toEqual(['peer']);
    expect(problems).toEqual(['t.jsonl:2: left out an event of unknown type "teapot"']);
  });

  it('says where seq does not rise', () => {
    expect(readTrace(file(HEADER, FIN, RECEIVED), 't').problems).toEqual(['t:3: seq 7 comes behind seq 9']);
  });
});

describe('a torn trace', () => {
  const content = file(HEADER, RECEIVED, FIN);
  const upTo = (at: number) => readTrace(content.slice(0, at), 't');

  test.each(Array.from({ length: content.length - HEADER.length }, (_, index) => HEADER.length + index))(
    'cut at %i is read up to its last whole line',
    (at) => {
      const whole = content.slice(0, at).split('\n').filter((line) => line.endsWith('}')); // prettier-ignore
      const { record, torn } = upTo(at);
      expect(record.events).toHaveLength(whole.length - 1);
      expect(torn).toBe(!/[}\n]$/.test(content.slice(0, at)));
    },
  );

  it('is told of with its place', () => {
    expect(upTo(content.length - 5)).toMatchObject({
      torn: true,
      problems: ['t:3: the last line is torn and was left out'],
    });
  });

  it('may end in the middle of a character', () => {
    const octets = Buffer.from(file(HEADER, FIN) + RECEIVED.replace('QUIT', 'é'));
    const { record, torn } = readTrace(octets.subarray(0, octets.indexOf(0xc3) + 1), 't');
    expect({ events: record.events.length, torn }).toEqual({ events: 1, torn: true });
  });
});

describe('what is no trace', () => {
  const complaint = (content: string): string => {
    try {
      readTrace(content, 't.jsonl');
    } catch (error) {
      if (error instanceof RecordError) return error.message;
      throw error;
    }
    return 'no complaint';
  };

  test.each([
    ['an empty file', '', 't.jsonl: is empty, so it is no trace'],
    ['a torn header', '{"trace":1,', 't.jsonl: not even its first line is whole'],
    ['another kind of file', file('220 hello', FIN), 't.jsonl:1: is no trace of smtp-gauntlet: its first line should be {"trace":1,…}'], // prettier-ignore
    ['a trace without header', file(FIN), 't.jsonl:1: is no trace of smtp-gauntlet: its first line should be {"trace":1,…}'], // prettier-ignore
    ['a newer version', file('{"trace":2}'), 't.jsonl:1: trace format 2, and this version reads 1: a newer smtp-gauntlet is needed'], // prettier-ignore
    ['an older version', file('{"trace":0}'), 't.jsonl:1: trace format 0, and this version reads 1: only an older smtp-gauntlet reads that'], // prettier-ignore
    ['a version that is no number', file('{"trace":"x"}'), 't.jsonl:1: the version of the trace format should be a whole number'], // prettier-ignore
    ['a header without connection', file('{"trace":1,"server":0}'), 't.jsonl:1: connection should be a whole number, 0 or more'], // prettier-ignore
    ['a broken line in the middle', file(HEADER, FIN, '{"type":"pe', FIN), 't.jsonl:3: is not a JSON object: the line is damaged'], // prettier-ignore
    ['a broken last line that was ended', file(HEADER, '{"type":'), 't.jsonl:2: is not a JSON object: the line is damaged'], // prettier-ignore
    ['an empty line', file(HEADER, '', FIN), 't.jsonl:2: is not a JSON object: the line is damaged'],
    ['a list', file(HEADER, '[1]'), 't.jsonl:2: is not a JSON object: the line is damaged'],
    ['an event without type', file(HEADER, '{"seq":1}'), 't.jsonl:2: type should be a string'],
    ['an event without seq', file(HEADER, '{"type":"mode","at":1,"mode":"tls"}'), 't.jsonl:2: seq should be a whole number, 0 or more'], // prettier-ignore
    ['a word of another list', file(HEADER, FIN.replace('"fin"', '"gone"')), 't.jsonl:2: what should be one of fin, reset, write-failed'], // prettier-ignore
    ['a nested field of the wrong type', file(HEADER, '{"type":"closing","seq":1,"at":1,"how":"close","source":{"kind":"rule","rule":5}}'), 't.jsonl:2: source.rule should be a string'], // prettier-ignore
    ['an unknown source', file(HEADER, '{"type":"closing","seq":1,"at":1,"how":"close","source":{"kind":"toString"}}'), 't.jsonl:2: source.kind should be one of rule, policy, persona, default'], // prettier-ignore
    ['octets above U+00FF', file(HEADER, RECEIVED.replace('QUIT', '\u{fffd}')), 't.jsonl:2: octets should be a string of octets (no character above U+00FF)'], // prettier-ignore
    ['an item of a list', file(HEADER, '{"type":"offered","seq":1,"at":1,"keywords":["SIZE",5]}'), 't.jsonl:2: keywords[1] should be a string'], // prettier-ignore
    ['lines behind the trailer', file(HEADER, TRAILER, FIN), 't.jsonl:2: lines follow the trailer {"dropped":…}'],
    [
      'a torn line behind the trailer',
      `${file(HEADER, TRAILER)}{"ty`,
      't.jsonl:2: lines follow the trailer {"dropped":…}',
    ],
    ['a trailer of the wrong shape', file(HEADER, '{"dropped":5}'), 't.jsonl:2: dropped should be an object'],
  ])('%s', (_name, content, message) => {
    expect(complaint(content)).toBe(message);
  });

  it('is said with file and line apart, too', () => {
    expect(() => readTrace(file(HEADER, '[]'), 't')).toThrow(
      expect.objectContaining({ name: 'RecordError', file: 't', line: 2 }),
    );
  });

  it('never gives anything but a trace or a RecordError, whatever is done to a good file', () => {
    const good = file(HEADER, RECEIVED, FIN, TRAILER);
    fc.assert(
      fc.property(fc.nat(good.length), fc.nat(20), fc.string({ maxLength: 8 }), (at, length, put) => {
        const content = good.slice(0, at) + put + good.slice(at + length);
        try {
          expect(readTrace(content, 't').record.events.length).toBeLessThan(8);
        } catch (error) {
          expect(error).toBeInstanceOf(RecordError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

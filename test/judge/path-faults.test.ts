import type { TraceEvent, TraceRecord } from '../../src/wire/trace-event';
import { pathChanges } from '../../src/judge/path-faults';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

function record(
  ...events: readonly ([kind: 'reply' | 'wire>' | 'plain<' | 'wire<', text: string] | 'tls')[]
): TraceRecord {
  return {
    connection: 1,
    server: 0,
    dropped: { octets: 0, events: 0 },
    events: events.map((event, index): TraceEvent => {
      const stamp = { seq: index + 1, at: index };
      if (event === 'tls') return { ...stamp, type: 'tls', phase: 'started' };
      const [kind, text] = event;
      const octets = { offset: 0, length: text.length, octets: bytes(text) };
      if (kind === 'wire>') return { ...stamp, type: 'sent', layer: 'wire', ...octets };
      if (kind !== 'reply')
        return { ...stamp, type: 'received', layer: kind === 'wire<' ? 'wire' : 'plain', ...octets };
      const source = { kind: 'default' } as const;
      return {
        ...stamp,
        type: 'reply',
        code: 250,
        octets: text,
        answers: null,
        source,
        inputWaiting: 0,
        offset: 0,
        length: text.length,
      };
    }),
  };
}

test('a direct path changes nothing', () => {
  expect(pathChanges(record(['reply', '220 hi\r\n'], ['plain<', 'EHLO a\r\n']))).toEqual([]);
});

test('other segments and delays change nothing', () => {
  expect(
    pathChanges(
      record(
        ['reply', '220 hi\r\n'],
        ['wire>', '220 '],
        ['wire>', 'hi\r\n'],
        ['wire<', 'EHLO a\r\n'],
        ['plain<', 'EHLO '],
        ['plain<', 'a\r\n'],
      ),
    ),
  ).toEqual([]);
});

test('what is still on its way, or was swallowed, is not changed', () => {
  expect(pathChanges(record(['reply', '220 hi\r\n'], ['wire<', 'EHLO a\r\nMAIL'], ['plain<', 'EHLO a\r\n']))).toEqual(
    [],
  );
});

test('a starred banner is a changed reply, from the greeting on', () => {
  expect(
    pathChanges(
      record(['reply', '220 hi\r\n'], ['wire>', '220 **\r\n'], ['wire<', 'HELO a\r\n'], ['plain<', 'HELO a\r\n']),
    ),
  ).toEqual([{ seq: 1, side: 'client' }]);
});

test('XXXX for EHLO is changed from that read on, not before', () => {
  expect(
    pathChanges(
      record(['wire<', 'NOOP\r\n'], ['plain<', 'NOOP\r\n'], ['wire<', 'EHLO a\r\n'], ['plain<', 'XXXX a\r\n']),
    ),
  ).toEqual([{ seq: 4, side: 'server' }]);
});

test('a duplicated reply shifts all that follow', () => {
  expect(
    pathChanges(
      record(
        ['wire<', 'x'],
        ['plain<', 'x'],
        ['reply', '250 a\r\n'],
        ['wire>', '250 a\r\n250 a\r\n'],
        ['reply', '354 b\r\n'],
      ),
    ),
  ).toEqual([{ seq: 4, side: 'client' }]);
});

test('a reply said twice is seen at once, also when the next one has the same words', () => {
  expect(
    pathChanges(
      record(
        ['wire<', 'x'],
        ['plain<', 'x'],
        ['reply', '250 OK\r\n'],
        ['wire>', '250 OK\r\n250 OK\r\n'],
        ['reply', '250 OK\r\n'],
      ),
    ),
  ).toEqual([{ seq: 4, side: 'client' }]);
});

test('ciphertext is not compared', () => {
  expect(
    pathChanges(record(['wire<', 'a'], ['plain<', 'a'], 'tls', ['wire<', '\x16\x03'], ['plain<', 'EHLO'])),
  ).toEqual([]);
});

// The live transcript: the rows of the saved one, as they happen, with the connection in the margin.

import { liveTranscript, transcript } from '../../src/report/transcript';
import { readTraceText } from '../../src/wire/trace-text';
import { lines } from './transcript-events';

const LOOK = { color: false, width: 80 };

test('two connections take turns, each with its own time', () => {
  const records = readTraceText(`
    # connection 1
    S: 220 one
    +1s
    # connection 2
    S: 220 two
    # connection 1
    C: QUIT
    S: 221 bye
    # connection 2
    C- FIN
  `);
  const live = liveTranscript(LOOK);
  const printed = records
    .flatMap((record) => record.events.map((event) => ({ connection: record.connection, event })))
    .sort((one, other) => one.event.seq - other.event.seq)
    .flatMap(({ connection, event }) => live.event(connection, event));
  expect(`${printed.join('\n')}\n`).toBe(
    `${lines(`
      >#1     0.000  connected from 127.0.0.1:40001
      >#1     0.000  S: 220 one
      >#1                                           default
      >#2     0.000  connected from 127.0.0.1:40002
      >#2     0.000  S: 220 two
      >#2                                           default
      >#1     1.000  C: QUIT
      >#1     1.000  S: 221 bye
      >#1                                           default
      >#1     1.000  the server closes (FIN)
      >#1     1.000  the client closes (FIN)
      >#1     1.000  closed; the server ended it first (FIN)
      >#1   1 command; 0 × 4yz, 0 × 5yz; 0 messages accepted, 0 refused; 6 octets in,
      >#1     18 out; 1 s.
      >#1   Domino's sum: 127.0.0.1 disconnected. 0 message[s] received
      >#2     0.000  the client closes (FIN)
      >#2     0.000  the server closes (FIN)
      >#2     0.000  closed; the client ended it first (FIN)
      >#2   0 commands; 0 × 4yz, 0 × 5yz; 0 messages accepted, 0 refused; 0 octets in,
      >#2     9 out; 0 ms.
      >#2   Domino's sum: 127.0.0.1 disconnected. 0 message[s] received
    `)}\n`,
  );
});

test('the rows are those of the saved transcript', () => {
  const [record] = readTraceText(`
    # connection 1
    S: 220 hi
    C: MAIL FROM:<a@b>
    S: 250 ok
    C: DATA
    S: 354 go
    C: one
    C| .
    S: 250 ok
    C- FIN
  `);
  if (record === undefined) throw new Error('the text holds no connection');
  const live = liveTranscript({ ...LOOK, width: 85 });
  const printed = record.events.flatMap((event) => live.event(1, event)).map((line) => line.slice(5));
  const saved = transcript(record, LOOK)
    .split('\n')
    .filter((line) => line !== '');
  expect(printed).toEqual(saved.slice(1));
});

test('the margin counts as part of the width', () => {
  const [record] = readTraceText(`
    # connection 1234
    S: 220 ${'mail.example.com '.repeat(10)}
  `);
  if (record === undefined) throw new Error('the text holds no connection');
  const live = liveTranscript({ color: false, width: 60 });
  const printed = record.events.flatMap((event) => live.event(1234, event));
  expect(printed.length).toBeGreaterThan(4);
  for (const line of printed) expect(line.length).toBeLessThanOrEqual(60);
});

// While a connection lasts nobody has gone over its record yet.
test.each([
  ['a response without its end', 'C: AUTH LOGIN\nS: 334 \nC\\: c2VjcmV0c2VjcmV0'],
  ['responses that nobody takes', 'C: NOOP\nC\\: AUTH LOGIN\\r\\nc2VjcmV0c2VjcmV0\\r\\nc2VjcmV0c2VjcmV0\\r\\n'],
  ['a verb with the credentials glued to it', 'C: NOOP\nC\\: AUTHPLAIN c2VjcmV0c2VjcmV0\\r\\n'],
])('credentials that are never taken are not quoted: %s', (_, said) => {
  const [record] = readTraceText(`# connection 1\nS: 220 one\n${said}\n`);
  const live = liveTranscript(LOOK);
  const printed = (record?.events ?? []).flatMap((event) => live.event(1, event)).join('\n');
  expect(printed).toContain('never taken as a command');
  expect(printed).not.toContain('c2VjcmV0');
});

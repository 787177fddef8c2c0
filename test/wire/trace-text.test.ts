import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { TraceEvent, TraceEventType, TraceRecord } from '../../src/wire/trace-event';
import { printTraceText, readTraceText, TraceTextError } from '../../src/wire/trace-text';

type Of<Type extends TraceEventType> = TraceEvent & { type: Type };

function read(text: string): TraceRecord {
  const [record] = readTraceText(text);
  if (record === undefined) throw new Error('the text has no connection');
  return record;
}

function events<Type extends TraceEventType>(record: TraceRecord, type: Type): Of<Type>[] {
  return record.events.filter((event): event is Of<Type> => event.type === type);
}

const types = (text: string): string[] => read(text).events.map(({ type }) => type);

const greeted = 'S: 220 mx\nC: EHLO a\nS: 250 mx\n';
const inData = `${greeted}C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 go\n`;

describe('reading', () => {
  it('makes the events of a whole session, in the order of the server', () => {
    expect(types('S: 220 mx\nC: EHLO a\nS: 250-mx\nS: 250 SIZE 1000\nC: QUIT\nS: 221 bye')).toEqual([
      'connected',
      'reply',
      'received',
      'command',
      'reply',
      'offered',
      'received',
      'command',
      'reply',
      'closing',
      'peer',
      'closed',
    ]);
  });

  it('counts seq over all connections from 1, and time from 0', () => {
    const [one, two] = readTraceText('S: 220 a\n+3s\nC- FIN\n+30min\n# connection 2 from 192.0.2.7:1234\nS: 220 b');
    const all = [...(one?.events ?? []), ...(two?.events ?? [])];
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1));
    expect(one?.events.at(-1)).toMatchObject({ type: 'closed', at: 3000, by: 'client' });
    expect(two?.events[0]).toMatchObject({ connection: 2, at: 1_803_000, peer: { address: '192.0.2.7', port: 1234 } });
  });

  it('lets connections interleave', () => {
    const [one, two] = readTraceText(
      'S: 220 a\n# connection 2\nS: 220 b\n# connection 1\nC: NOOP\n# connection 2\nC: HELP',
    );
    expect(events(one as TraceRecord, 'command')[0]?.line).toBe('NOOP');
    expect(events(two as TraceRecord, 'command')[0]?.line).toBe('HELP');
  });

  it('pairs each reply with the unit it answers', () => {
    const record = read(`${inData}C: .\nS: 250 queued`);
    const answered = new Map(record.events.map((event) => [event.seq, event.type]));
    expect(events(record, 'reply').map(({ answers }) => answered.get(answers ?? 0))).toEqual([
      'connected',
      'command',
      'command',
      'command',
      'command',
      'message',
    ]);
  });

  it('takes an early line only after the reply before it, but stamps it on arrival', () => {
    const record = read(`${greeted}C: MAIL FROM:<a@b>\nC: RCPT TO:<c@d>\n+2s\nS: 250 ok\nS: 250 ok`);
    const rcpt = events(record, 'command').at(-1);
    const mailReply = events(record, 'reply').at(-2);
    expect(rcpt).toMatchObject({ line: 'RCPT TO:<c@d>', firstAt: 0, at: 2000 });
    expect(rcpt?.firstSeq).toBeLessThan(mailReply?.seq ?? 0);
    expect(rcpt?.seq).toBeGreaterThan(mailReply?.seq ?? 0);
    expect(mailReply?.inputWaiting).toBe('RCPT TO:<c@d>\r\n'.length);
  });

  it('joins C| lines to one read', () => {
    const record = read(`${greeted}C: MAIL FROM:<a@b>\nC| RCPT TO:<c@d>\nC\\| DA\nS: 250 ok\nS: 250 ok\nC\\: TA\\r\\n`);
    expect(events(record, 'received').map(({ length }) => length)).toEqual([8, 34, 4]);
    const data = events(record, 'command').at(-1);
    expect(data?.line).toBe('DATA');
    expect(data?.firstSeq).toBeLessThan(data?.lastSeq ?? 0);
  });

  it('keeps what ended a line', () => {
    const record = read(`${greeted}C\\: NOOP\\n\nS: 250 ok\nC\\: NO`);
    expect(events(record, 'command').map(({ terminator }) => terminator)).toEqual(['CRLF', 'LF']);
    expect(read(`${greeted}C\\: NO\nC- FIN`).events.at(-1)).toMatchObject({ type: 'closed', unread: 2 });
  });

  it('ends lines by another rule when the server is configured so', () => {
    const old = `${greeted}S! note config-changed line-endings cr-or-lf\nC\\: NOOP\\r`;
    expect(events(read(old), 'command').at(-1)).toMatchObject({ line: 'NOOP', terminator: 'CR' });
    const strict = `${greeted}S! note config-changed line-endings crlf\nC\\: NOOP\\n`;
    expect(events(read(strict), 'command')).toHaveLength(1);
  });

  it('describes the mail data between 354 and the dot', () => {
    const record = read(`${inData}C: Message-ID: <1@a>\nC: \nC: ..x\nC\\: a\\nb\\r\\n\nC: .\nS: 250 ok`);
    expect(events(record, 'message')[0]).toMatchObject({
      via: 'DATA',
      messageId: '<1@a>',
      sender: 'a@b',
      recipients: ['c@d'],
      complete: true,
      facts: { lines: 4, bareLf: 1, stuffedDots: 1 },
    });
    expect(events(record, 'mode').map(({ mode }) => mode)).toEqual(['content', 'command']);
  });

  it('leaves mail data incomplete when somebody goes', () => {
    for (const end of ['C- FIN', 'C- RST', 'S- FIN', 'S- RST']) {
      const record = read(`${inData}C: Subject: x\n${end}`);
      expect(events(record, 'message')).toMatchObject([{ complete: false, length: 12 }]);
    }
  });

  it('takes BDAT by its count', () => {
    const begun = `${greeted}C: MAIL FROM:<a@b>\nS: 250 ok\n`;
    const record = read(`${begun}C: BDAT 5\nC: abc\nS: 250 ok\nC: BDAT 2 LAST\nC\\: de\nS: 250 ok`);
    expect(events(record, 'chunk')).toMatchObject([
      { announced: 5, received: 5, last: false },
      { announced: 2, received: 2, last: true },
    ]);
    expect(events(record, 'message')).toMatchObject([{ via: 'BDAT', size: 7, sender: 'a@b' }]);
    expect(() => readTraceText(`${begun}C: BDAT 9\nC: abc\nS: 250 ok`)).toThrow(/announced octets are not complete/);
  });

  it('redacts credentials in the line and in the octets', () => {
    const record = read(`${greeted}C: AUTH PLAIN AGEAYg==\nS: 334 go\nC: c2VjcmV0\nS: 235 ok`);
    expect(events(record, 'command').slice(1)).toMatchObject([
      { event: 'AUTH', line: 'AUTH PLAIN ********', redacted: true },
      { event: 'auth-response', line: '********', redacted: true },
    ]);
    expect(JSON.stringify(record.events.map((event) => ('octets' in event ? String(event.octets) : '')))).not.toMatch(
      /AGEA|c2Vj/,
    );
  });

  it('holds a reply until it is due, or until the client talks', () => {
    const quiet = read(`${greeted}C: NOOP\nS! hold 2s\nS: 250 ok`);
    expect(events(quiet, 'hold-ended')).toMatchObject([{ by: 'time', heldMs: 2000, octets: 0 }]);
    expect(events(quiet, 'reply').at(-1)?.at).toBe(2000);
    const early = read(`${greeted}C: NOOP\nS! hold 2s\n+1s\nC: NOOP\nS: 250 ok`);
    expect(events(early, 'hold-ended')).toMatchObject([{ by: 'input', heldMs: 1000, octets: 6 }]);
    expect(events(read(`${greeted}C: NOOP\nS! hold 2s\nC- FIN`), 'hold-ended')).toMatchObject([{ by: 'peer-closed' }]);
  });

  it('sends a reply in pieces when something stands between its lines', () => {
    const record = read('S: 220-one\n+6s\nC: EHLO a\nS> 2\n+1s\nS: 20 two'.replace('S: 20 two', 'S> 20 two\\r\\n'));
    const [reply] = events(record, 'reply');
    expect(reply).toMatchObject({ octets: '220-one\r\n220 two\r\n', dribbled: true, at: 0 });
    expect(events(record, 'sent').map(({ at, length }) => [at, length])).toEqual([
      [0, 9],
      [6000, 1],
      [7000, 8],
    ]);
    expect(events(record, 'reply-ended')).toMatchObject([{ at: 7000, reply: reply?.seq }]);
  });

  it('moves no state by raw octets, unless they stand for a code', () => {
    expect(events(read(`${greeted}C: DATA\nS\\: 354 go\\n`), 'mode')).toEqual([]);
    const record = read(`${greeted}C: DATA\nS\\354: 354 go\\n`);
    expect(events(record, 'reply').at(-1)).toMatchObject({ code: null, raw: true, as: 354 });
    expect(events(record, 'mode')).toMatchObject([{ mode: 'content' }]);
  });

  it('drops plaintext behind STARTTLS and starts over inside TLS', () => {
    const record = read(
      `${greeted}C: STARTTLS\nC| NOOP\nS: 220 go\nTLS secured TLSv1.3 AES servername=mx\nC: EHLO a\nS: 250 mx`,
    );
    expect(record.events.map(({ type }) => type).filter((type) => ['tls', 'step', 'mode'].includes(type))).toEqual([
      'mode',
      'step',
      'tls',
      'tls',
      'mode',
    ]);
    expect(events(record, 'step')).toMatchObject([{ step: 'discard', octets: 6 }]);
    expect(events(record, 'tls').at(-1)).toMatchObject({ protocol: 'TLSv1.3', cipher: 'AES', servername: 'mx' });
  });

  it('closes after QUIT and 421, unless the text says what comes next', () => {
    const closings = (text: string): unknown[] => events(read(text), 'closing').map(({ how }) => how);
    expect(closings(`${greeted}C: QUIT\nS: 221 bye`)).toEqual(['close']);
    expect(closings(`${greeted}C: NOOP\nS: 421 bye\n+5s\nS- RST`)).toEqual(['reset']);
    expect(closings(`${greeted}C: NOOP\nS: 421 bye\nS! next continue\nC: NOOP\nS: 250 ok\nC- FIN`)).toEqual(['close']);
    expect(closings(greeted)).toEqual(['destroy']);
  });

  it('knows octets below the plain layer only by what became of them', () => {
    expect(() => readTraceText(`${greeted}C: STARTTLS\nS: 220 go\nC: EHLO a`)).toThrow(/write TLS failed/);
  });

  it('lets raw octets be the last word to a unit', () => {
    const record = read(`${greeted}C: NOOP\nS\\: garbage\\r\\n\nC: NOOP\nS: 250 ok`);
    expect(events(record, 'reply').slice(2)).toMatchObject([
      { answers: null, unsolicited: true, raw: true },
      { code: 250 },
    ]);
  });

  it('stops taking units in a mute session, and still records', () => {
    const record = read(`${greeted}S! mute\nC: NOOP\n+10s\nC- FIN`);
    expect(events(record, 'command')).toHaveLength(1);
    expect(record.events.at(-1)).toMatchObject({ type: 'closed', unread: 6 });
  });

  it.each([
    ['hello', 1, /begins with no known mark/],
    ['S: OK', 1, /is no reply line/],
    ['S: 220 a\nS: 220 b', 2, /nobody waits for this reply/],
    ['; fine\nS: 220-a\nC: x', 2, /never ends/],
    ['S: 220 a\n+3', 2, /is no time/],
    ['C| x', 1, /no C: line stands right before it/],
    ['S! sulk', 1, /is no step/],
    ['S! note gossip', 1, /is no fact/],
    ['C- FIN\nS- FIN\nC: x', 3, /closed already/],
    ['C\\: \\q', 1, /is no escape/],
    ['TLS secured', 1, /no STARTTLS was answered/],
    ['# connection 1 form 1.2.3.4:5', 1, /"form" is not from/],
  ])('names the line of the mistake in %j', (text, line, message) => {
    expect(() => readTraceText(text)).toThrow(TraceTextError);
    expect(() => readTraceText(text)).toThrow(message);
    expect(() => readTraceText(text)).toThrow(`line ${line}:`);
  });
});

it('reads the examples of its documentation', () => {
  const page = readFileSync(join(__dirname, '../../docs/trace-text.md'), 'utf8');
  const fences = [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)];
  const examples = fences.filter(([, language]) => language === '').map(([, , example]) => example ?? '');
  expect(examples.length).toBeGreaterThan(2);
  const [session, dribble, tls] = examples;
  expect(events(read(session ?? ''), 'hold-ended')).toMatchObject([{ by: 'input' }]);
  expect(events(read(dribble ?? ''), 'reply')[0]).toMatchObject({ dribbled: true });
  expect(events(read(`${greeted}${tls}S: 250 mx`), 'tls').at(-1)).toMatchObject({ phase: 'secured' });
});

describe('printing', () => {
  const texts: Readonly<Record<string, string>> = {
    session: `${inData}C: Subject: x\nC|\nC| ..\nC: .\nS: 250 ok\nC: QUIT\nS: 221 bye`,
    holds: `${greeted}C: NOOP\nS! hold 2s until RCPT\nC: NOOP\nS: 250 ok\nS! wait 3s\nS: 250 ok\nC- RST gone`,
    dribble: 'S: 220-one\n+6s\nC: EHLO a\nS> 2\n+1ms\nS> 20 two\\r\n+1ms\nS> \\n\nS: 250 mx',
    sources: `S! by persona greeting\nS: 220 mx\nS! by rule rules[0]\nC: NOOP\nS! hold 1s\nS: 421 bye`,
    octets: `${greeted}C\\: NO\nC\\: OP \\r\\n\nS\\: \\xff\\0x\\r\\n`.replace('\\0x', '\\x00'),
    starttls: `${greeted}C: STARTTLS\nC| NOOP\nS: 220 go\nTLS secured TLSv1.3\nC: AUTH PLAIN AGEAYg==\nS: 535 no`,
    implicit:
      '# connection 7 from [2001:db8::1]:99 server 1 proxied-by 10.0.0.1:9 implicit-tls\nTLS failed no shared cipher',
    connections: `${greeted}C- FIN\n+30min\n# connection 2\nS: 220 mx\n# connection 1\n`.replace(
      '# connection 1\n',
      '',
    ),
    unasked: `${greeted}S? 421 bye\nC: QUIT\nC- FIN`,
    lineEndings: `${greeted}S! note config-changed line-endings crlf\nC\\: NOOP\\n`,
    bdat: `${greeted}C: BDAT 5\nC: abc\nS: 503 no\nC: BDAT x\nS: 501 no\nC: BDAT 9 LAST\nC: a\nC- FIN`,
    mute: `${greeted}S! mute\nC: QUIT\n+10min\nC- FIN`,
    halfClose: `${greeted}S- half-close\nC: QUIT\nS: 221 bye`,
    halfClosedByBoth: `${greeted}S- half-close\nC- FIN`,
    rawWords: `${greeted}C: NOOP\nS\\: x\nC: NOOP\nS: 250 ok\nS\\?: y\nC: NOOP\nS\\?: z\nS: 250 ok\nC- FIN`,
    lost: `${greeted}C~ 100\nC- FIN`,
  };

  it.each(Object.keys(texts))('reads back to the same records: %s', (name) => {
    const records = readTraceText(texts[name] ?? '');
    expect(readTraceText(printTraceText(records))).toEqual(records);
  });

  it('prints what one would have written', () => {
    const text = [
      '# connection 1 from 192.0.2.7:1234 to 127.0.0.1:25',
      'S: 220 mx',
      'C: MAIL FROM:<a@b>',
      'S! hold 2s',
      'C: RCPT TO:<c@d>',
      'C\\| DA',
      '+2s',
      'S: 250 ok',
      'S: 503 no',
      'C- FIN',
      'S- FIN',
      '',
    ].join('\n');
    expect(printTraceText(readTraceText(text))).toBe(text);
  });
});

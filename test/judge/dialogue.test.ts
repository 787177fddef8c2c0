import { readDialogue, type Dialogue, type Exchange } from '../../src/judge/dialogue';
import { isOffered } from '../../src/judge/offer';
import { crossedLegally, stayedQuiet, thinkMs, waiting } from '../../src/judge/waiting';
import type { TraceRecord } from '../../src/wire/trace-event';
import { readTraceText } from '../../src/wire/trace-text';
import { greeted, withRecipient } from './support';

function dialogue(text: string): Dialogue {
  const [record] = readTraceText(text);
  return readDialogue(record as TraceRecord);
}

function exchange(from: Dialogue, line: RegExp): Exchange {
  const found = from.exchanges.find((candidate) => line.test(candidate.line));
  if (found === undefined) throw new Error(`no exchange matches ${line}`);
  return found;
}

const codes = (from: Dialogue): (string | number | null)[][] =>
  from.exchanges.map(({ verb, reply }) => [verb, reply?.code ?? null]);

describe('pairing', () => {
  it('goes by what a reply answers, not by counting', () => {
    const read = dialogue(
      `${greeted()}C: NOOP\nS! ignore\nC: MAIL FROM:<a@b.example>\nS? 250 stray\nS: 550 no\nS? 250 late`,
    );
    expect(codes(read)).toEqual([
      ['connect', 220],
      ['EHLO', 250],
      ['NOOP', null],
      ['MAIL', 550],
    ]);
    expect(read.unsolicited.map(({ lines }) => lines)).toEqual([['250 stray'], ['250 late']]);
  });

  it('takes mail data and its dot as one exchange, and BDAT with its chunk', () => {
    const read = dialogue(`${withRecipient('CHUNKING')}C: DATA\nS: 354 go\nC: x\nC: .\nS: 250 ok
      C: MAIL FROM:<a@b.example>\nS: 250 ok\nC: BDAT 3\nC\\: abc\nS: 250 ok\nC: BDAT 0 LAST\nS: 552 too big`);
    expect(codes(read).slice(4)).toEqual([
      ['DATA', 354],
      ['end-of-data', 250],
      ['MAIL', 250],
      ['BDAT', 250],
      ['BDAT', 552],
    ]);
    expect(read.exchanges.at(-2)?.chunk).toMatchObject({ announced: 3, last: false });
    expect(read.exchanges.at(-1)?.message).toMatchObject({ via: 'BDAT', size: 3 });
  });

  it('reads what raw octets stand for, and nothing from those that stand for none', () => {
    const read = dialogue(`${greeted()}C: NOOP\nS\\250: 250 ok\\n\nC: NOOP\nS\\: what\\r\\n`);
    expect(codes(read).slice(2)).toEqual([
      ['NOOP', 250],
      ['NOOP', null],
    ]);
  });
});

describe('the list in force', () => {
  it('is that of the last EHLO, without its first line, in any case of letters', () => {
    const read = dialogue(
      `S: 220 mx\nC: EHLO a\nS: 250-SIZE.example PIPELINING\nS: 250-size 1000\nS: 250 AUTH=LOGIN\nC: NOOP\nS: 250 ok`,
    );
    const noop = exchange(read, /NOOP/);
    expect(['PIPELINING', 'SIZE', 'auth'].map((keyword) => isOffered(noop, keyword))).toEqual([false, true, true]);
    expect(isOffered(exchange(read, /EHLO/), 'SIZE')).toBe(false);
  });

  it('survives an EHLO that was refused, and ends with HELO and with TLS', () => {
    const refused = dialogue(`${greeted('SIZE')}C: EHLO b\nS: 501 no\nC: NOOP\nS: 250 ok`);
    expect(isOffered(exchange(refused, /NOOP/), 'SIZE')).toBe(true);
    const helo = dialogue(`${greeted('SIZE')}C: HELO b\nS: 250 ok\nC: NOOP\nS: 250 ok`);
    expect(isOffered(exchange(helo, /NOOP/), 'SIZE')).toBe(false);
    const tls = dialogue(`${greeted('SIZE')}C: STARTTLS\nS: 220 go\nTLS secured\nC: NOOP\nS: 250 ok`);
    expect(exchange(tls, /NOOP/)).toMatchObject({ secured: true, offer: null });
    expect(tls.tls).toMatchObject([{ starttls: { verb: 'STARTTLS' }, outcome: { phase: 'secured' } }]);
  });
});

describe('transactions', () => {
  it('hold sender, recipients with their replies, and the final reply', () => {
    const read = dialogue(
      `${withRecipient()}C: RCPT TO:<"a b"@x.example> NOTIFY=NEVER\nS: 550 no\nC: DATA\nS: 354 go\nC: .\nS: 451 later`,
    );
    const [transaction] = read.transactions;
    expect(transaction).toMatchObject({ sender: 'sender@client.example', accepted: true, end: 'end-of-data' });
    expect(transaction?.recipients.map(({ address, reply }) => [address, reply?.code])).toEqual([
      ['user@example.com', 250],
      ['"a b"@x.example', 550],
    ]);
    expect(transaction?.recipients[1]?.argument.parameters).toMatchObject([{ keyword: 'NOTIFY', value: 'NEVER' }]);
    expect(transaction?.final?.code).toBe(451);
  });

  it.each([
    ['RSET\nS: 250 ok', 'rset'],
    ['RSET\nS: 500 no', 'closed'],
    ['EHLO a\nS: 250 ok', 'hello'],
    ['QUIT\nS: 221 bye', 'quit'],
    ['MAIL FROM:<x@y.example>\nS: 503 nested', 'mail'],
  ])('end by %j as "%s"', (command, end) => {
    expect(dialogue(`${withRecipient()}C: ${command}`).transactions[0]?.end).toBe(end);
  });

  it('begin with a refused MAIL too, and own what was sent for it', () => {
    const read = dialogue(`${greeted()}C: MAIL FROM:<>\nS: 550 no\nC: RCPT TO:<a@b.example>\nS: 503 no`);
    expect(read.transactions).toMatchObject([
      { accepted: false, sender: '', exchanges: [{ verb: 'MAIL' }, { verb: 'RCPT' }] },
    ]);
  });
});

describe('spews (trap 10)', () => {
  const spewed = `${withRecipient()}C: DATA\nS: 554 no\nC: Subject: x\nC| RSET\nC| .\nS: 500 ?\nS: 250 ok\nS: 500 ?`;

  it('swallow verbs and the dot, and end with it', () => {
    const read = dialogue(`${spewed}\nC: NOOP\nS: 250 ok`);
    expect(read.spews).toMatchObject([{ cause: 'data-refused', ended: 'dot', looksLikeMail: false }]);
    expect(read.spews[0]?.lines.map(({ line }) => line)).toEqual(['Subject: x', 'RSET', '.']);
    expect(read.commands.map(({ verb }) => verb)).toEqual(['EHLO', 'MAIL', 'RCPT', 'DATA', 'NOOP']);
    expect(read.transactions).toMatchObject([{ end: 'closed', message: null }]);
  });

  it('end with two seconds of silence before a verb, not before more text', () => {
    const open = `${withRecipient()}C: DATA\nS: 554 no\nC: Subject: x\nS: 500 ?\n`;
    expect(dialogue(`${open}+2s\nC: QUIT\nS: 221 bye`).spews).toMatchObject([
      { ended: 'silence', lines: { length: 1 } },
    ]);
    expect(dialogue(`${open}+1s\nC: QUIT\nS: 221 bye`).spews).toMatchObject([{ ended: 'open', lines: { length: 2 } }]);
    expect(dialogue(`${open}+9s\nC: Hello there\nS: 500 ?`).spews).toMatchObject([
      { ended: 'open', lines: { length: 2 } },
    ]);
  });

  it('include what runs on behind a dot that was not stuffed, but no verb of its own', () => {
    const data = `${withRecipient()}C: DATA\nS: 354 go\nC: x\nC: .\n`;
    expect(dialogue(`${data}C: the rest of it\nS: 250 ok\nS: 500 ?`).spews).toMatchObject([{ cause: 'after-dot' }]);
    expect(dialogue(`${data}S: 250 ok\nC: XVERB now\nS: 500 ?`).spews).toEqual([]);
  });

  it('do not begin with a verb, nor after a 354', () => {
    expect(dialogue(`${withRecipient()}C: DATA\nS: 554 no\nC: RSET\nS: 250 ok\nC: XVERB\nS: 500 ?`).spews).toEqual([]);
  });
});

describe('early', () => {
  it('is proved by the order of events alone', () => {
    const read = dialogue(`${greeted()}C: MAIL FROM:<a@b.example>\nC: NOOP\nS: 250 ok\nS: 250 ok\nC: NOOP\nS: 250 ok`);
    expect(read.exchanges.slice(2).map(({ outstanding }) => outstanding.state)).toEqual(['none', 'early', 'none']);
    expect(read.exchanges[3]?.outstanding).toMatchObject({ first: { verb: 'MAIL' }, allowed: false });
  });

  it('names the oldest reply that was due', () => {
    const read = dialogue(
      `${greeted('PIPELINING')}C: MAIL FROM:<a@b.example>\nC| RCPT TO:<c@d.example>\nC| DATA\nS: 250 ok\nS: 250 ok\nS: 354 go`,
    );
    expect(read.exchanges.at(-1)?.outstanding).toMatchObject({
      state: 'early',
      first: { verb: 'MAIL' },
      allowed: true,
    });
  });

  it.each([
    ['RSET', 'MAIL FROM:<a@b.example>', true],
    ['MAIL FROM:<a@b.example>', 'QUIT', true],
    ['NOOP', 'MAIL FROM:<a@b.example>', false],
    ['EHLO a', 'MAIL FROM:<a@b.example>', false],
    ['VRFY a', 'RSET', false],
    ['XVERB', 'RSET', false],
  ])('under PIPELINING %s may be followed by %s: %s (RFC 2920 3.1)', (one, other, allowed) => {
    const read = dialogue(`${greeted('PIPELINING')}C: ${one}\nC| ${other}\nS: 250 ok\nS: 250 ok`);
    expect(read.exchanges.at(-1)?.outstanding).toMatchObject({ state: 'early', allowed });
  });

  it('allows QUIT behind the dot, and no content behind DATA (trap 3)', () => {
    const read = dialogue(
      `${withRecipient('PIPELINING')}C: DATA\nC| x\nC| .\nC| QUIT\nS: 354 go\nS: 250 ok\nS: 221 bye`,
    );
    const [content, quit] = read.exchanges.slice(-2);
    expect(content?.outstanding).toMatchObject({ state: 'early', first: { verb: 'DATA' }, allowed: false });
    expect(quit?.outstanding.allowed).toBe(false);
    const waited = dialogue(
      `${withRecipient('PIPELINING')}C: DATA\nS: 354 go\nC: x\nC: .\nC: QUIT\nS: 250 ok\nS: 221 bye`,
    );
    expect(waited.exchanges.at(-1)?.outstanding).toMatchObject({ state: 'early', allowed: true });
  });

  it('is told from going on after no reply at all', () => {
    const read = dialogue(`${greeted()}C: NOOP\nS! ignore\n+300s\nC: QUIT\nS: 221 bye`);
    expect(read.exchanges.at(-1)?.outstanding).toMatchObject({ state: 'unanswered', first: { verb: 'NOOP' } });
  });
});

describe('times', () => {
  const read = dialogue(`${greeted('PIPELINING')}+1s\nC: NOOP\n+3s\nS: 250 ok\n+10ms\nC: NOOP\n+1s\nC- FIN`);

  it('say how long the client thought and waited, and what ended it', () => {
    const [first, second] = read.commands.slice(1);
    expect(thinkMs(first as Exchange)).toBe(1000);
    expect(waiting(read, first as Exchange)).toMatchObject({ ms: 3000, by: 'reply' });
    expect(waiting(read, second as Exchange)).toMatchObject({ ms: 1000, by: 'left', untilAt: 5010 });
    expect(stayedQuiet(read, first as Exchange)).toBe(true);
    expect(crossedLegally(second as Exchange)).toBe(true);
    expect(crossedLegally(first as Exchange)).toBe(false);
  });

  it('start for a pipelined command when it becomes the oldest (trap 7)', () => {
    const group = dialogue(
      `${greeted('PIPELINING')}C: MAIL FROM:<a@b.example>\nC| RCPT TO:<c@d.example>\n+5s\nS: 250 ok\n+2s\nS: 250 ok`,
    );
    expect(waiting(group, exchange(group, /RCPT/))).toMatchObject({ sinceAt: 5000, ms: 2000, by: 'reply' });
  });

  it('see a client that talks on, even where nobody takes it as a unit', () => {
    const mute = dialogue(`${greeted()}C: NOOP\nS! mute\n+4s\nC: QUIT\n+1s\nC- FIN`);
    expect(waiting(mute, exchange(mute, /NOOP/))).toMatchObject({ ms: 4000, by: 'talked-on' });
  });
});

it('keeps octets that never became a unit', () => {
  const read = dialogue(`${greeted()}C: QUIT\nC| junk\nS: 221 bye\nC: more\nC- FIN`);
  expect(read.untaken.map(({ octets }) => octets.toString())).toEqual(['junk\r\n', 'more\r\n']);
});

it('says who left first', () => {
  expect(dialogue(`${greeted()}C- FIN`).ending).toMatchObject({
    first: 'client',
    left: { what: 'fin' },
    closing: { how: 'close' },
  });
  expect(dialogue(`${greeted()}S- RST`).ending).toMatchObject({ first: 'server', left: null });
  expect(dialogue(`${greeted()}C: QUIT\nS: 221 bye\nC- RST`).ending).toMatchObject({
    first: 'server',
    reset: { what: 'reset' },
  });
});

it('reads a hundred thousand commands: one quadratic pass would run into the time limit', () => {
  const [record] = readTraceText(`${greeted()}${'C: NOOP\nS: 250 ok\n'.repeat(100_000)}`);
  expect(readDialogue(record as TraceRecord).commands).toHaveLength(100_001);
});

import type { Unit, Watch } from '../../src/middlebox/dialogue-watch';
import { lastUnit, nextUnit, recast, WATCH_START } from '../../src/middlebox/dialogue-watch';
import type { Side } from '../../src/middlebox/middlebox';
import { everySplit, octetByOctet, textOf } from './play';
import type { Turn } from './play';

function take(watch: Watch, side: Side, text: string): { readonly watch: Watch; readonly units: readonly Unit[] } {
  const octets = Buffer.from(text, 'latin1');
  const units: Unit[] = [];
  let now = watch;
  for (let offset = 0; offset < octets.length;) {
    const cut = nextUnit(now, side, octets.subarray(offset));
    offset += cut.used;
    now = cut.watch;
    if (cut.unit !== null) units.push(cut.unit);
  }
  return { watch: now, units };
}

function follow(turns: readonly Turn[]): { readonly watch: Watch; readonly units: readonly Unit[] } {
  let watch = WATCH_START;
  const units: Unit[] = [];
  for (const turn of turns) {
    const step = take(watch, turn[0], textOf(turn));
    watch = step.watch;
    units.push(...step.units);
  }
  return { watch, units };
}

/** One line per unit: what it is, and its octets; neighbours of one kind joined where pieces are arbitrary. */
function told(units: readonly Unit[]): readonly string[] {
  const out: string[] = [];
  for (const unit of units) {
    const text = unit.octets.toString('latin1');
    const streamed = ['content', 'chunk', 'opaque', 'overlong'].includes(unit.kind);
    const last = out.at(-1);
    if (streamed && last?.startsWith(`${unit.kind}:`)) out[out.length - 1] = last + text;
    else if (unit.kind === 'reply-line')
      out.push(`reply ${unit.code} to ${unit.answers} #${unit.index}${unit.last ? '.' : ''}`);
    else out.push(`${unit.kind}${unit.kind === 'command' ? ` ${unit.verb}` : ''}:${text}`);
  }
  return out;
}

/** The terminator may be cut anywhere: its parts count as content until it is complete. */
function joined(units: readonly Unit[]): readonly string[] {
  const all = told(units).join('|');
  return all.replaceAll('|end-of-data:', '').split('|');
}

const SESSION: readonly Turn[] = [
  ['server', '220-mail\r\n220 ready\r\n'],
  ['client', 'ehlo a\r\n'],
  ['server', '250-mail\r\n250 SIZE\r\n'],
  ['client', 'AUTH LOGIN\r\n'],
  ['server', '334 VXNlcm5hbWU6\r\n'],
  ['client', 'dXNlcg==\r\n'],
  ['server', '535 no\r\n'],
  ['client', 'MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n'],
  ['server', '250 ok\r\n250 ok\r\n354 go\r\n'],
  ['client', 'Subject: x\r\n\r\n..dot\r\n.no\r\n.\n.\r.\r\n.\r\nQUIT\r\n'],
  ['server', '250 taken\r\n221 bye\r\n'],
];

describe('dialogue watch', () => {
  test('names every unit of a session and pairs its replies', () => {
    expect(told(follow(SESSION).units)).toEqual([
      'reply 220 to greeting #0',
      'reply 220 to greeting #1.',
      'command EHLO:ehlo a\r\n',
      'reply 250 to EHLO #0',
      'reply 250 to EHLO #1.',
      'command AUTH:AUTH LOGIN\r\n',
      'reply 334 to AUTH #0.',
      'sasl:dXNlcg==\r\n',
      'reply 535 to AUTH #0.',
      'command MAIL:MAIL FROM:<a@b>\r\n',
      'command RCPT:RCPT TO:<c@d>\r\n',
      'command DATA:DATA\r\n',
      'reply 250 to MAIL #0.',
      'reply 250 to RCPT #0.',
      'reply 354 to DATA #0.',
      'content:Subject: x\r\n\r\n..dot\r\n.no\r\n.\n.\r.\r\n',
      'end-of-data:.\r\n',
      'command QUIT:QUIT\r\n',
      'reply 250 to . #0.',
      'reply 221 to QUIT #0.',
    ]);
  });

  test('cuts the same units at every split offset', () => {
    const whole = joined(follow(SESSION).units);
    for (const variant of [...everySplit(SESSION), octetByOctet(SESSION)]) {
      expect(joined(follow(variant).units)).toEqual(whole);
    }
  });

  test('an empty message ends with a dot right behind the 354', () => {
    const { units } = follow([
      ['server', '220 x\r\n'],
      ['client', 'DATA\r\n'],
      ['server', '354 go\r\n'],
      ['client', '.\r\nQUIT\r\n'],
    ]);
    expect(told(units.slice(3))).toEqual(['end-of-data:.\r\n', 'command QUIT:QUIT\r\n']);
  });

  test('content behind a refused DATA is commands', () => {
    const { units } = follow([
      ['server', '220 x\r\n'],
      ['client', 'DATA\r\n'],
      ['server', '554 no\r\n'],
      ['client', 'Subject: Your Meds\r\n'],
    ]);
    expect(units.at(-1)).toMatchObject({ kind: 'command', verb: 'SUBJECT:' });
  });

  test('BDAT chunks are counted, not read', () => {
    const { units } = follow([
      ['server', '220 x\r\n'],
      ['client', 'BDAT 4\r\nQUITBDAT 2 LAST\r\n\r\nQUIT\r\n'],
    ]);
    expect(told(units.slice(1))).toEqual([
      'command BDAT:BDAT 4\r\n',
      'chunk:QUIT',
      'command BDAT:BDAT 2 LAST\r\n',
      'chunk:\r\n',
      'command QUIT:QUIT\r\n',
    ]);
    expect(units.filter((unit) => unit.kind === 'chunk').map((unit) => unit.endsData)).toEqual([false, true]);
  });

  test('a handshake behind the 220 to STARTTLS makes both directions opaque', () => {
    const { units } = follow([
      ['server', '220 x\r\n'],
      ['client', 'STARTTLS\r\n'],
      ['server', '220 go\r\n'],
      ['client', '\x16\x03\x01QUIT\r\n'],
      ['server', '\x16\x03\x03250 x\r\n'],
    ]);
    expect(units.slice(3).map((unit) => unit.kind)).toEqual(['opaque', 'opaque']);
  });

  test('plaintext behind the 220 to STARTTLS is still read', () => {
    const turns: readonly Turn[] = [
      ['server', '220 x\r\n'],
      ['client', 'STARTTLS\r\n'],
      ['server', '220 go\r\n'],
      ['client', 'NOOP\r\n'],
    ];
    expect(follow(turns).units.at(-1)).toMatchObject({ kind: 'command', verb: 'NOOP' });
  });

  test('an octet 0x16 without STARTTLS is a command like any other', () => {
    expect(take(WATCH_START, 'client', '\x16\x03\r\n').units).toMatchObject([{ kind: 'command' }]);
  });

  test('a line beyond the limit goes on in bounded pieces, the same however it is cut', () => {
    const line = `${'A'.repeat(20_000)}\r\n`;
    const whole = take(WATCH_START, 'client', `${line}QUIT\r\n`);
    expect(whole.units.map((unit) => [unit.kind, unit.octets.length])).toEqual([
      ['command', 16_384],
      ['overlong', 3618],
      ['command', 6],
    ]);
    let watch = WATCH_START;
    const lengths: number[] = [];
    for (const part of [line.slice(0, 16_384), line.slice(16_384), 'QUIT\r\n']) {
      const step = take(watch, 'client', part);
      watch = step.watch;
      lengths.push(...step.units.map((unit) => unit.octets.length));
    }
    expect(lengths).toEqual([16_384, 3618, 6]);
  });

  test('what is held when a side ends is a last unit', () => {
    const { watch, units } = take(WATCH_START, 'server', '220 half');
    expect(units).toEqual([]);
    expect(lastUnit(watch, 'server').unit).toMatchObject({ kind: 'reply-line', code: 220, answers: 'greeting' });
  });

  test('what is held keeps the kind that the dialogue has reached', () => {
    const early = follow([
      ['server', '220 x\r\n'],
      ['client', 'DATA\r\nhalf'],
      ['server', '354 go\r\n'],
    ]);
    expect(lastUnit(early.watch, 'client').unit).toMatchObject({ kind: 'content', octets: Buffer.from('half') });
    const secured = follow([
      ['server', '220 x\r\n'],
      ['client', 'STARTTLS\r\n'],
      ['server', '220 go\r\nrest'],
      ['client', '\x16\x03'],
    ]);
    expect(lastUnit(secured.watch, 'server').unit).toMatchObject({ kind: 'opaque', octets: Buffer.from('rest') });
    expect(lastUnit(secured.watch, 'client').unit).toBeNull();
  });

  test('a recast command is answered as what it became', () => {
    const { watch } = take({ ...WATCH_START, outstanding: [] }, 'client', 'BDAT 5\r\n');
    expect(recast(watch, 'XXXX')).toMatchObject({ reading: 'commands', outstanding: ['XXXX'] });
    expect(recast(watch, null)).toMatchObject({ reading: 'commands', outstanding: [] });
  });

  test('commands that nobody answers do not pile up without end', () => {
    const { watch } = take(WATCH_START, 'client', 'x\r\n'.repeat(5000));
    expect(watch.outstanding).toHaveLength(1000);
  });
});

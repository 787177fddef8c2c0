import fc from 'fast-check';
import {
  feed,
  freshReplyReader,
  multiline,
  parseReplyLines,
  replyClass,
  replyCode,
  replyOctets,
} from '../../src/smtp/reply';
import type { Reply, ReplyReader } from '../../src/smtp/reply';

describe('replies', () => {
  test.each<[string, (string | number | null)[][]]>([
    ['250 ok\r\n', [[250, 'ok']]],
    ['250\r\n', [[250, '']]],
    ['250 \r\n', [[250, '']]],
    ['250-a\r\n250-b\r\n250 c\r\n', [[250, 'a', 'b', 'c']]],
    ['250-\r\n250\r\n', [[250, '', '']]],
    ['250 LF alone\n', [[250, 'LF alone']]],
    ['250-a\n250 b\r\n', [[250, 'a', 'b']]],
    ['220 hi\r\n250 ok\r\n', [[220, 'hi'], [250, 'ok']]], // prettier-ignore
    ['250-mixed\r\n550 codes\r\n', [[250, 'mixed', 'codes']]],
    ['250-a\r\nno code\r\n250 b\r\n', [[250, 'a', 'no code', 'b']]],
    ['no code\r\n250 ok\r\n', [[null, 'no code'], [250, 'ok']]], // prettier-ignore
    ['\r\n', [[null, '']]],
    ['25 ok\r\n', [[null, '25 ok']]],
    ['2500 ok\r\n', [[null, '2500 ok']]],
    ['250ok\r\n', [[250, 'ok']]],
    ['250:ok\r\n', [[250, ':ok']]],
    ['250\tok\r\n', [[250, 'ok']]],
    ['250  two blanks\r\n', [[250, ' two blanks']]],
    ['250 bare\rCR\r\n', [[250, 'bare\rCR']]],
    ['250 caf\xc3\xa9\r\n', [[250, 'caf\xc3\xa9']]],
  ])('%j', (octets, expected) => {
    const { replies, rest } = parseReplyLines(octets);
    expect(replies.map(({ code, lines }) => [code, ...lines])).toEqual(expected);
    expect(replies.map(({ raw }) => raw).join('')).toBe(octets);
    expect(rest).toBe('');
  });

  it.each(['250 no end', '250-a\r\n250-b\r\n', '250-a\r\n250', '25'])(
    'leaves %j as rest: the last line is missing',
    (cut) => {
      expect(parseReplyLines(cut)).toEqual({ replies: [], rest: cut });
      expect(parseReplyLines(`220 hi\r\n${cut}`)).toMatchObject({ replies: [{ code: 220 }], rest: cut });
    },
  );
});

describe('the reader', () => {
  const octets = '220 hi\r\n250-a\r\n250-SIZE 10\r\nodd\r\n250 HELP\n354\r\nno code\r\n550 \r\n421-x\r\n42';

  const readIn = (pieces: readonly string[]): { replies: Reply[]; state: ReplyReader } => {
    const replies: Reply[] = [];
    let state = freshReplyReader;
    for (const piece of pieces) {
      const step = feed(state, piece);
      state = step.state;
      replies.push(...step.replies);
    }
    return { replies, state };
  };
  const whole = readIn([octets]);

  it('has five replies and the beginning of a sixth to read', () => {
    expect(whole.replies.map(({ code }) => code)).toEqual([220, 250, 354, null, 550]);
    expect(whole.state).toEqual({ tail: '42', lines: ['x'], code: 421, raw: '421-x\r\n' });
  });

  test.each(Array.from({ length: octets.length + 1 }, (_, at) => at))('cut at %i it reads the same', (at) => {
    expect(readIn([octets.slice(0, at), octets.slice(at)])).toEqual(whole);
  });

  it('reads the same octet by octet, and in any pieces', () => {
    expect(readIn(octets.split(''))).toEqual(whole);
    fc.assert(
      fc.property(fc.array(fc.nat(octets.length)), (cuts) => {
        const at = [0, ...cuts, octets.length].toSorted((a, b) => a - b);
        expect(readIn(at.map((from, index) => octets.slice(from, at[index + 1] ?? from)))).toEqual(whole);
      }),
    );
  });

  it('leaves the state it was given as it was', () => {
    const { state } = feed(freshReplyReader, '250-a\r\n25');
    const before = structuredClone(state);
    feed(state, '0 b\r\n');
    expect(state).toEqual(before);
    expect(freshReplyReader).toEqual({ tail: '', lines: [], code: null, raw: '' });
  });
});

describe('codes', () => {
  test.each([
    [220, 2],
    [299, 2],
    [354, 3],
    [421, 4],
    [599, 5],
    [199, null],
    [600, null],
    [0, null],
    [999, null],
    [null, null],
  ])('%p is of class %p', (code, expected) => {
    expect(replyClass(code)).toBe(expected);
  });

  test.each([
    ['250 ok', 250],
    ['250', 250],
    ['000 x', 0],
    ['25', null],
    ['2500', null],
    [' 250', null],
    ['', null],
  ])('"%s" begins with %p', (line, code) => {
    expect(replyCode(line)).toBe(code);
  });
});

describe('building', () => {
  it('puts hyphens behind all codes but the last', () => {
    expect(multiline(250, ['a', 'b', 'c'])).toEqual(['250-a', '250-b', '250 c']);
    expect(multiline(250, ['a'])).toEqual(['250 a']);
    expect(multiline(250, [''])).toEqual(['250 ']);
    expect(multiline(250, [])).toEqual(['250']);
  });

  it('ends every line with CRLF', () => {
    expect(replyOctets(['250-a', '250 b'])).toBe('250-a\r\n250 b\r\n');
    expect(replyOctets([])).toBe('');
  });

  it('is read back as it was built', () => {
    const reply = parseReplyLines(replyOctets(multiline(250, ['mail.example.com', 'SIZE 10', 'HELP']))).replies;
    expect(reply).toMatchObject([{ code: 250, lines: ['mail.example.com', 'SIZE 10', 'HELP'] }]);
  });
});

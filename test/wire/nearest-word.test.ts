import { editDistance, nearestWord } from '../../src/wire/nearest-word';

describe('editDistance', () => {
  test.each([
    ['', '', 0],
    ['', 'EHLO', 4],
    ['EHLO', '', 4],
    ['EHLO', 'EHLO', 0],
    ['EHLO', 'EHL', 1],
    ['EHLO', 'EHLLO', 1],
    ['EHLO', 'ELLO', 1],
    ['EHLO', 'HELO', 1],
    ['QUIT', 'UQTI', 2],
    ['MAIL', 'RCPT', 4],
  ])('from "%s" to "%s" it is %i', (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance);
    expect(editDistance(to, from)).toBe(distance);
  });
});

describe('nearestWord', () => {
  const verbs = ['EHLO', 'HELO', 'MAIL', 'RCPT', 'DATA', 'STARTTLS', 'QUIT'];

  test.each([
    ['a letter too few', 'STARTLS', 'STARTTLS'],
    ['a letter too many', 'QUITT', 'QUIT'],
    ['a wrong letter', 'RCBT', 'RCPT'],
    ['two letters swapped', 'DTAA', 'DATA'],
    ['another letter case', 'starttls', 'STARTTLS'],
    ['two mistakes in a long word', 'SATRTTSL', 'STARTTLS'],
  ])('sees through %s', (_, typed, meant) => {
    expect(nearestWord(typed, verbs)).toBe(meant);
  });

  test('prefers the exact word to a neighbour that stands before it', () => {
    expect(nearestWord('HELO', verbs)).toBe('HELO');
  });

  test('takes the first of two equally near words', () => {
    expect(nearestWord('tarpits', ['tarpit', 'tarpitx'])).toBe('tarpit');
    expect(nearestWord('tarpits', ['tarpitx', 'tarpit'])).toBe('tarpitx');
  });

  test.each([
    ['a different word', 'VRFY'],
    ['two mistakes in four letters', 'DAAT!'],
    ['nothing typed', ''],
  ])('suggests nothing for %s', (_, typed) => {
    expect(nearestWord(typed, verbs)).toBeUndefined();
  });

  test('suggests nothing for words too short to be mistyped', () => {
    expect(nearestWord('a', ['b', 'to'])).toBeUndefined();
  });

  test('suggests nothing when there is no candidate', () => {
    expect(nearestWord('EHLO', [])).toBeUndefined();
  });
});

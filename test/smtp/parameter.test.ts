import { declaredSize, findParameter, parseParameters } from '../../src/smtp/parameter';

const words = (text: string): string[] => parseParameters(text).deviations.map(({ what }) => what);

describe('parameters', () => {
  test.each([
    ['', []],
    [' SIZE=1000', [['SIZE', '1000', 'SIZE=1000']]],
    [' size=1000', [['SIZE', '1000', 'size=1000']]],
    [' SMTPUTF8', [['SMTPUTF8', null, 'SMTPUTF8']]],
    [' AUTH=<>', [['AUTH', '<>', 'AUTH=<>']]],
    [' ORCPT=rfc822;A+2Bb@x.example', [['ORCPT', 'rfc822;A+2Bb@x.example', 'ORCPT=rfc822;A+2Bb@x.example']]],
    [' ORCPT=utf-8;\xc3\xa0', [['ORCPT', 'utf-8;\xc3\xa0', 'ORCPT=utf-8;\xc3\xa0']]],
    ['\tRET=HDRS\tENVID=x ', [['RET', 'HDRS', 'RET=HDRS'], ['ENVID', 'x', 'ENVID=x']]], // prettier-ignore
  ])('%j', (text, expected) => {
    const { parameters, deviations } = parseParameters(text);
    expect(parameters.map(({ keyword, value, raw }) => [keyword, value, raw])).toEqual(expected);
    expect(deviations).toEqual([]);
  });

  test.each([
    [' SIZE', ['malformed-parameter']],
    [' SIZE=', ['malformed-parameter']],
    [' SIZE=12k', ['malformed-parameter']],
    [' SIZE=-1', ['malformed-parameter']],
    [' SIZE=123456789012345678901', ['malformed-parameter']],
    [' RET=', ['malformed-parameter']],
    [' X=a=b', ['malformed-parameter']],
    [' =x', ['malformed-parameter']],
    [' -X', ['malformed-parameter']],
    [' a_b=c', ['malformed-parameter']],
    [' X=\0', ['malformed-parameter']],
    [' SIZE=1 size=2', ['duplicate-parameter']],
    [' SIZE=1  BODY=7BIT', ['extra-blank']],
    ['  SIZE=1', ['extra-blank']],
    [' SIZE=1  ', []],
  ])('%j is noted', (text, deviations) => {
    expect(words(text)).toEqual(deviations);
  });

  it('keeps a value that has "=" in it whole', () => {
    expect(findParameter(parseParameters(' X=a=b').parameters, 'X')?.value).toBe('a=b');
  });
});

describe('the declared size', () => {
  test.each([
    [' SIZE=0', 0],
    [' SIZE=10485760', 10_485_760],
    [' SIZE=00000000000000000010', 10],
    [' SIZE=99999999999999999999', 1e20],
    [' SIZE=1 SIZE=2', 1],
    [' SIZE=123456789012345678901', null],
    [' SIZE=1.5', null],
    [' SIZE=1e3', null],
    [' SIZE', null],
    [' BODY=7BIT', null],
  ])('%j', (text, octets) => {
    expect(declaredSize(parseParameters(text).parameters)).toBe(octets);
  });
});

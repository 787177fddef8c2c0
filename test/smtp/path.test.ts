import { isAddressLiteral, isDomain, parsePath } from '../../src/smtp/path';

const read = (text: string, direction: 'reverse' | 'forward' = 'reverse') => {
  const { path, rest } = parsePath(text, direction);
  return { ...path, deviations: path.deviations.map(({ what }) => what), rest };
};

describe('paths of the grammar', () => {
  test.each([
    // text, address, local part, domain
    ['<a@example.com>', 'a@example.com', 'a', 'example.com'],
    ['<Mixed.Case@Example.COM>', 'Mixed.Case@Example.COM', 'Mixed.Case', 'Example.COM'],
    ['<"john doe"@example.com>', '"john doe"@example.com', 'john doe', 'example.com'],
    ['<"a>b <c"@example.com>', '"a>b <c"@example.com', 'a>b <c', 'example.com'],
    ['<"a@b"@example.com>', '"a@b"@example.com', 'a@b', 'example.com'],
    ['<"a\\"b\\\\c"@example.com>', '"a\\"b\\\\c"@example.com', 'a"b\\c', 'example.com'],
    ['<""@example.com>', '""@example.com', '', 'example.com'],
    ['<a@[192.0.2.1]>', 'a@[192.0.2.1]', 'a', '[192.0.2.1]'],
    ['<a@[IPv6:2001:db8::1]>', 'a@[IPv6:2001:db8::1]', 'a', '[IPv6:2001:db8::1]'],
    ["<!#$%&'*+-/=?^_`{|}~@example.com>", "!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~", 'example.com'],
    [
      '<j\xc3\xbcrgen@m\xc3\xbcller.example>',
      'j\xc3\xbcrgen@m\xc3\xbcller.example',
      'j\xc3\xbcrgen',
      'm\xc3\xbcller.example',
    ],
  ])('%s', (text, address, localPart, domain) => {
    expect(read(text)).toEqual({
      raw: text,
      address,
      localPart,
      domain,
      isNull: false,
      sourceRoute: null,
      deviations: [],
      rest: '',
    });
  });

  it('reads the null reverse-path', () => {
    expect(read('<>')).toMatchObject({ raw: '<>', address: '', isNull: true, deviations: [] });
    expect(read('<> SIZE=1')).toMatchObject({ isNull: true, rest: ' SIZE=1' });
  });

  it('takes no null path for a recipient', () => {
    expect(read('<>', 'forward')).toMatchObject({ isNull: true, deviations: ['null-recipient'] });
  });

  it.each(['<Postmaster>', '<postmaster>', '<POSTMASTER>'])('lets %s stand without a domain as a recipient', (text) => {
    expect(read(text, 'forward').deviations).toEqual([]);
    expect(read(text, 'reverse').deviations).toEqual(['missing-domain']);
  });

  test.each([
    ['<@a.example,@b.example:user@dom.example>', '@a.example,@b.example', 'user@dom.example'],
    ['<@a.example:"x:y"@dom.example>', '@a.example', '"x:y"@dom.example'],
    ['<@[IPv6:::1],@b.example:user@dom.example>', '@[IPv6:::1],@b.example', 'user@dom.example'],
  ])('cuts the source route off %s', (text, sourceRoute, address) => {
    expect(read(text)).toMatchObject({ raw: text, sourceRoute, address, deviations: ['source-route'] });
  });

  it('leaves the rest for the parameters', () => {
    expect(read('<a@b.example> SIZE=1 AUTH=<>').rest).toBe(' SIZE=1 AUTH=<>');
  });
});

describe('paths of the field', () => {
  test.each([
    // text, address, deviations, rest
    ['a@b.example', 'a@b.example', ['missing-brackets'], ''],
    ['a@b.example SIZE=1', 'a@b.example', ['missing-brackets'], ' SIZE=1'],
    ['a@b.example AUTH=<>', 'a@b.example', ['missing-brackets'], ' AUTH=<>'],
    ['a@b.example AUTH=<c@d.example>', 'a@b.example', ['missing-brackets'], ' AUTH=<c@d.example>'],
    ['"a b"@c.example', '"a b"@c.example', ['missing-brackets'], ''],
    ['<a@b.example', 'a@b.example', ['missing-brackets'], ''],
    ['<a@b.example SIZE=1', 'a@b.example', ['missing-brackets'], ' SIZE=1'],
    ['a@b.example>', 'a@b.example', ['missing-brackets'], ''],
    ['"<a@b.example>"', 'a@b.example', ['quoted-brackets'], ''],
    ["'<a@b.example>' SIZE=1", 'a@b.example', ['quoted-brackets'], ' SIZE=1'],
    ['<<a@b.example>>', 'a@b.example', ['doubled-brackets'], ''],
    ['John Doe <a@b.example>', 'a@b.example', ['display-name'], ''],
    ['"Doe, <John>" <a@b.example> SIZE=1', 'a@b.example', ['display-name'], ' SIZE=1'],
    ['a@b.example <a@b.example>', 'a@b.example', ['display-name'], ''],
    ['<a@b.example>,<c@d.example>', 'a@b.example', ['several-addresses'], ''],
    ['<a@b.example>, c@d.example NOTIFY=NEVER', 'a@b.example', ['several-addresses'], ' NOTIFY=NEVER'],
    ['<a@b.example> <c@d.example> <e@f.example>', 'a@b.example', ['several-addresses'], ''],
    ['<a@b.example,c@d.example>', 'a@b.example,c@d.example', ['several-addresses'], ''],
    ['<a@b.example c@d.example>', 'a@b.example c@d.example', ['several-addresses'], ''],
    ['a@b.example,c@d.example', 'a@b.example,c@d.example', ['missing-brackets', 'several-addresses'], ''],
    ['< a@b.example >', 'a@b.example', ['extra-blank'], ''],
    ['< >', '', ['extra-blank'], ''],
    ['<a@b.example>SIZE=1', 'a@b.example', ['missing-blank'], 'SIZE=1'],
    ['<', '', ['missing-brackets', 'missing-path'], ''],
    ['<user>', 'user', ['missing-domain'], ''],
    ['<user@>', 'user@', ['missing-domain'], ''],
    ['<@b.example>', '@b.example', ['malformed-local-part'], ''],
    ['<a..b@c.example>', 'a..b@c.example', ['malformed-local-part'], ''],
    ['<a b@c.example>', 'a b@c.example', ['malformed-local-part'], ''],
    ['<"a@c.example>', '"a@c.example', ['malformed-local-part'], ''],
    ['<"a"b@c.example>', '"a"b@c.example', ['malformed-local-part'], ''],
    ['<"a"@b@c.example>', '"a"@b@c.example', ['malformed-domain'], ''],
    ['<a@b@c.example>', 'a@b@c.example', ['malformed-local-part'], ''],
    ['<a@c_d.example>', 'a@c_d.example', ['malformed-domain'], ''],
    ['<a@c.example.>', 'a@c.example.', ['malformed-domain'], ''],
    ['<a@[300.0.0.1]>', 'a@[300.0.0.1]', ['malformed-domain'], ''],
    ['<a@[::1]>', 'a@[::1]', ['malformed-domain'], ''],
  ])('%s', (text, address, deviations, rest) => {
    expect(read(text)).toMatchObject({ address, deviations, rest });
  });

  it('does not let an unclosed quote swallow the bracket', () => {
    expect(read('<"a@b.example> X="1"')).toMatchObject({ raw: '<"a@b.example>', rest: ' X="1"' });
  });

  it('knows the null path only by its brackets', () => {
    expect(read('')).toMatchObject({ isNull: false, deviations: ['missing-path'] });
    expect(read('<')).toMatchObject({ isNull: false });
  });

  it('keeps the octet A0: it is half of a UTF-8 character, not a blank', () => {
    expect(read('<\xc3\xa0@b.example>')).toMatchObject({ localPart: '\xc3\xa0', deviations: [] });
    expect(read('<x@b.\xc3\xa0>')).toMatchObject({ domain: 'b.\xc3\xa0', deviations: [] });
  });
});

describe('the grammar', () => {
  test.each([
    ['example.com', true],
    ['a', true],
    ['3com.example', true],
    ['xn--mller-kva.example', true],
    [`${'a'.repeat(63)}.example`, true],
    [`${'a'.repeat(64)}.example`, false],
    [Array(128).fill('a').join('.'), true],
    [Array(129).fill('a').join('.'), false],
    ['-a.example', false],
    ['a-.example', false],
    ['a..example', false],
    ['.example', false],
    ['', false],
    ['a b', false],
  ])('domain "%s": %p', (text, valid) => {
    expect(isDomain(text)).toBe(valid);
  });

  test.each([
    ['[192.0.2.1]', true],
    ['[192.0.2.256]', false],
    ['[192.0.2]', false],
    ['192.0.2.1', false],
    ['[IPv6:::]', true],
    ['[IPv6:::1]', true],
    ['[ipv6:2001:db8::192.0.2.1]', true],
    ['[IPv6:1:2:3:4:5:6:7:8]', true],
    ['[IPv6:1:2:3:4:5:6:192.0.2.1]', true],
    ['[IPv6:1:2:3:4:5:6:7]', false],
    ['[IPv6:1:2:3:4:5:6:7:8:9]', false],
    ['[IPv6:1::2::3]', false],
    ['[IPv6:1:2:3:4:5:6:7::8]', false],
    ['[IPv6:192.0.2.1::]', false],
    ['[IPv6:12345::]', false],
    ['[IPv6:::1%eth0]', false],
    ['[::1]', false],
    ['[fe80::1]', false],
    ['[]', false],
  ])('address literal "%s": %p', (text, valid) => {
    expect(isAddressLiteral(text)).toBe(valid);
  });
});

import fc from 'fast-check';
import { parseAuth, parseBdat, parseCommand, parseHello, parseMail, parseRcpt } from '../../src/smtp/command';
import { VERB_EVENTS } from '../../src/smtp/vocabulary';

const words = (deviations: readonly { readonly what: string }[]): string[] => deviations.map(({ what }) => what);

describe('a line as the RFC writes it', () => {
  test.each([
    ['EHLO client.example.com', 'EHLO', 'client.example.com'],
    ['HELO client.example.com', 'HELO', 'client.example.com'],
    ['MAIL FROM:<a@example.com> SIZE=1', 'MAIL', 'FROM:<a@example.com> SIZE=1'],
    ['RCPT TO:<"a b"@example.com>', 'RCPT', 'TO:<"a b"@example.com>'],
    ['DATA', 'DATA', ''],
    ['BDAT 1000 LAST', 'BDAT', '1000 LAST'],
    ['RSET', 'RSET', ''],
    ['NOOP', 'NOOP', ''],
    ['NOOP wake up', 'NOOP', 'wake up'],
    ['QUIT', 'QUIT', ''],
    ['VRFY smith', 'VRFY', 'smith'],
    ['EXPN staff', 'EXPN', 'staff'],
    ['HELP', 'HELP', ''],
    ['HELP MAIL', 'HELP', 'MAIL'],
    ['ETRN example.com', 'ETRN', 'example.com'],
    ['STARTTLS', 'STARTTLS', ''],
    ['AUTH PLAIN AGEAYg==', 'AUTH', 'AGEAYg=='],
  ] as const)('%s', (line, event, argument) => {
    const rest = event === 'AUTH' ? `PLAIN ${argument}` : argument;
    expect(parseCommand(line)).toEqual({ event, verb: event, argument: rest, line, deviations: [] });
  });

  test.each([
    ['', ''],
    ['XCLIENT ADDR=192.0.2.1', 'XCLIENT'],
    ['MAILER', 'MAILER'],
    ['Subject: hello', 'SUBJECT:'],
    ['.', '.'],
    ['DATA.', 'DATA.'],
    ['MAIL:FROM <a@b>', 'MAIL:FROM'],
    ['constructor', 'CONSTRUCTOR'],
  ])('an unknown word is an event of its own: "%s"', (line, verb) => {
    expect(parseCommand(line)).toMatchObject({ event: 'unknown', verb, line, deviations: [] });
  });
});

describe('a line with liberties', () => {
  test.each([
    // line, event, argument, deviations
    [' QUIT', 'QUIT', '', ['leading-blank']],
    ['\tQUIT', 'QUIT', '', ['leading-blank', 'tab']],
    ['QUIT ', 'QUIT', '', ['trailing-blank']],
    ['DATA   ', 'DATA', '  ', ['trailing-blank']],
    ['MAIL FROM:<a@b> ', 'MAIL', 'FROM:<a@b> ', ['trailing-blank']],
    ['MAIL  FROM:<a@b>', 'MAIL', ' FROM:<a@b>', ['extra-blank']],
    ['MAIL\tFROM:<a@b>', 'MAIL', 'FROM:<a@b>', ['tab']],
    ['MAIL FROM:<a@b>\tSIZE=1', 'MAIL', 'FROM:<a@b>\tSIZE=1', ['tab']],
    ['mail from:<a@b>', 'MAIL', 'from:<a@b>', ['lower-case']],
    ['Quit', 'QUIT', '', ['lower-case']],
    ['starttls', 'STARTTLS', '', ['lower-case']],
    ['MAILFROM:<a@b>', 'MAIL', 'FROM:<a@b>', ['missing-blank']],
    ['rcptto:<a@b> NOTIFY=NEVER', 'RCPT', 'to:<a@b> NOTIFY=NEVER', ['missing-blank', 'lower-case']],
    ['RCPT TO:<j\xc3\xbcrgen@b>', 'RCPT', 'TO:<j\xc3\xbcrgen@b>', ['eight-bit']],
    ['NOOP \0', 'NOOP', '\0', ['control-character']],
    ['QUIT\r', 'unknown', '', ['control-character']],
    ['NOOP \x7f', 'NOOP', '\x7f', ['control-character']],
    ['EHLO', 'EHLO', '', ['empty-argument']],
    ['EHLO ', 'EHLO', '', ['trailing-blank', 'empty-argument']],
    ['MAIL', 'MAIL', '', ['empty-argument']],
    ['AUTH', 'AUTH', '', ['empty-argument']],
    ['DATA now', 'DATA', 'now', ['unexpected-argument']],
    ['QUIT bye', 'QUIT', 'bye', ['unexpected-argument']],
    ['RSET x', 'RSET', 'x', ['unexpected-argument']],
    ['STARTTLS now', 'STARTTLS', 'now', ['unexpected-argument']],
    ['   ', 'unknown', '', ['leading-blank']],
    [' X  y', 'unknown', ' y', ['leading-blank']],
  ])('%j', (line, event, argument, deviations) => {
    const command = parseCommand(line);
    expect({ event: command.event, argument: command.argument }).toEqual({ event, argument });
    expect(words(command.deviations).toSorted()).toEqual(deviations.toSorted());
  });

  it('says which octet and where', () => {
    expect(parseCommand('NOOP \xe9').deviations).toEqual([{ what: 'eight-bit', detail: 'octet 0xE9 at 5' }]);
  });

  it('keeps 8-bit octets of a verb as they are: B5, DF and FF have no upper case in latin1', () => {
    expect(parseCommand('stra\xdfe\xb5\xff').verb).toBe('STRA\xdfE\xb5\xff');
  });

  it('finds the same verb and argument on the short way and on the long one', () => {
    const verb = fc.constantFrom(...VERB_EVENTS);
    const argument = fc.string({ unit: fc.constantFrom('a', ' ', ':', '<', '\t', '\xa0'), maxLength: 6 });
    fc.assert(
      fc.property(verb, argument, (verb, argument) => {
        const short = parseCommand(`${verb} ${argument}`);
        const long = parseCommand(`${verb.toLowerCase()} ${argument}`);
        expect(short).toMatchObject({ event: verb, verb, argument });
        expect(long).toMatchObject({ event: verb, verb, argument });
        expect(words(long.deviations).filter((what) => what !== 'lower-case')).toEqual(words(short.deviations));
      }),
    );
  });

  it('never throws, whatever the octets', () => {
    const octets = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((octet) => String.fromCharCode(octet)) });
    const grammar = fc.string({
      unit: fc.constantFrom('<', '>', '@', '"', '\\', ':', ',', ' ', 'a', '[', ']', '=', '.'),
    });
    fc.assert(
      fc.property(fc.oneof(octets, grammar), (line) => {
        expect(parseCommand(line).line).toBe(line);
        for (const parse of [parseMail, parseRcpt, parseHello, parseBdat, parseAuth]) {
          expect(() => parse(line)).not.toThrow();
          expect(() => parse(`FROM:${line}`)).not.toThrow();
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([' ', '<', '"', '=', 'a@', '\\"'])('reads 100,000 times %j without taking long over it', (piece) => {
    const line = `MAIL FROM:<${piece.repeat(100_000)}`;
    const command = parseCommand(line);
    expect(command.event).toBe('MAIL');
    expect(parseMail(command.argument).deviations.length).toBeGreaterThan(0);
  });
});

describe('MAIL and RCPT', () => {
  test.each([
    ['FROM:<a@example.com>', 'a@example.com', []],
    ['from:<a@example.com>', 'a@example.com', []],
    ['FROM: <a@example.com>', 'a@example.com', ['space-around-colon']],
    ['FROM :<a@example.com>', 'a@example.com', ['space-around-colon']],
    ['FROM : <a@example.com>', 'a@example.com', ['space-around-colon']],
    ['FROM: a@example.com', 'a@example.com', ['space-around-colon', 'missing-brackets']],
    ['FROM<a@example.com>', 'a@example.com', ['missing-colon']],
    ['FROM <a@example.com>', 'a@example.com', ['missing-colon']],
    ['FROM a@example.com', 'a@example.com', ['missing-colon', 'missing-brackets']],
    ['<a@example.com>', 'a@example.com', ['missing-from']],
    [':<a@example.com>', 'a@example.com', ['missing-from']],
    ['fromage@example.com', 'fromage@example.com', ['missing-from', 'missing-brackets']],
    ['FROM:', '', ['missing-path']],
    ['FROM', '', ['missing-colon', 'missing-path']],
    ['', '', ['missing-from', 'missing-path']],
  ])('MAIL %s', (argument, address, deviations) => {
    const command = parseMail(argument);
    expect(command.path.address).toBe(address);
    expect(words(command.deviations)).toEqual(deviations);
  });

  it('reads parameters behind the path', () => {
    const command = parseMail('FROM:<a@example.com> SIZE=1000 body=8bitmime SMTPUTF8');
    expect(command.parameters.map(({ keyword, value }) => [keyword, value])).toEqual([
      ['SIZE', '1000'],
      ['BODY', '8bitmime'],
      ['SMTPUTF8', null],
    ]);
    expect(command.deviations).toEqual([]);
  });

  it('gathers what is odd before the path, in it and behind it', () => {
    const command = parseRcpt('TO : <@relay.example:b> SIZE=x');
    expect(words(command.deviations)).toEqual([
      'space-around-colon',
      'source-route',
      'missing-domain',
      'malformed-parameter',
    ]);
    expect(words(command.path.deviations)).toEqual(['source-route', 'missing-domain']);
  });

  it('misses TO, not FROM, in RCPT', () => {
    expect(words(parseRcpt('<a@example.com>').deviations)).toEqual(['missing-to']);
  });
});

describe('EHLO and HELO', () => {
  test.each([
    ['client.example.com', 'client.example.com', []],
    ['localhost', 'localhost', []],
    ['[192.0.2.1]', '[192.0.2.1]', []],
    ['[IPv6:2001:db8::1]', '[IPv6:2001:db8::1]', []],
    ['192.0.2.1', '192.0.2.1', []],
    ['[::1]', '[::1]', ['malformed-domain']],
    ['my_host', 'my_host', ['malformed-domain']],
    ['', '', ['missing-domain']],
    ['a.example b c', 'a.example', ['unexpected-argument']],
  ])('"%s"', (argument, domain, deviations) => {
    const hello = parseHello(argument);
    expect(hello.domain).toBe(domain);
    expect(words(hello.deviations)).toEqual(deviations);
  });
});

describe('BDAT', () => {
  test.each([
    ['1000', { octets: 1000, last: false }],
    ['1000 LAST', { octets: 1000, last: true }],
    ['0 last', { octets: 0, last: true }],
    [' 5  LAST ', { octets: 5, last: true }],
    ['0005', { octets: 5, last: false }],
    ['', null],
    ['LAST', null],
    ['-1', null],
    ['+1', null],
    ['1e3', null],
    ['0x10', null],
    ['10 LAST LAST', null],
    ['10 FIRST', null],
    ['9007199254740993', null],
  ])('"%s"', (argument, chunk) => {
    expect(parseBdat(argument)).toEqual(chunk);
  });
});

describe('AUTH', () => {
  test.each([
    ['PLAIN', 'PLAIN', null],
    ['plain AGEAYg==', 'PLAIN', 'AGEAYg=='],
    ['LOGIN =', 'LOGIN', '='],
    ['X a b', 'X', 'a b'],
    ['', '', null],
  ])('"%s"', (argument, mechanism, initial) => {
    expect(parseAuth(argument)).toEqual({ mechanism, initial });
  });
});

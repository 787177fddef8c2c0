import {
  bodyParameter,
  findKeyword,
  keywordOfVerb,
  keywordsOfParameter,
  offers,
  parseEhloReply,
  parseKeyword,
} from '../../src/smtp/extension';
import { parseParameters } from '../../src/smtp/parameter';
import { parseReplyLines } from '../../src/smtp/reply';

const ehlo = (octets: string) => {
  const [reply] = parseReplyLines(octets).replies;
  if (reply === undefined) throw new Error('the test has no whole reply');
  return parseEhloReply(reply);
};

describe('the EHLO list', () => {
  it('takes the first line for the greeting, never for a keyword', () => {
    const list = ehlo('250-PIPELINING says hello\r\n250-SIZE 1000\r\n250 help\r\n');
    expect(list.domain).toBe('PIPELINING');
    expect(list.keywords.map(({ keyword }) => keyword)).toEqual(['SIZE', 'HELP']);
    expect(offers(list.keywords, 'PIPELINING')).toBe(false);
  });

  test.each([
    ['SIZE 10240000', 'SIZE', ['10240000']],
    ['size', 'SIZE', []],
    ['AUTH PLAIN LOGIN', 'AUTH', ['PLAIN', 'LOGIN']],
    ['AUTH=LOGIN', 'AUTH', ['LOGIN']],
    ['auth=LOGIN PLAIN', 'AUTH', ['LOGIN', 'PLAIN']],
    ['AUTH=', 'AUTH', []],
    ['X-ODD=1  y', 'X-ODD=1', ['y']],
  ])('%s', (raw, keyword, parameters) => {
    expect(parseKeyword(raw)).toEqual({ keyword, raw, parameters });
  });

  it('compares keywords without regard to case', () => {
    const { keywords } = ehlo('250-x\r\n250-StartTls\r\n250 8bitMime\r\n');
    expect(offers(keywords, 'STARTTLS')).toBe(true);
    expect(offers(keywords, '8bitmime')).toBe(true);
    expect(findKeyword(keywords, 'STARTTLS')?.raw).toBe('StartTls');
    expect(findKeyword(keywords, 'DSN')).toBeNull();
  });

  it('skips empty lines and bears a reply of one bare code', () => {
    expect(ehlo('250-x\r\n250-\r\n250 DSN\r\n').keywords).toHaveLength(1);
    expect(ehlo('250\r\n')).toEqual({ domain: '', keywords: [] });
  });
});

describe('what has to be offered for a parameter', () => {
  test.each([
    ['MAIL', 'SIZE=1', ['SIZE']],
    ['MAIL', 'BODY=8BITMIME', ['8BITMIME']],
    ['MAIL', 'body=binarymime', ['BINARYMIME']],
    ['MAIL', 'BODY=7BIT', ['8BITMIME', 'BINARYMIME']],
    ['MAIL', 'BODY=9BIT', []],
    ['MAIL', 'BODY', []],
    ['MAIL', 'SMTPUTF8', ['SMTPUTF8']],
    ['MAIL', 'RET=FULL', ['DSN']],
    ['MAIL', 'ENVID=x', ['DSN']],
    ['MAIL', 'AUTH=<>', ['AUTH']],
    ['MAIL', 'REQUIRETLS', ['REQUIRETLS']],
    ['MAIL', 'MT-PRIORITY=3', ['MT-PRIORITY']],
    ['MAIL', 'HOLDFOR=60', ['FUTURERELEASE']],
    ['MAIL', 'BY=120;R', ['DELIVERBY']],
    ['MAIL', 'NOTIFY=NEVER', []],
    ['MAIL', 'constructor=1', []],
    ['RCPT', 'NOTIFY=NEVER', ['DSN']],
    ['RCPT', 'ORCPT=rfc822;a', ['DSN']],
    ['RCPT', 'RRVS=x', ['RRVS']],
    ['RCPT', 'SIZE=1', []],
    ['RCPT', '__proto__', []],
  ] as const)('%s %s', (verb, text, keywords) => {
    const [parameter] = parseParameters(` ${text}`).parameters;
    expect(parameter && keywordsOfParameter(verb, parameter)).toEqual(keywords);
  });

  it('reads the BODY parameter in upper case', () => {
    expect(bodyParameter(parseParameters(' SIZE=1 body=8bitmime').parameters)).toBe('8BITMIME');
    expect(bodyParameter(parseParameters(' SIZE=1').parameters)).toBeNull();
    expect(bodyParameter(parseParameters(' BODY').parameters)).toBeNull();
  });
});

describe('what has to be offered for a verb', () => {
  test.each([
    ['STARTTLS', 'STARTTLS', true],
    ['AUTH', 'AUTH', true],
    ['BDAT', 'CHUNKING', true],
    ['ETRN', 'ETRN', true],
    ['EXPN', 'EXPN', true],
    ['VRFY', 'VRFY', false],
    ['HELP', 'HELP', false],
  ])('%s: %s', (verb, keyword, required) => {
    expect(keywordOfVerb(verb)).toEqual({ keyword, required });
  });

  it.each(['EHLO', 'MAIL', 'DATA', 'QUIT', 'XCLIENT', '', 'toString'])('"%s" needs nothing', (verb) => {
    expect(keywordOfVerb(verb)).toBeNull();
  });
});

// The shipped personas: complete, with provenance, and word for word what the sources have.

import { basename, resolve } from 'node:path';
import { SITUATIONS } from '../../src/scenario/persona';
import type { Persona, Situation } from '../../src/scenario/persona';
import { listPersonas, loadPersona } from '../../src/scenario/persona-load';

const NAMES = [
  'domino-11.0.1',
  'domino-5.0.13a',
  'domino-5.0.4',
  'domino-6.5',
  'domino-7.0.4',
  'domino-8.5',
  'domino-8.5.3',
  'domino-9.0.1',
  'exchange-like',
  'plain',
  'postfix-like',
];

function linesOf(persona: Persona, situation: Situation): readonly string[] {
  return persona.texts[situation].lines;
}

test('the list names every persona that can be played, and not the base of the Dominos', () => {
  const listings = listPersonas();
  expect(listings.map((listing) => listing.name)).toEqual(NAMES);
  for (const { name, path } of listings) expect(basename(path)).toBe(`${name}.yaml`);
});

test('a listing says what is imitated', () => {
  const listing = listPersonas().find(({ name }) => name === 'domino-9.0.1');
  expect(listing).toMatchObject({ title: 'IBM Domino 9.0.1', product: 'IBM Domino', release: '9.0.1' });
});

describe.each(NAMES)('%s', (name) => {
  const persona = loadPersona(name);
  const everyText = [...Object.values(persona.texts), ...Object.values(persona.codes)];
  const everyFact = [...everyText, ...Object.values(persona.habits), persona.extensions];

  test('has a text for every situation', () => {
    expect(Object.keys(persona.texts)).toEqual([...SITUATIONS]);
  });

  test('says where every text and habit is known from, and how well', () => {
    for (const { source, confidence } of everyFact) {
      expect(source).not.toBe('');
      expect(['seen', 'second-hand', 'inferred']).toContain(confidence);
    }
  });

  test('says why for everything that is inferred', () => {
    const unexplained = everyFact.filter(({ confidence, note }) => confidence === 'inferred' && note === null);
    expect(unexplained).toEqual([]);
  });

  test('cites sources by name, never by a mark of our notes', () => {
    const sources = [...everyFact, ...persona.remarks].map(({ source }) => source);
    expect(sources.filter((source) => /\bS\d+|seed|reference\//.test(source))).toEqual([]);
  });

  test('has no line of more than 512 octets, before anything is filled in', () => {
    const lines = everyText.flatMap((text) => text.lines);
    expect(lines.filter((line) => Buffer.byteLength(line, 'latin1') + '\r\n'.length > 512)).toEqual([]);
  });

  test('does not offer STARTTLS or AUTH on its own: they come in when they are switched on', () => {
    const { plain, tls } = persona.extensions.value;
    expect([...plain, ...tls].filter((word) => /^(STARTTLS|AUTH)/.test(word))).toEqual([]);
  });

  test('has enhanced status codes in its texts only if it offers them (RFC 2034)', () => {
    const offers = persona.extensions.value.plain.includes('ENHANCEDSTATUSCODES');
    const own = SITUATIONS.filter((situation) => !persona.defaulted.includes(situation));
    const enhanced = own.filter((situation) =>
      linesOf(persona, situation).some((line) => /^\d{3}[ -]\d\.\d/.test(line)),
    );
    expect(enhanced.length > 0).toBe(offers);
  });

  test('has a text for each code that begins with it', () => {
    for (const [code, { lines }] of Object.entries(persona.codes)) expect(lines[0]?.slice(0, 3)).toBe(code);
  });
});

test('plain defaults nothing and is built on nothing', () => {
  expect(loadPersona('plain').defaulted).toEqual([]);
  expect(loadPersona('plain').lineage).toEqual([]);
});

test.each<[Situation, string]>([
  ['greeting', '220'],
  ['early-talker', '554'],
  ['too-many-connections', '421'],
  ['ehlo', '250'],
  ['data-ok', '354'],
  ['quit', '221'],
  ['help-off', '502'],
  ['vrfy', '252'],
  ['auth-challenge', '334'],
  ['auth-needs-tls', '538'],
  ['unknown-command', '500'],
  ['bad-parameter', '555'],
  ['nested-mail', '503'],
  ['tls-required', '530'],
  ['blacklisted', '554'],
  ['size-declared', '552'],
  ['too-many-recipients', '452'],
  ['recipient-unknown', '550'],
  ['error-limit', '421'],
])('plain answers %s with %s', (situation, code) => {
  expect(linesOf(loadPersona('plain'), situation)[0]?.slice(0, 3)).toBe(code);
});

describe.each([
  ['domino-6.5', 'Lotus', '6.5'],
  ['domino-8.5.3', 'Lotus', '8.5.3'],
  ['domino-9.0.1', 'IBM', '9.0.1'],
  ['domino-11.0.1', 'HCL', '11.0.1'],
])('%s speaks Domino word for word', (name, brand, release) => {
  const persona = loadPersona(name);

  test(`greets as ${brand} Domino Release ${release}`, () => {
    expect(linesOf(persona, 'greeting')).toEqual([
      `220 {hostname} ESMTP Service (${brand} Domino Release {release}) ready at {date}`,
    ]);
    expect(persona.release).toBe(release);
    expect(persona.product).toBe(`${brand} Domino`);
  });

  test.each<[Situation, string]>([
    ['helo', '250 {hostname} Hello {helo} ([{peer}]), pleased to meet you'],
    ['ehlo', '250 {hostname} Hello {helo} ([{peer}]), pleased to meet you'],
    ['hello-no-argument', '501 Command "{verb}" requires an argument'],
    ['mail-ok', '250 {sender}... Sender OK'],
    ['rcpt-ok', '250 {recipient}... Recipient OK'],
    ['data-ok', '354 Enter message, end with "." on a line by itself'],
    ['end-of-data-ok', '250 Message accepted for delivery'],
    ['rset-ok', '250 Reset state'],
    ['quit', '221 {hostname} SMTP Service closing transmission channel'],
    ['vrfy', '252 Unable to VRFY "{argument}", but will accept message and attempt delivery'],
    ['vrfy-off', '252 Unable to VRFY "{argument}", but will accept message and attempt delivery'],
    ['expn', '252 Unable to EXPN "{argument}", but will accept message and attempt delivery'],
    ['starttls-ok', '220 Ready to start TLS'],
    ['unknown-command', '500 Syntax error, command "{line}" unrecognized'],
    ['blacklisted', '554 Connection denied based on policy reason.'],
    ['sender-denied', '554 Mail from {sender} rejected for policy reasons.'],
    ['relay-denied', '554 Relay rejected for policy reasons'],
    ['recipient-unknown', '550 {recipient}... No such user'],
    ['error-limit', '421 SMTP service not available, closing transmission channel.'],
  ])('%s', (situation, line) => {
    expect(linesOf(persona, situation)).toEqual([line]);
  });

  test('lists its commands in three lines, the optional ones last', () => {
    expect(linesOf(persona, 'help')).toEqual([
      '214-Enter one of the following commands:',
      '214-HELO EHLO MAIL RCPT DATA RSET NOOP QUIT',
      '214 {optional}',
    ]);
  });

  test('offers SIZE and PIPELINING by default, and not 8BITMIME or DSN', () => {
    expect(persona.extensions.value).toEqual({
      plain: ['SIZE', 'PIPELINING', 'HELP'],
      tls: ['SIZE', 'PIPELINING', 'HELP'],
    });
  });

  test('has HELP on and VRFY, EXPN, ETRN off; three minutes of patience; no error limit', () => {
    expect(persona.habits.commands.value).toEqual({ VRFY: false, EXPN: false, HELP: true, ETRN: false });
    expect(persona.habits.idleTimeoutMs.value).toBe(180_000);
    expect(persona.habits.errorLimit.value).toBeNull();
  });

  test('takes CRLF alone for the end of a line, and announces AUTH as RFC 2554 has it', () => {
    expect(persona.habits.lineEndings.value).toBe('crlf');
    expect(persona.habits.authStyle.value).toBe('AUTH LOGIN');
  });
});

test('Domino 5.0.4 ends lines at a bare CR or LF and writes AUTH=LOGIN; 5.0.13a does neither', () => {
  expect(loadPersona('domino-5.0.4').habits.lineEndings.value).toBe('cr-or-lf');
  expect(loadPersona('domino-5.0.4').habits.authStyle.value).toBe('AUTH=LOGIN');
  expect(loadPersona('domino-5.0.13a').habits.lineEndings.value).toBe('crlf');
  expect(loadPersona('domino-5.0.13a').habits.authStyle.value).toBe('AUTH LOGIN');
});

test('a Domino leaves to plain what nobody has seen of it, and says so', () => {
  const { defaulted, texts, lineage } = loadPersona('domino-8.5');
  expect(lineage).toEqual(['domino-base']);
  expect(defaulted).toContain('auth-failed');
  expect(defaulted).not.toContain('greeting');
  expect(texts['auth-failed']).toEqual(loadPersona('plain').texts['auth-failed']);
});

test('the field bugs of a release come on top of what is said of all Dominos', () => {
  const remarks = loadPersona('domino-9.0.1').remarks.map((remark) => remark.text);
  expect(remarks).toEqual(expect.arrayContaining([expect.stringContaining('MKENA4SQ7R')]));
  expect(remarks).toEqual(expect.arrayContaining([expect.stringContaining('After a refused DATA')]));
});

test('a shipped persona is read once', () => {
  expect(loadPersona('domino-6.5')).toBe(loadPersona('domino-6.5'));
});

test('a shipped persona can be loaded by the path of its file as well', () => {
  expect(loadPersona(resolve('personas', 'domino-6.5.yaml'))).toEqual(loadPersona('domino-6.5'));
});

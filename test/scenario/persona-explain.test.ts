// What `show persona` prints, and the comparison of two personas.

import { SITUATIONS } from '../../src/scenario/persona';
import { diffPersonas, explainPersona } from '../../src/scenario/persona-explain';
import { loadPersona } from '../../src/scenario/persona-load';

const domino65 = loadPersona('domino-6.5');
const domino901 = loadPersona('domino-9.0.1');

describe('explainPersona', () => {
  const printed = explainPersona(domino65);

  test('says that the name is that of what is imitated', () => {
    expect(printed).toMatch(
      /^domino-6\.5: Lotus Domino 6\.5\nImitates Lotus Domino, release 6\.5; the name says what is/,
    );
  });

  test('shows every situation once, with its text', () => {
    for (const situation of SITUATIONS) {
      expect(printed.split(`\n  ${situation}  [`)).toHaveLength(2);
      for (const line of domino65.texts[situation].lines) expect(printed).toContain(`\n    ${line}\n`);
    }
  });

  test('shows a text with its confidence, source and note', () => {
    expect(printed).toContain(
      [
        '  rset-ok  [inferred]',
        '    250 Reset state',
        '      from: Nessus SMTP server detection',
        '      note: The scanner looks for the words "Reset state" only; the rest of the line is taken to',
        '      be empty.',
      ].join('\n'),
    );
  });

  test('marks what comes from plain as default, whatever plain knows of it', () => {
    expect(printed).toContain('  auth-failed  [default]\n    535 Authentication credentials invalid\n');
    expect(explainPersona(loadPersona('plain'))).not.toContain('[default]');
  });

  test('shows the codes that are its own, and all of plain for plain', () => {
    expect(printed).toContain('  354  [seen]\n    354 Enter message');
    expect(printed).not.toContain('  451  [');
    expect(explainPersona(loadPersona('plain'))).toContain('  451  [seen]\n    451 Requested action aborted');
  });

  test('shows habits in words, and remarks with their source', () => {
    expect(printed).toContain('  silence until the connection is closed: 3 min  [seen]\n');
    expect(printed).toContain('  optional commands: VRFY off, EXPN off, HELP on, ETRN off  [seen]\n');
    expect(printed).toContain('  errors until the connection is closed: no limit  [inferred]\n');
    expect(explainPersona(loadPersona('domino-5.0.4'))).toContain(
      '  a command line ends with: CRLF, or a bare CR or LF  [seen]\n',
    );
    expect(printed).toContain('  - The greeting date is unpadded: Thu, 5 Apr 2018. [seen]\n      from: Rapid7');
  });

  test.each(['plain', 'domino-5.0.4', 'domino-9.0.1', 'postfix-like', 'exchange-like'])(
    '%s fits 100 columns',
    (name) => {
      const tooLong = explainPersona(loadPersona(name))
        .split('\n')
        .filter((line) => line.length > 100 && !/^ {4}\d{3}/.test(line));
      expect(tooLong).toEqual([]);
    },
  );
});

describe('diffPersonas', () => {
  test('6.5 and 9.0.1 differ in the brand, and in nothing that both say alike', () => {
    const printed = diffPersonas(domino65, domino901);
    expect(printed).toContain(
      [
        'product',
        '  domino-6.5    Lotus Domino',
        '  domino-9.0.1  IBM Domino',
        'release',
        '  domino-6.5    6.5',
        '  domino-9.0.1  9.0.1',
        'greeting',
        '  domino-6.5    220 {hostname} ESMTP Service (Lotus Domino Release {release}) ready at {date}',
        '  domino-9.0.1  220 {hostname} ESMTP Service (IBM Domino Release {release}) ready at {date}',
        'remarks of domino-6.5 alone',
      ].join('\n'),
    );
    expect(printed).not.toContain('Sender OK');
  });

  test('habits, keywords, several lines and codes of one side alone', () => {
    const printed = diffPersonas(loadPersona('domino-5.0.4'), loadPersona('postfix-like'));
    expect(printed).toContain(
      'a command line ends with\n  domino-5.0.4  CRLF, or a bare CR or LF\n  postfix-like  CRLF or a bare LF\n',
    );
    expect(printed).toContain('EHLO keywords\n  domino-5.0.4  SIZE PIPELINING HELP\n  postfix-like  PIPELINING SIZE');
    expect(printed).toContain(
      'help\n  domino-5.0.4  214-Enter one of the following commands:\n                214-HELO EHLO MAIL',
    );
    expect(printed).toContain('bare 354\n  domino-5.0.4  354 Enter message');
  });

  test('a persona and itself say the same', () => {
    expect(diffPersonas(domino65, domino65)).toBe('domino-6.5 and domino-6.5 say the same.\n');
  });
});

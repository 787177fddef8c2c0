// Personas of a user's own: inheritance, and every mistake with its place and the nearest right word.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SITUATIONS } from '../../src/scenario/persona';
import { listPersonas, loadPersona } from '../../src/scenario/persona-load';
import { ScenarioError } from '../../src/scenario/scenario-error';
import type { Problem } from '../../src/scenario/scenario-error';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'persona-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const HEAD = ['name: ours', 'title: Our relay', 'product: Lotus Domino', "release: '8.5.3FP6 HF1944'"];

function write(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

function ours(...lines: string[]): string {
  return write('ours.yaml', ...HEAD, ...lines);
}

function problemsOf(nameOrPath: string): readonly Problem[] {
  try {
    loadPersona(nameOrPath);
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
  throw new Error(`${nameOrPath} was loaded`);
}

/** The one problem of a file of ours, as `line:column message; fix`. */
function mistakeIn(...lines: string[]): string {
  const problems = problemsOf(ours(...lines));
  expect(problems).toHaveLength(1);
  const [problem] = problems;
  if (problem === undefined) throw new Error('no problem');
  expect(problem.file).toBe(join(folder, 'ours.yaml'));
  const { line, column, message, fix } = problem;
  return `${line}:${column} ${message}${fix === undefined ? '' : `; ${fix}`}`;
}

describe('inheritance', () => {
  const greeting = [
    'texts:',
    '  greeting:',
    "    text: '220 {hostname} Hello'",
    '    source: telnet session',
    '    confidence: seen',
  ];

  test('a persona that extends nothing takes the rest from plain, and says for which situations', () => {
    const persona = loadPersona(ours(...greeting));
    expect(persona.texts.greeting).toEqual({
      lines: ['220 {hostname} Hello'],
      source: 'telnet session',
      confidence: 'seen',
      note: null,
    });
    expect(persona.lineage).toEqual([]);
    expect(persona.texts.quit).toEqual(loadPersona('plain').texts.quit);
    expect(persona.defaulted).not.toContain('greeting');
    expect(persona.defaulted).toContain('quit');
    expect(persona.habits).toEqual(loadPersona('plain').habits);
  });

  test('a persona that extends a shipped one takes the rest from there', () => {
    const persona = loadPersona(ours('extends: domino-9.0.1', ...greeting));
    expect(persona.lineage).toEqual(['domino-9.0.1', 'domino-base']);
    expect(persona.release).toBe('8.5.3FP6 HF1944');
    expect(persona.texts.greeting.lines).toEqual(['220 {hostname} Hello']);
    expect(persona.texts['mail-ok'].lines).toEqual(['250 {sender}... Sender OK']);
    expect(persona.defaulted).toEqual(loadPersona('domino-9.0.1').defaulted);
  });

  test('extending plain by name does not make its texts somebody else’s', () => {
    expect(loadPersona(ours('extends: plain')).defaulted).toContain('quit');
  });

  test('a persona that extends a file beside it: texts, codes and habits one by one, remarks added up', () => {
    write(
      'base.yaml',
      'name: base',
      'abstract: true',
      'title: A base',
      'product: X',
      "release: '1'",
      'codes:',
      "  '451': { text: '451 Base', source: s, confidence: seen }",
      "  '452': { text: '452 Base', source: s, confidence: seen }",
      'habits:',
      '  idleTimeout: { value: 9 min, source: s, confidence: seen }',
      '  errorLimit: { value: 3, source: s, confidence: seen }',
      'remarks:',
      '  - { text: of the base, source: s, confidence: seen }',
    );
    const persona = loadPersona(
      ours(
        'extends: ./base.yaml',
        'codes:',
        "  451: { text: '451 Own', source: s, confidence: seen }",
        'habits:',
        '  errorLimit: { value: null, source: s, confidence: seen }',
        'remarks:',
        '  - { text: of its own, source: s, confidence: seen }',
      ),
    );
    expect(persona.codes['451']?.lines).toEqual(['451 Own']);
    expect(persona.codes['452']?.lines).toEqual(['452 Base']);
    expect(persona.codes['550']).toEqual(loadPersona('plain').codes['550']);
    expect(persona.habits.idleTimeoutMs.value).toBe(540_000);
    expect(persona.habits.errorLimit.value).toBeNull();
    expect(persona.remarks.map((remark) => remark.text)).toEqual(['of the base', 'of its own']);
  });

  test('several lines: as a list and as a block', () => {
    const persona = loadPersona(
      ours(
        'texts:',
        '  help:',
        '    text:',
        "      - '214-One'",
        "      - '214 Two '",
        '    source: s',
        '    confidence: seen',
        '  quit:',
        '    text: |',
        '      221-Two messages',
        '      221 taken',
        '    source: s',
        '    confidence: seen',
      ),
    );
    expect(persona.texts.help.lines).toEqual(['214-One', '214 Two ']);
    expect(persona.texts.quit.lines).toEqual(['221-Two messages', '221 taken']);
  });

  test('the list inside TLS is the one before it without STARTTLS (RFC 3207 4.2), unless it is given', () => {
    const given = (list: string) => `extensions: { ${list}, source: s, confidence: seen }`;
    expect(loadPersona(ours(given('plain: [SIZE, STARTTLS]'))).extensions.value.tls).toEqual(['SIZE']);
    expect(loadPersona(ours(given('plain: [SIZE], tls: [DSN]'))).extensions.value.tls).toEqual(['DSN']);
  });

  test('a file of the user is read anew each time', () => {
    expect(loadPersona(ours()).title).toBe('Our relay');
    write('ours.yaml', ...HEAD.map((line) => line.replace('Our relay', 'Another')));
    expect(loadPersona(join(folder, 'ours.yaml')).title).toBe('Another');
  });
});

describe('mistakes have a place and a fix', () => {
  const text = (line: string) => ['texts:', `  quit: { text: ${line}, source: s, confidence: seen }`];

  test('unknown situation', () => {
    expect(mistakeIn('texts:', "  greting: { text: '220 x', source: s, confidence: seen }")).toBe(
      '6:3 unknown key "greting"; did you mean "greeting"?',
    );
  });

  test('unknown key of a persona, of a text, of a habit', () => {
    expect(mistakeIn('remark: []')).toBe('5:1 unknown key "remark"; did you mean "remarks"?');
    expect(mistakeIn('texts:', "  quit: { text: '221 x', sorce: s, source: s, confidence: seen }")).toBe(
      '6:26 unknown key "sorce"; did you mean "source"?',
    );
    expect(mistakeIn('habits:', '  idelTimeout: { value: 3 min, source: s, confidence: seen }')).toBe(
      '6:3 unknown key "idelTimeout"; did you mean "idleTimeout"?',
    );
  });

  test('unknown template name', () => {
    expect(mistakeIn(...text("'221 {hostnam} bye'"))).toMatch(
      /^6:17 unknown name \{hostnam\} in a text; .*; did you mean "\{hostname\}"\?$/,
    );
  });

  test('a line without a code, with a bare code, with a code of no class', () => {
    expect(mistakeIn(...text("'Goodbye'"))).toMatch(/^6:17 the line "Goodbye" is not a reply line; expected three/);
    expect(mistakeIn(...text("'221'"))).toMatch(/^6:17 the line "221" is not a reply line/);
    expect(mistakeIn(...text("'921 x'"))).toMatch(/^6:17 the line "921 x" is not a reply line/);
  });

  test('lines of one reply that do not belong together', () => {
    const list = (...lines: string[]) => text(`[${lines.join(', ')}]`);
    expect(mistakeIn(...list("'214-a'", "'215 b'"))).toBe(
      '6:27 the lines of one reply carry different codes: 214 and 215',
    );
    expect(mistakeIn(...list("'214 a'", "'214 b'"))).toBe(
      '6:18 "214 " ends the reply, but more lines follow; write "214-"',
    );
    expect(mistakeIn(...text("'221-bye'"))).toBe(
      '6:17 "221-" announces a further line and there is none; write "221 "',
    );
  });

  test('a character that is no octet', () => {
    expect(mistakeIn(...text("'221 1 €'"))).toMatch(/^6:17 "€" \(U\+20AC\) is not one octet/);
  });

  test('no source, and a confidence of another name', () => {
    expect(mistakeIn('texts:', "  quit: { text: '221 x', confidence: seen }")).toBe('6:9 "source" is missing');
    expect(mistakeIn('texts:', "  quit: { text: '221 x', source: s, confidence: infered, note: n }")).toMatch(
      /^6:49 unknown word "infered"; .*; did you mean "inferred"\?$/,
    );
  });

  test('inferred without a note', () => {
    expect(mistakeIn('texts:', "  quit: { text: '221 x', source: s, confidence: inferred }")).toMatch(
      /^6:9 inferred, and no note; expected what it was inferred from/,
    );
  });

  test('a code with the text of another', () => {
    expect(mistakeIn('codes:', "  '451': { text: '452 x', source: s, confidence: seen }")).toBe(
      '6:18 the text for 451 begins with another code: "452 x"',
    );
  });

  test('a duration without a unit', () => {
    expect(mistakeIn('habits:', '  idleTimeout: { value: 180, source: s, confidence: seen }')).toMatch(
      /^6:25 the duration 180 has no unit/,
    );
  });

  test('a base that is not there', () => {
    expect(mistakeIn('extends: domino-8.5.4')).toMatch(
      /^5:10 unknown persona "domino-8\.5\.4"; .*; did you mean "domino-8\.5\.3"\?$/,
    );
  });

  test('a file to extend that is not there', () => {
    expect(mistakeIn('extends: ../none/base.yaml')).toBe(
      `5:10 there is no file ${join(folder, '..', 'none', 'base.yaml')}`,
    );
  });

  test('two files that extend each other', () => {
    write('theirs.yaml', 'name: theirs', 'extends: ours.yaml', 'title: T', 'product: P', "release: '1'");
    const [problem] = problemsOf(ours('extends: theirs.yaml'));
    expect(problem).toMatchObject({ file: join(folder, 'theirs.yaml'), line: 2, column: 10 });
    expect(problem?.message).toBe('"ours.yaml" is already in the line of those that it extends');
  });

  test('a mistake in a base is shown in the base', () => {
    write('base.yaml', 'name: base', 'titel: T', 'title: T', 'product: P', "release: '1'");
    expect(problemsOf(ours('extends: base.yaml'))).toEqual([
      expect.objectContaining({ file: join(folder, 'base.yaml'), line: 2, column: 1, fix: 'did you mean "title"?' }),
    ]);
  });

  test('several mistakes are told at once, in the order of the file', () => {
    const problems = problemsOf(ours('texts:', "  qiut: { text: '221 x', source: s, confidence: seen }", 'remark: []'));
    expect(problems.map(({ line, column }) => [line, column])).toEqual([
      [6, 3],
      [7, 1],
    ]);
  });

  test('YAML that is none', () => {
    const [problem] = problemsOf(ours('texts: {'));
    expect(problem).toMatchObject({ file: join(folder, 'ours.yaml') });
    expect(problem?.line).toBeGreaterThanOrEqual(5);
  });

  test('a text that YAML would silently cut at a number sign', () => {
    expect(
      mistakeIn('texts:', '  quit:', '    text: 221 Ticket #7 closed', '    source: s', '    confidence: seen'),
    ).toMatch(/^7:11 .*quotes/);
  });

  test('an alias where an address was meant', () => {
    const [problem] = problemsOf(ours('texts:', '  quit: { text: *bye, source: s, confidence: seen }'));
    expect(problem).toMatchObject({ line: 6 });
  });
});

describe('names', () => {
  test('an unknown persona: the nearest, and all there are', () => {
    const [problem] = problemsOf('domino-6.6');
    expect(problem).toMatchObject({ line: 0, fix: 'did you mean "domino-6.5"?' });
    expect(problem?.message).toContain('postfix-like');
  });

  test('a base cannot be played', () => {
    const [problem] = problemsOf('domino-base');
    expect(problem?.message).toBe('"domino-base" is only a base for others');
    expect(problem).toMatchObject({ line: 5, column: 1 });
  });

  test('a file that is not there', () => {
    expect(problemsOf(join(folder, 'none.yaml'))[0]?.message).toBe('no such persona file, or it cannot be read');
  });
});

describe('docs/personas.md', () => {
  const page = readFileSync('docs/personas.md', 'utf8');

  test('its example loads', () => {
    const [, example = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
    const persona = loadPersona(write('example.yaml', example));
    expect(persona.lineage).toEqual(['domino-8.5.3', 'domino-base']);
    expect(persona.texts['recipient-denied'].confidence).toBe('inferred');
    expect(persona.habits.idleTimeoutMs.value).toBe(540_000);
  });

  test('it names every situation and every persona', () => {
    const unnamed = [...SITUATIONS, ...listPersonas().map(({ name }) => name)].filter(
      (name) => !page.includes(`\`${name}\``),
    );
    expect(unnamed).toEqual([]);
  });
});

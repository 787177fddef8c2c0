// Scenarios from files: names, paths, inheritance, and every way in which looking for one fails.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PLAIN_HABITS } from '../../src/scenario/assemble';
import { listScenarios, loadScenario, loadScenarioText, personaOf } from '../../src/scenario/load';
import { ScenarioError } from '../../src/scenario/scenario-error';
import { problemsOf } from './reading';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scenarios-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const options = () => ({ folders: [folder], habitsOf: () => PLAIN_HABITS });

describe('finding', () => {
  test('by name, by path, from text', () => {
    const path = write('greylist.yaml', 'title: once more\n');
    expect(loadScenario('greylist', options()).title).toBe('once more');
    expect(loadScenario(path, options()).name).toBe('greylist');
    expect(loadScenarioText('title: x\n', 'some/where.yaml', options()).name).toBe('where');
  });

  test('an unknown name comes with the nearest', () => {
    write('greylist.yaml', '');
    expect(problemsOf(() => loadScenario('graylist', options()))).toEqual([
      'graylist: there is no scenario "graylist"; did you mean "greylist"?',
    ]);
    expect(problemsOf(() => loadScenario('quux', options()))).toEqual([
      'quux: there is no scenario "quux"; expected a name that list shows, or the path of a file',
    ]);
  });

  test('a path that leads nowhere', () => {
    expect(problemsOf(() => loadScenario(join(folder, 'no.yaml'), options()))[0]).toContain('there is no file');
  });

  test('a list has name, title, tags, patience and path', () => {
    const path = write('b.yaml', 'title: second\ntags: [tls]\npatience: minutes\n');
    write('a.yaml', 'title: first\n');
    write('notes.txt', 'no scenario');
    expect(listScenarios(options())).toEqual([
      { name: 'a', title: 'first', tags: [], patience: 'quick', path: join(folder, 'a.yaml') },
      { name: 'b', title: 'second', tags: ['tls'], patience: 'minutes', path },
    ]);
  });

  test('every shipped scenario loads', () => {
    expect(() => listScenarios()).not.toThrow();
  });
});

describe('extends', () => {
  const BASE = [
    'name: base',
    'title: The base',
    'tags: [one, two]',
    'server: { hostname: a.example, policies: { size: 1 MB, errorLimit: 3 } }',
    'rules:',
    '  - { on: MAIL, reply: "250 base" }',
    '',
  ].join('\n');

  test('maps merge, lists replace, the name is not inherited', () => {
    write('base.yaml', BASE);
    write('own.yaml', 'extends: base\ntags: [three]\nserver: { policies: { errorLimit: 5 } }\n');
    const own = loadScenario('own', options());
    expect(own).toMatchObject({ name: 'own', title: 'The base', tags: ['three'] });
    expect(own.servers[0]).toMatchObject({
      hostname: 'a.example',
      policies: { errorLimit: 5, size: { limit: 1_000_000 } },
    });
    expect(own.rules).toHaveLength(1);
  });

  test('a list of rules replaces, before and after add; every rule keeps its place', () => {
    write('base.yaml', BASE);
    write('replace.yaml', 'extends: base\nrules: [{ on: RCPT, reply: 550 }]\n');
    write(
      'add.yaml',
      'extends: base\nrules:\n  before:\n    - { on: EHLO, reply: 500 }\n  after:\n    - { on: RCPT, reply: 550 }\n',
    );
    expect(loadScenario('replace', options()).rules.map((rule) => rule.on[0])).toEqual(['RCPT']);
    const added = loadScenario('add', options()).rules;
    expect(added.map((rule) => [rule.id, rule.on[0], rule.at?.replace(/^.*[\\/]/, '')])).toEqual([
      ['rules[0]', 'EHLO', 'add.yaml:4'],
      ['rules[1]', 'MAIL', 'base.yaml:6'],
      ['rules[2]', 'RCPT', 'add.yaml:6'],
    ]);
  });

  test('over several generations, and by a path seen from the file', () => {
    write('base.yaml', BASE);
    write('deep/middle.yaml', 'extends: ../base.yaml\nrules: { after: [{ on: RCPT, reply: 550 }] }\n');
    const own = write('deep/own.yaml', 'extends: ./middle.yaml\nrules: { before: [{ on: EHLO, reply: 500 }] }\n');
    expect(loadScenario(own, options()).rules.map((rule) => rule.on[0])).toEqual(['EHLO', 'MAIL', 'RCPT']);
  });

  test('servers take the place of an inherited server', () => {
    write('base.yaml', BASE);
    write('own.yaml', 'extends: base\nservers: [{ hostname: b.example }, {}]\n');
    expect(loadScenario('own', options()).servers.map((server) => server.hostname)).toEqual([
      'b.example',
      'mail.example.com',
    ]);
  });

  test('a mistake in the base is reported in the base', () => {
    const base = write('base.yaml', 'rules:\n  - { on: MAIL, repy: 250 }\n');
    const own = write('own.yaml', 'extends: base\ntitle: x\n');
    expect(problemsOf(() => loadScenario(own, options()))).toEqual([
      `${base}:2:17: unknown key "repy"; did you mean "reply"?`,
    ]);
  });

  test('a circle is shown', () => {
    const a = write('a.yaml', 'extends: b\n');
    const b = write('b.yaml', 'title: x\nextends: a\n');
    expect(problemsOf(() => loadScenario(a, options()))).toEqual([
      `${b}:2:10: extends goes in a circle: a → b → a; take one extends out`,
    ]);
    const c = write('c.yaml', 'extends: c\n');
    expect(problemsOf(() => loadScenario(c, options()))).toEqual([
      `${c}:1:10: extends goes in a circle: c → c; take one extends out`,
    ]);
  });

  test('an unknown base is reported where it is named', () => {
    write('base.yaml', BASE);
    const own = write('own.yaml', 'title: x\nextends: bsae\n');
    expect(problemsOf(() => loadScenario(own, options()))).toEqual([
      `${own}:2:10: there is no scenario "bsae"; did you mean "base"?`,
    ]);
  });
});

test('an unknown persona is left to whoever needs its voice', () => {
  const scenario = loadScenarioText('persona: nobody\n', 'a.yaml', { folders: [] });
  expect(scenario.persona).toBe('nobody');
  expect(scenario.servers[0]?.lineEndings).toBe(PLAIN_HABITS.lineEndings);
});

test('all problems of a file come at once, in its order', () => {
  const text = 'window: 5\nrules:\n  - on: RCTP\n    reply: 550\n  - on: MAIL\n    repy: 250\n';
  expect(problemsOf(() => loadScenarioText(text, 'a.yaml', options())).map((line) => line.split(': ')[0])).toEqual([
    'a.yaml:1:9',
    'a.yaml:3:9',
    'a.yaml:6:5',
  ]);
});

test('a ScenarioError holds its problems as data', () => {
  let thrown: unknown;
  try {
    loadScenarioText('nme: x\n', 'a.yaml', options());
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ScenarioError);
  expect((thrown as ScenarioError).problems).toEqual([
    { file: 'a.yaml', line: 1, column: 1, message: 'unknown key "nme"', fix: 'did you mean "name"?' },
  ]);
});

describe('the persona of a scenario', () => {
  test('that is a file stands beside the scenario that names it, wherever one is', () => {
    write('mine.yaml', 'name: mine\ntitle: x\nextends: domino-6.5\nproduct: Mine\nrelease: "1"\n');
    const own = write('own.yaml', 'persona: ./mine.yaml\n');
    expect(personaOf(loadScenario(own, options())).product).toBe('Mine');
  });

  test('that is not there is told where it is named', () => {
    const named = write('named.yaml', 'title: x\npersona: domino-6.6\n');
    const filed = write('filed.yaml', 'persona: ./nowhere.yaml\n');
    expect(problemsOf(() => personaOf(loadScenario(named, options())))[0]).toMatch(
      /named\.yaml:2:10: unknown persona "domino-6\.6"; .*; did you mean "domino-6\.5"\?$/,
    );
    expect(problemsOf(() => personaOf(loadScenario(filed, options())))[0]).toMatch(/filed\.yaml:1:10: no such persona/);
  });
});

test('a folder in place of a file is told as one', () => {
  expect(problemsOf(() => loadScenario(`${folder}/`, options()))).toEqual([`${folder}: is a folder; expected a file`]);
});

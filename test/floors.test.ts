// The house: an import may only point down, rooms on one floor keep to themselves, and each package has its one door.
// A failure names the offending pair of files.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const SRC = resolve(__dirname, '../src');

/** Rooms by floor; within a floor only the arrows below may be used. */
const FLOORS: Readonly<Record<string, number>> = {
  wire: 0,
  smtp: 0,
  obligations: 0,
  middlebox: 1,
  scenario: 1,
  server: 2,
  judge: 2,
  domino: 2,
  mock: 3,
  gauntlet: 4,
  clients: 4,
  report: 4,
  cli: 5,
  jest: 5,
  control: 5,
  '.': 5,
};

const ARROWS: readonly (readonly [from: string, to: string])[] = [
  ['scenario', 'middlebox'],
  ['gauntlet', 'clients'],
  // The vocabulary and the octets are one ground: what a line is, and what a verb is.
  ['wire', 'smtp'],
  ['smtp', 'wire'],
  ['obligations', 'wire'],
  ['cli', 'control'],
  ['cli', '.'],
  ['jest', '.'],
  ['control', '.'],
];

/** Package → files or rooms that may import it. */
const FENCES: Readonly<Record<string, readonly string[]>> = {
  'smtp-server': ['server/listener.ts', 'server/auth.ts'],
  selfsigned: ['server/certificate.ts'],
  'dns-packet': ['server'],
  mailparser: ['server/parsed-message.ts'],
  nodemailer: ['clients/nodemailer.ts'],
  commander: ['cli'],
  yaml: ['scenario'],
  zod: ['scenario'],
  fastify: ['control', 'cli'],
  'prom-client': ['control', 'cli'],
};

/** What the pure rooms must not reach for. `node:net` is allowed for its address arithmetic only (isIP, BlockList). */
const PURE_ROOMS = new Set(['smtp', 'obligations', 'middlebox', 'judge', 'domino']);
const IMPURE = /^node:(tls|http|https|dgram|dns|child_process|timers|fs|readline|worker_threads)/;

interface Import {
  readonly file: string;
  readonly to: string;
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

const IMPORTS: readonly Import[] = filesUnder(SRC).flatMap((path) =>
  [
    ...readFileSync(path, 'utf8').matchAll(
      /^(?:import|export)\b[^;]*?from\s+'([^']+)'|^import\s+'([^']+)'|import\('([^']+)'\)/gm,
    ),
  ].map(([, named, bare, dynamic]) => ({ file: relative(SRC, path), to: named ?? bare ?? dynamic ?? '' })),
);

const roomOf = (file: string): string => {
  const [first = ''] = file.split('/');
  // A room's index is imported by the room's name alone.
  return first in FLOORS ? first : '.';
};

function targetOf({ file, to }: Import): string | null {
  return to.startsWith('.') ? relative(SRC, resolve(SRC, dirname(file), to)) : null;
}

test('there is something to look at', () => {
  expect(IMPORTS.length).toBeGreaterThan(100);
  expect(IMPORTS.map(({ file }) => roomOf(file)).filter((room) => !(room in FLOORS))).toEqual([]);
});

test('imports point down', () => {
  const offending = IMPORTS.flatMap((found) => {
    const target = targetOf(found);
    if (target === null) return [];
    const [from, to] = [roomOf(found.file), roomOf(target)];
    if (from === to || ARROWS.some(([a, b]) => a === from && b === to)) return [];
    return (FLOORS[to] ?? 99) < (FLOORS[from] ?? -1) ? [] : [`${found.file} -> ${target}`];
  });
  expect(offending).toEqual([]);
});

test('each package is imported behind its fence only', () => {
  const offending = IMPORTS.flatMap(({ file, to }) => {
    const fence = Object.entries(FENCES).find(([name]) => to === name || to.startsWith(`${name}/`));
    if (fence === undefined) return [];
    return fence[1].some((allowed) => file === allowed || roomOf(file) === allowed) ? [] : [`${file} -> ${to}`];
  });
  expect(offending).toEqual([]);
});

test('pure rooms reach for nothing outside', () => {
  const offending = IMPORTS.filter(({ file, to }) => PURE_ROOMS.has(roomOf(file)) && IMPURE.test(to));
  expect(offending).toEqual([]);
  const rooms = [...PURE_ROOMS, 'scenario'];
  const ambient = filesUnder(SRC)
    .filter((path) => rooms.includes(roomOf(relative(SRC, path))))
    .filter((path) => /\bDate\.now\(|\bMath\.random\(|\bsetTimeout\(|\bprocess\.hrtime/.test(code(path)))
    .map((path) => relative(SRC, path));
  expect(ambient).toEqual([]);
});

/** Without comments: they may speak of what must not be called. */
function code(path: string): string {
  return readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}

test('no circles between files', () => {
  const graph = new Map<string, string[]>();
  for (const found of IMPORTS) {
    const target = targetOf(found);
    if (target === null || isTypeOnly(found)) continue;
    const from = found.file.replace(/\.ts$/, '');
    graph.set(from, [...(graph.get(from) ?? []), target]);
  }
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (node: string, trail: readonly string[]): void => {
    if (trail.includes(node)) {
      circles.push([...trail.slice(trail.indexOf(node)), node].join(' -> '));
      return;
    }
    if (done.has(node)) return;
    for (const next of graph.get(node) ?? []) visit(next, [...trail, node]);
    done.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  expect(circles).toEqual([]);
});

/** Types are gone at run time, so they close no circle. */
function isTypeOnly({ file, to }: Import): boolean {
  const source = readFileSync(join(SRC, file), 'utf8');
  const lines = [...source.matchAll(/^(import|export)\s+(type\s+)?[^;]*?from\s+'([^']+)'/gm)].filter(
    ([, , , from]) => from === to,
  );
  return lines.length > 0 && lines.every(([, , type]) => type !== undefined);
}

test('no file outside scenario tables and state machines grows without bound', () => {
  const long = filesUnder(SRC)
    .map((path) => ({ file: relative(SRC, path), lines: readFileSync(path, 'utf8').split('\n').length }))
    .filter(({ lines }) => lines > 520);
  expect(long).toEqual([]);
});

// YAML text into a plain value with the place of everything in it. Used by load.ts and persona-load.ts.
// Anything that YAML would bend in silence is a problem here (yaml-traps.ts); what the value means is not asked.

import { LineCounter, isAlias, isMap, isPair, isScalar, parseDocument } from 'yaml';
import type { Alias, Document, Node, ParsedNode, YAMLMap, YAMLSeq } from 'yaml';
import { placeRefusal } from './origin';
import type { Located, Origin, Position } from './origin';
import { ScenarioError } from './scenario-error';
import type { Problem } from './scenario-error';
import type { Refusal } from './schema-issues';
import { explainSyntaxError } from './yaml-errors';
import { aliasTrap, keyTrap, trapsInMap, trapsInSeq, trapsInText } from './yaml-traps';
import type { Trap } from './yaml-traps';

/** Aliases may repeat parts of a file; a file that grows beyond this by them is not a scenario. */
const MOST_NODES = 200_000;
/** One slip in YAML often draws others behind it: more than these are noise. */
const MOST_SYNTAX_PROBLEMS = 5;

/** A parsed file: its value, its places, and a way to say where something in it is wrong. */
export interface YamlSource extends Located {
  problem(refusal: Refusal): Problem;
}

interface Reading {
  readonly text: string;
  readonly file: string;
  readonly lines: LineCounter;
  readonly document: Document;
  readonly problems: Problem[];
  /** Nodes on the way down, against an alias inside its own anchor. */
  readonly above: Set<unknown>;
  nodes: number;
}

function positionOf(reading: Pick<Reading, 'file' | 'lines'>, offset: number): Position {
  const { line, col } = reading.lines.linePos(offset);
  return { file: reading.file, line, column: col };
}

function report(reading: Reading, traps: readonly Trap[]): void {
  for (const { offset, message, fix } of traps) {
    reading.problems.push({ ...positionOf(reading, offset), message, ...(fix === null ? {} : { fix }) });
  }
}

function startOf(node: unknown): number {
  return (node as ParsedNode | null)?.range?.[0] ?? 0;
}

function readMap(reading: Reading, map: YAMLMap, key: string | null): Located {
  const value: Record<string, unknown> = {};
  const members = new Map<string, { key: Position; origin: Origin }>();
  report(reading, trapsInMap(reading.text, map, key));
  for (const pair of map.items) {
    if (!isPair(pair) || !isScalar(pair.key) || pair.key.value === '__proto__') {
      report(reading, [keyTrap(startOf(pair.key), pair.key)]);
      continue;
    }
    const name = String(pair.key.source ?? pair.key.value);
    const at = positionOf(reading, startOf(pair.key));
    const member = readNode(reading, pair.value as Node | null, name, at);
    value[name] = member.value;
    members.set(name, { key: at, origin: member.origin });
  }
  return { value, origin: { at: positionOf(reading, startOf(map)), members } };
}

function readSeq(reading: Reading, seq: YAMLSeq, key: string | null): Located {
  report(reading, trapsInSeq(reading.text, seq, key));
  const at = positionOf(reading, startOf(seq));
  const members = new Map<string, { key: Position; origin: Origin }>();
  const value = seq.items.map((item, index) => {
    const member = readNode(reading, item as Node | null, key, at);
    members.set(String(index), { key: member.origin.at, origin: member.origin });
    return member.value;
  });
  return { value, origin: { at, members } };
}

function readAlias(reading: Reading, alias: Alias, key: string | null, fallback: Position): Located {
  const target = alias.resolve(reading.document);
  if (target === undefined || reading.above.has(target)) {
    report(reading, [aliasTrap(startOf(alias), alias.source, target !== undefined)]);
    return { value: null, origin: { at: positionOf(reading, startOf(alias)), members: new Map() } };
  }
  const read = readNode(reading, target, key, fallback);
  return { value: read.value, origin: { ...read.origin, at: positionOf(reading, startOf(alias)) } };
}

/** @param key the word this value belongs to; items of a list belong to the list's */
function readNode(reading: Reading, node: Node | null, key: string | null, fallback: Position): Located {
  reading.nodes += 1;
  if (node === null || reading.nodes > MOST_NODES) return { value: null, origin: { at: fallback, members: new Map() } };
  if (isAlias(node)) return readAlias(reading, node, key, fallback);
  if (isScalar(node)) {
    report(reading, trapsInText(reading.text, node, key));
    // An empty value has no place of its own: its key has.
    const at = node.value === null && (node.source ?? '') === '' ? fallback : positionOf(reading, startOf(node));
    return { value: node.value, origin: { at, members: new Map() } };
  }
  reading.above.add(node);
  const located = isMap(node) ? readMap(reading, node, key) : readSeq(reading, node, key);
  reading.above.delete(node);
  return located;
}

function syntaxProblems(reading: Reading): readonly Problem[] {
  const seen = new Set<number>();
  const problems: Problem[] = [];
  for (const error of [...reading.document.errors, ...reading.document.warnings]) {
    const { offset, message, fix } = explainSyntaxError(reading.text, reading.document, error);
    const at = positionOf(reading, offset);
    if (seen.has(at.line)) continue;
    seen.add(at.line);
    problems.push({ ...at, message, ...(fix === null ? {} : { fix }) });
  }
  return problems.slice(0, MOST_SYNTAX_PROBLEMS);
}

/**
 * Parses one document.
 * @param file its name, for messages
 * @throws ScenarioError with every trap, or the first few syntax errors
 */
export function readYaml(written: string, file: string): YamlSource {
  // Editors hide a byte order mark, and their columns do not count it.
  const text = written.replace(/^\uFEFF/, '');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const reading: Reading = { text, file, lines, document, problems: [], above: new Set(), nodes: 0 };
  const wrong = syntaxProblems(reading);
  if (wrong.length > 0) throw new ScenarioError(wrong);
  if (document.directives?.yaml.explicit === true && document.directives.yaml.version !== '1.2') {
    const message = `YAML ${document.directives.yaml.version} turns on: into true; expected YAML 1.2`;
    throw new ScenarioError([{ file, line: 1, column: 1, message, fix: 'take the %YAML line out' }]);
  }
  const located = readNode(reading, document.contents, null, { file, line: 1, column: 1 });
  if (reading.nodes > MOST_NODES) {
    reading.problems.push({
      file,
      line: 1,
      column: 1,
      message: `more than ${MOST_NODES} values; aliases repeat too much`,
    });
  }
  if (reading.problems.length > 0) throw new ScenarioError(reading.problems);
  return { ...located, problem: (refusal) => placeRefusal(located.origin, refusal) };
}

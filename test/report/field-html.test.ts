import { fieldHtml } from '../../src/report/field-html';
import { REVIEWED_SCHEMA_VERSION, type Reviewed } from '../../src/report/reviewed';
import type { TrialRecord } from '../../src/wire/trial-record';
import { greeted, trial } from '../judge/support';
import { card, client, ran, unrun, verdict } from './cards';
import { parseMarkup, type Element } from './well-formed';

const session = `${greeted('SIZE')}C: MAIL FROM:<sender@client.example>\nS: 250 <b>&amp;</b>\n`;
const record = trial(`${session}C- FIN`);
const quitting = trial(`${session}C: QUIT\nS: 221 bye`);
const fin = record.traces[0]?.events.find((event) => event.type === 'peer');
const LEFT = verdict('quit-before-close', 'broken', 'it left', [
  { connection: 1, seq: { from: fin?.seq ?? 0, to: fin?.seq ?? 0 }, text: 'C- FIN' },
]);
const KEPT = verdict('mail-syntax', 'pass', 'it was right');
const CARD = card([
  client('curl', [ran('greeting-554', [LEFT, KEPT], { aims: ['quit-before-close'] }), ran('plain', [KEPT])]),
  client('swaks', [unrun('greeting-554', "can't <do> it"), ran('plain', [KEPT])]),
]);
const REVIEWED: Reviewed = {
  schemaVersion: REVIEWED_SCHEMA_VERSION,
  entries: [
    {
      client: 'curl',
      version: '1.0',
      obligation: 'quit-before-close',
      scenarios: ['*'],
      seenIn: 'greeting-554',
      lines: ['C- FIN'],
      rfc: 'RFC 5321 4.1.1.10',
      why: 'The server waited for QUIT.',
    },
  ],
};

const recordOf = (_: string, scenario: string): TrialRecord => (scenario === 'plain' ? quitting : record);
const pageOf = (mostTranscriptCharacters = 1e6, of = recordOf): string =>
  fieldHtml(CARD, REVIEWED, { recordOf: of, mostTranscriptCharacters });
const page = pageOf();

const all = (element: Element): Element[] =>
  element.children.flatMap((child) => (typeof child === 'string' ? [] : [child, ...all(child)]));
const textOf = (element: Element): string =>
  element.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('');
const elements = all(parseMarkup(page));
const byId = new Map(
  elements.flatMap((element) =>
    element.attributes['id'] === undefined ? [] : [[element.attributes['id'], element] as const],
  ),
);

test('every link leads somewhere, and no id stands twice', () => {
  const links = elements.flatMap(({ name, attributes }) => (name === 'a' ? [attributes['href'] ?? ''] : []));
  expect(links.length).toBeGreaterThan(8);
  for (const link of links) expect(byId.has(link.slice(1))).toBe(true);
  const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? []);
  expect(new Set(ids).size).toBe(ids.length);
});

test('it needs nothing from anywhere, and no script', () => {
  expect(page).not.toMatch(/<script|<link|<img|\bsrc=|url\(|https?:/);
});

test('each cell of the scenarios opens to the transcript of that client, or to why it did not run', () => {
  const cells = elements.filter(
    ({ name, attributes }) => name === 'a' && /^#s\d+\.\d+$/.test(attributes['href'] ?? ''),
  );
  expect(cells.map(textOf)).toEqual(expect.arrayContaining(['✗ fail', '✓ pass', '∅ not run']));
  const panel = textOf(byId.get('s1') ?? { name: '', attributes: {}, children: [] });
  expect(panel).toContain('S: 250 <b>&amp;</b>');
  expect(panel).toContain("Not run: can't <do> it");
});

test('the line that a finding rests on is marked, and only that', () => {
  expect(elements.filter(({ name }) => name === 'mark').map(textOf)).toEqual(['C- FIN']);
});

test('a fail opens to its review', () => {
  expect(page).toContain('<b>RFC 5321 4.1.1.10.</b> The server waited for QUIT.');
});

test('what two sessions of a scenario open with stands once', () => {
  const plain = byId.get('s2') ?? { name: '', attributes: {}, children: [] };
  expect(textOf(plain).match(/C: EHLO client\.example/g)).toHaveLength(1);
  expect(textOf(plain).match(/C: MAIL FROM/g)).toHaveLength(2);
});

test('where there is no room, the trials without findings are told how to be had', () => {
  const short = pageOf(1);
  expect(short).toContain('<mark>C- FIN</mark>');
  expect(short).toContain('smtp-gauntlet run --client swaks --scenario plain');
});

test('the ports of the machine do not reach it', () => {
  const withPort = (port: number): string =>
    pageOf(1e6, (_, scenario) => {
      const { traces, ...rest } = recordOf(_, scenario);
      const moved = traces.map((trace) => ({
        ...trace,
        events: trace.events.map((event) =>
          event.type === 'connected'
            ? { ...event, peer: { ...event.peer, port }, local: { ...event.local, port } }
            : event,
        ),
      }));
      return { ...rest, traces: moved };
    });
  expect(withPort(40_001)).toBe(withPort(50_002));
});

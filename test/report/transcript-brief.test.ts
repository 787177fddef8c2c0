import { briefTranscripts, closingOf, openingOf } from '../../src/report/transcript-brief';
import { greeted, trial } from '../judge/support';

const mail = 'C: MAIL FROM:<sender@client.example>\nS: 250 ok\n';
const quit = 'C: QUIT\nS: 221 bye\n';

const textsOf = (trace: string): readonly (readonly string[])[] =>
  briefTranscripts(trial(trace).traces).map(({ lines }) => lines.map(({ text }) => text));

test('what was said, and how it ended; not that it began', () => {
  expect(textsOf(`${greeted('SIZE')}${mail}${quit}`)).toEqual([
    [
      'S: 220 mx.example.com ESMTP',
      'C: EHLO client.example',
      'S: 250-mx.example.com',
      'S: 250 SIZE',
      'C: MAIL FROM:<sender@client.example>',
      'S: 250 ok',
      'C: QUIT',
      'S: 221 bye',
      'S- FIN',
      'C- FIN',
    ],
  ]);
});

test('what a reply is due to stands behind it, unless it is the ordinary', () => {
  const [lines = []] = textsOf('S! by persona greeting\nS: 220 mx\nC: EHLO a.example\nS! by rule rules[0]\nS: 500 no');
  expect(lines).toContain('S: 220 mx');
  expect(lines).toContain('S: 500 no (rule rules[0])');
});

test('connections that went alike are told once', () => {
  const once = (connection: number, text: string): string =>
    `# connection ${connection}\nS: 220 mx\nC: EHLO a.example\nS: 451 ${text}\nC: QUIT\nS: 221 bye\n`;
  const brief = briefTranscripts(trial(once(1, 'id a1b2') + once(2, 'another') + once(3, 'id c3d4e')).traces);
  expect(brief.map(({ connections }) => connections)).toEqual([[1, 3], [2]]);
});

test('a long one is told by its beginning and its end', () => {
  const spew = Array.from({ length: 100 }, (_, index) => `C: NOOP ${index}\nS: 250 ${index}\n`).join('');
  const [lines = []] = textsOf(`${greeted()}${spew}${quit}`);
  expect(lines).toHaveLength(41);
  expect(lines[28]).toBe('… 167 lines left out …');
  expect(lines.at(-1)).toBe('C- FIN');
});

test('nothing a terminal or a browser would obey gets through', () => {
  const [lines = []] = textsOf('S: 220 mx\nC\\: X \\x1b[2J\\r\\n\nS: 500 no');
  expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
});

test('the opening is the greeting and the hello, the closing QUIT and all behind it', () => {
  const [brief] = briefTranscripts(trial(`${greeted('SIZE')}${mail}${quit}`).traces);
  const lines = brief?.lines ?? [];
  expect(
    openingOf(lines)
      .map(({ text }) => text)
      .at(-1),
  ).toBe('S: 250 SIZE');
  expect(closingOf(lines).map(({ text }) => text)).toEqual(['C: QUIT', 'S: 221 bye', 'S- FIN', 'C- FIN']);
  const [ratware] = briefTranscripts(trial(`S: 220 mx\nC: NOOP\nS: 250 ok\n${mail}C- FIN`).traces);
  expect(openingOf(ratware?.lines ?? [])).toEqual([]);
  expect(closingOf(ratware?.lines ?? [])).toEqual([]);
});

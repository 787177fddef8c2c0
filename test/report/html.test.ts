import { judgeTrial } from '../../src/judge/judge';
import { trialCard, type RanTrial } from '../../src/judge/report-card';
import { reportHtml } from '../../src/report/html';
import { greeted, trial } from '../judge/support';
import { card, client, ran, said, unrun, verdict } from './cards';
import { elements, parseMarkup, textIn, type Element } from './well-formed';

const HOSTILE = trial(
  `S: 220 mx.example.com ESMTP
   C: EHLO <script>alert("1")</script>
   S: 250 mx.example.com
   C: MAIL FROM:<sender@client.example>
   S: 550 <img src=x onerror=alert(2)>
   C- RST`,
  {
    scenario: { name: 'hostile', title: 'A client & its <b>name</b>', expect: { obligations: ['quit-before-close'] } },
  },
);
const JUDGED = trialCard(HOSTILE, judgeTrial(HOSTILE, { rfc: 5321 }), null);

const byId = (page: string): Map<string, Element> =>
  new Map(
    ['section', 'tr', 'h2', 'h3'].flatMap((name) =>
      elements(parseMarkup(page), name).map((found) => [found.attributes['id'] ?? '', found] as const),
    ),
  );

const everything = (element: Element): Element[] => [
  element,
  ...element.children.flatMap((child) => (typeof child === 'string' ? [] : everything(child))),
];

const shown = (element: Element | undefined): string =>
  element === undefined ? '(not there)' : textIn(element).replace(/\s+/g, ' ').trim();

describe('what a client sends', () => {
  const page = reportHtml(card([client('a', [JUDGED])]), { recordOf: () => HOSTILE });

  test('is text, never a tag', () => {
    expect(page).not.toMatch(/<script|<img/i);
    expect(page).toContain('EHLO &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
    expect(page).toContain('&lt;img src=x onerror=alert(2)&gt;');
  });

  test('cannot leave an attribute or an address', () => {
    const name = '"><script>x</script>';
    const one = verdict('quit-before-close', 'broken', name, [said(name)]);
    const evil = reportHtml(card([client(name, [ran(name, [one], { title: name, recordFolder: name })])]));
    parseMarkup(evil);
    expect(evil).not.toMatch(/<script/i);
  });

  test('leaves the page well-formed, and without control characters', () => {
    const evil = verdict('ehlo-first', 'broken', '\u0000\u001b[31m\u202e]]>&', [said('C: \u0007\ud800')]);
    const hostile = reportHtml(card([client('a\u0000', [ran('b\u001b', [evil])])]));
    expect(() => parseMarkup(hostile)).not.toThrow();
    expect(hostile).toContain('\\x00\\x1B[31m\\u202E]]&gt;&amp;');
  });
});

describe('the page', () => {
  const clients = [
    client('postfix', [
      JUDGED,
      ran('held', [verdict('mail-syntax', 'pass', 'both were right')]),
      unrun('starttls-strip', "can't use STARTTLS"),
    ]),
    client('exim', [ran('held', [verdict('ehlo-first', 'broken', 'it said HELO', [said('C: HELO x')])])]),
    client('swaks', [], { version: null, unavailable: 'not installed' }),
  ];
  const page = reportHtml(card(clients), {
    recordOf: (name, { scenario }) => (name === 'postfix' && scenario === 'hostile' ? HOSTILE : null),
  });
  const found = byId(page);

  test('needs nothing from anywhere, and no script', () => {
    const all = everything(parseMarkup(page));
    const names = new Set(all.map(({ name }) => name));
    expect(['script', 'link', 'img', 'iframe', 'object', 'base'].filter((name) => names.has(name))).toEqual([]);
    const attributes = new Set(all.flatMap((element) => Object.keys(element.attributes)));
    expect([...attributes].filter((name) => name === 'src' || name.startsWith('on'))).toEqual([]);
    expect(page).not.toMatch(/@import|url\(|https?:/i);
  });

  test('every link leads to a place on it', () => {
    const root = parseMarkup(page);
    const ids = new Set([...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id));
    const links = elements(root, 'a').map(({ attributes }) => attributes['href'] ?? '');
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((href) => !href.startsWith('#') || !ids.has(href.slice(1)))).toEqual([]);
  });

  test('no id is given twice', () => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  test('a row per obligation with an occasion, a cell per client, told in words', () => {
    expect(shown(found.get('row.obligation.mail-syntax'))).toMatch(
      /mail-syntax RFC 5321 .* ✓ pass–no occasion–no occasion$/,
    );
    expect(shown(found.get('row.obligation.ehlo-first'))).toMatch(/✓ pass! warn–no occasion$/);
    expect(found.has('row.obligation.dot-split')).toBe(false);
  });

  test('a row per scenario', () => {
    expect(shown(found.get('row.scenario.held'))).toBe('About heldheld ✓ pass! warn–not on this card');
    expect(shown(found.get('row.scenario.starttls-strip'))).toBe(
      'About starttls-stripstarttls-strip ∅ not run–not on this card–not on this card',
    );
  });

  test('a cell opens to reason and evidence', () => {
    const panel = shown(found.get('obligation.exim.ehlo-first'));
    expect(panel).toContain('Open the session with EHLO.');
    expect(panel).toContain('ehlo-first · SHOULD · RFC 5321 2.2.1, 3.2, 4.1.1.1');
    expect(panel).toContain('In held It said HELO. C: HELO x');
  });

  test('a trial opens to its transcript, with the line marked that a finding rests on', () => {
    const panel = found.get('trial.postfix.hostile');
    expect(shown(panel)).toContain('C: MAIL FROM:<sender@client.example>');
    const marks = panel === undefined ? [] : elements(panel, 'mark');
    expect(marks.map(shown)).toEqual(expect.arrayContaining([expect.stringContaining('the client resets')]));
  });

  test('a trial whose record was not kept says so, one that was not run says why', () => {
    expect(shown(found.get('trial.exim.held'))).toContain('Transcript The record was not kept.');
    expect(shown(found.get('trial.postfix.starttls-strip'))).toContain("Not run: can't use STARTTLS");
  });

  test('a transcript stands on the page once, however many findings rest on it', () => {
    expect(page.split('<pre ').length - 1).toBe(1);
  });

  test('tables have headers for both directions', () => {
    const scopes = elements(parseMarkup(page), 'th').map(({ attributes }) => attributes['scope']);
    expect(new Set(scopes)).toEqual(new Set(['col', 'row', 'rowgroup']));
  });

  test('a client that could not be run says why', () => {
    expect(page).toContain('not installed');
  });
});

describe('bounds', () => {
  const LONG = trial(`${greeted()}${'C: NOOP\nS: 250 OK\n'.repeat(400)}C: QUIT\nS: 221 bye`);
  const trials = (count: number): RanTrial[] =>
    Array.from({ length: count }, (_, index) => ran(`trial-${index}`, [verdict('mail-syntax', 'pass', 'it did')]));

  test('a long transcript is cut, and says by how much', () => {
    const page = reportHtml(card([client('a', trials(1))]), { recordOf: () => LONG });
    expect(page).toMatch(/<span class="cut">… and [\d,]+ lines more<\/span>/);
    expect(page.length).toBeLessThan(100_000);
  });

  test('when the page is full, the trials with findings have their transcripts', () => {
    const failing = ran('failing', [verdict('quit-before-close', 'broken', 'it left')], { recordFolder: '/records/f' });
    const found = byId(
      reportHtml(card([client('a', [...trials(5), failing])]), {
        recordOf: () => LONG,
        mostTranscriptCharacters: 1,
      }),
    );
    const withTranscript = [...found].filter(
      ([id, panel]) => id.startsWith('trial.') && elements(panel, 'pre').length > 0,
    );
    expect(withTranscript.map(([id]) => id)).toEqual(['trial.a.failing']);
  });
});

test('scaled results say so, on top and in each cell', () => {
  const scaled = verdict('mail-syntax', 'pass', 'both were right', [], { scaled: true });
  const page = reportHtml(card([client('a', [ran('one', [scaled])])], { timeScale: 0.1 }));
  expect(page).toContain('Time was scaled by 0.1: every result is marked scaled.');
  expect(shown(byId(page).get('row.obligation.mail-syntax'))).toMatch(/✓ pass scaled$/);
});

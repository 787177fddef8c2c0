// The explainer's report as one HTML page that needs nothing from anywhere: style and chart are inside, no script runs.
// Used by `explain-log --format html`. Everything that comes out of the log is escaped.

import { certaintyText, hostCountText, percent, printable } from './explain-report';
import type { CauseReport, LogReport } from './log-report';
import type { TimelineColumn } from './log-timeline';

function escape(text: string): string {
  return printable(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

const STYLE = `
:root { color-scheme: light dark; --line: #8886; --delivered: #4a8f5b; --refused: #8a8f98; --silent: #c8553d; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
svg { width: 100%; height: auto; } svg text { font: 11px system-ui, sans-serif; fill: currentColor; }
.delivered { fill: var(--delivered); } .refused { fill: var(--refused); } .silent { fill: var(--silent); }
.hosts, .evidence, .notes { font-size: .88em; opacity: .85; } code { font-size: .88em; overflow-wrap: anywhere; }
.sentence { font-size: 1.1em; border-left: .3rem solid var(--silent); padding-left: .8rem; }`;

const PARTS = [
  ['delivered', 'delivered'],
  ['refused', 'no message, refused by the server'],
  ['silent', 'no message, no refusal in the log'],
] as const satisfies readonly (readonly [keyof TimelineColumn, string])[];

const WIDTH = 960;
const HEIGHT = 220;
const BASE = 190;
const TOP = 26;

/** Sessions over time, as stacked columns. */
function chart(report: LogReport): string {
  const { columns, columnSeconds, from } = report.timeline;
  if (columns.length === 0 || from === null) return '';
  const sums = columns.map((column) => column.delivered + column.refused + column.silent);
  const most = Math.max(1, ...sums);
  const step = WIDTH / columns.length;
  const bars = columns.flatMap((column, index) => {
    let top = BASE;
    return PARTS.flatMap(([part]) => {
      const height = (column[part] / most) * (BASE - TOP);
      if (height === 0) return [];
      top -= height;
      const x = (index * step).toFixed(1);
      const width = Math.max(1, step - 1).toFixed(1);
      const bar = `class="${part}" x="${x}" y="${top.toFixed(1)}" width="${width}" height="${height.toFixed(1)}"`;
      return [`<rect ${bar}><title>${column[part]}</title></rect>`];
    });
  });
  const legend = PARTS.map(
    ([part, label], index) =>
      `<rect class="${part}" x="${index * 260}" y="4" width="10" height="10"/><text x="${index * 260 + 15}" y="13">${label}</text>`,
  );
  const minutes = columnSeconds / 60;
  const span = minutes < 120 ? `${minutes} minutes` : `${(minutes / 60).toFixed(1)} hours`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Sessions over time">
${legend.join('')}
${bars.join('')}
<line x1="0" y1="${BASE}" x2="${WIDTH}" y2="${BASE}" stroke="currentColor" stroke-opacity=".4"/>
<text x="0" y="${BASE + 18}">${escape(from)}</text>
<text x="${WIDTH}" y="${BASE + 18}" text-anchor="end">${escape(report.span?.to ?? '')}, columns of ${span}, highest ${most}</text>
</svg>`;
}

function causeRow(cause: CauseReport): string {
  const hosts = cause.hosts
    .map(({ host, count, error }) => `${escape(host)}&nbsp;(${hostCountText(count, error)})`)
    .join(', ');
  const article = cause.article === null ? '' : ` <cite>${escape(cause.article)}</cite>`;
  const certainty = cause.cause === 'unknown' ? '' : ` <small>${certaintyText(cause)}</small>`;
  return `<tr><td class="number">${cause.sessions}</td><td class="number">${percent(cause.share)}</td>
<td><strong>${escape(cause.title)}</strong>${certainty}<br>${escape(cause.advice)}${article}
<div class="evidence">Taken from: ${escape(cause.evidence)}.</div>${hosts === '' ? '' : `<div class="hosts">Most from: ${hosts}</div>`}</td></tr>`;
}

function unknownTable(report: LogReport): string {
  if (report.unknownLines.length === 0) return '';
  const rows = report.unknownLines.map(
    ({ sample, count }) => `<tr><td class="number">${count}</td><td><code>${escape(sample)}</code></td></tr>`,
  );
  const more =
    report.unknownLinesUnlisted > 0
      ? `<tr><td class="number">${report.unknownLinesUnlisted}</td><td>of other kinds</td></tr>`
      : '';
  return `<h2>Lines that were not understood</h2>\n<table>${rows.join('\n')}${more}</table>`;
}

/**
 * The whole page.
 * @param name what was read, for the title: a file name for instance
 */
export function explainHtml(report: LogReport, name = 'Domino log'): string {
  const { sessions, messages, input } = report;
  const title = `Why sessions end without a message: ${escape(name)}`;
  const figures = [
    ['connects', sessions.connected],
    ['disconnects', sessions.disconnected],
    ['with messages', sessions.delivered],
    ['with 0 messages', sessions.zero],
    ['messages received', messages.byDisconnectLines],
    ['most at once', sessions.mostAtOnce],
  ] as const;
  const read =
    input.verdict !== 'read'
      ? ''
      : `<p class="sentence">${escape(report.reconciliation.sentence)}</p>
${chart(report)}
<table>${figures.map(([label, value]) => `<tr><th>${label}</th><td class="number">${value}</td></tr>`).join('')}</table>
<h2>Causes of “0 message[s] received”</h2>
<table><tr><th class="number">sessions</th><th class="number">share</th><th>cause</th></tr>
${report.causes.map(causeRow).join('\n')}</table>
${unknownTable(report)}
<h2>To bear in mind</h2>
<ul class="notes">${report.notes.map((note) => `<li>${escape(note)}</li>`).join('')}</ul>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${STYLE}</style></head>
<body><h1>${title}</h1>
<p>${escape(input.sentence)}</p>
${read}
</body></html>
`;
}

// The explainer's report as text for a terminal and as JSON; explain-html.ts prints the page. Used by `explain-log`.
// Host names and unknown lines come out of the log, hence from strangers: nothing of them reaches a terminal unprintable.

import type { CauseReport, LogReport } from './log-report';

/** JSON, indented by two, ending with a line end. Its form is `LogReport`. */
export function explainJson(report: LogReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** Control characters, escape sequences above all, as dots. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '.');
}

/** `3 certain, 2 possible`: the certainties that occur. */
export function certaintyText(cause: CauseReport): string {
  const { certain, likely, possible } = cause.certainty;
  const parts: (string | false)[] = [
    certain > 0 && `${certain} certain`,
    likely > 0 && `${likely} likely`,
    possible > 0 && `${possible} possible`,
  ];
  return parts.filter((part) => part !== false).join(', ');
}

/** `up to 12` where bounded memory leaves a count open. */
export function hostCountText(count: number, error: number): string {
  return error > 0 ? `up to ${count}` : `${count}`;
}

export const percent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

/** Breaks a text at blanks so that no line is longer than `width`, each line indented. */
function wrapped(text: string, indent: string, width: number): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line.length + word.length + 1 > width && line.trim() !== '') {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += `${word} `;
  }
  lines.push(line.trimEnd());
  return lines;
}

function causeLines(cause: CauseReport): string[] {
  const count = String(cause.sessions).padStart(8);
  const certainty = cause.cause === 'unknown' ? '' : ` (${certaintyText(cause)})`;
  const hosts = cause.hosts
    .slice(0, 5)
    .map(({ host, count, error }) => `${printable(host)} ${hostCountText(count, error)}`)
    .join(', ');
  const article = cause.article === null ? '' : ` See the article "${cause.article}".`;
  return [
    `${count}  ${percent(cause.share).padStart(6)}  ${cause.title}${certainty}`,
    ...(hosts === '' ? [] : wrapped(`most from: ${hosts}`, ' '.repeat(18), 110)),
    ...wrapped(`taken from: ${cause.evidence}.`, ' '.repeat(18), 110),
    ...wrapped(cause.advice + article, ' '.repeat(18), 110),
    '',
  ];
}

/** The report for a terminal: lines of at most 110 columns, apart from names that are longer by themselves. */
export function explainText(report: LogReport): string {
  const { input, sessions, messages, span } = report;
  const lines = [input.sentence];
  if (input.verdict !== 'read') return `${lines.join('\n')}\n`;
  if (span !== null) lines.push(`From ${span.from} to ${span.to}, in the server's time zone.`);
  lines.push(
    '',
    `  connects            ${sessions.connected}`,
    `  disconnects         ${sessions.disconnected}`,
    `    with messages     ${sessions.delivered}`,
    `    with 0 messages   ${sessions.zero}`,
    `  messages received   ${messages.byDisconnectLines}`,
    `  most at once        ${sessions.mostAtOnce}`,
    '',
    ...wrapped(report.reconciliation.sentence, '', 110),
    '',
  );
  if (report.causes.length > 0) lines.push('Why sessions ended with "0 message[s] received":', '');
  for (const cause of report.causes) lines.push(...causeLines(cause));
  if (report.unknownLines.length > 0) {
    lines.push('Lines of the SMTP server task that were not understood (one of each kind):', '');
    for (const { sample, count } of report.unknownLines)
      lines.push(`${String(count).padStart(8)}  ${printable(sample)}`);
    if (report.unknownLinesUnlisted > 0)
      lines.push(`${String(report.unknownLinesUnlisted).padStart(8)}  of other kinds`);
    lines.push('');
  }
  if (report.notes.length > 0) lines.push('To bear in mind:');
  for (const note of report.notes) lines.push(...wrapped(`- ${note}`, '  ', 110));
  return `${lines.join('\n').trimEnd()}\n`;
}

import { explainHtml } from '../../src/domino/explain-html';
import { explainChunk, finishExplaining, startExplaining } from '../../src/domino/explain-log';
import { explainJson, explainText } from '../../src/domino/explain-report';
import type { LogReport } from '../../src/domino/log-report';

function reportOf(text: string): LogReport {
  const explaining = startExplaining();
  explainChunk(explaining, text);
  return finishExplaining(explaining);
}

const LOG = [
  '18/02/2004 09:52:07   SMTP Server: mail.example.com (10.0.0.1) connected',
  '18/02/2004 09:52:08   SMTP Server: Authentication failed for user guest ; connecting host 10.0.0.1',
  '18/02/2004 09:52:09   SMTP Server: mail.example.com (10.0.0.1) disconnected. 0 message[s] received',
  '18/02/2004 09:52:10   SMTP Server: <b>\u001b[31modd</b> & "line"',
  '18/02/2004 10:40:00   SMTP Server: 10.0.0.2 connected',
  '18/02/2004 10:43:00   SMTP Server: 10.0.0.2 disconnected. 0 message[s] received',
  '18/02/2004 10:44:00   SMTP Server: 10.0.0.3 connected',
  '18/02/2004 10:44:00   SMTP Server: 10.0.0.3 disconnected. 1 message[s] received',
  '',
].join('\n');

describe('the report', () => {
  it('says in text what was found, where, and what to do', () => {
    const text = explainText(reportOf(LOG));
    expect(text).toContain('From 2004-02-18 09:52:07 to 2004-02-18 10:44:00');
    expect(text).toContain('with 0 messages   2');
    expect(text).toMatch(/ 1 {4}50 % {2}long silence, then gone: MTU or stall \(1 possible\)/);
    expect(text).toContain('most from: mail.example.com (10.0.0.1) 1');
    expect(text).toContain('lower MTU');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
  });

  it('lets no escape sequence of the log through to the terminal', () => {
    expect(explainText(reportOf(LOG))).toContain('1  <b>.[31modd</b> & "line"');
    expect(explainText(reportOf(LOG))).not.toContain('\u001b');
  });

  it('is one sentence for an input that is no log', () => {
    expect(explainText(reportOf(''))).toBe('The input is empty: there was nothing to read.\n');
    expect(explainHtml(reportOf(''))).not.toContain('<svg');
  });

  it('is JSON that says what it is', () => {
    expect(JSON.parse(explainJson(reportOf(LOG)))).toMatchObject({ schemaVersion: 1, sessions: { zero: 2 } });
  });

  it('is a page with a chart, without scripts, links or raw text of the log', () => {
    const page = explainHtml(reportOf(LOG), 'console.log <x>');
    expect(page).toContain('<svg');
    expect(page).toContain('class="refused"');
    expect(page).toContain('class="silent"');
    expect(page).toContain('&lt;b&gt;.[31modd&lt;/b&gt; &amp; &quot;line&quot;');
    expect(page).toContain('console.log &lt;x&gt;');
    expect(page).not.toMatch(/<script|https?:|<b>/);
  });

  it('joins columns of the chart as a log grows', () => {
    const two = (value: number): string => String(value).padStart(2, '0');
    const days = Array.from({ length: 28 }, (_, day) =>
      ['connected', 'disconnected. 0 message[s] received'].map(
        (what) => `${two(day + 1)}/02/2004 12:00:00   SMTP Server: 10.0.0.${day} ${what}\n`,
      ),
    );
    const { timeline } = reportOf(days.flat().join(''));
    expect(timeline.columns.length).toBeLessThanOrEqual(96);
    expect(timeline.columns.reduce((sum, { silent }) => sum + silent, 0)).toBe(28);
    expect(timeline.columnSeconds * timeline.columns.length).toBeGreaterThanOrEqual(27 * 86_400);
  });
});

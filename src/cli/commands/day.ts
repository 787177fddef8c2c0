// `day`: an ordinary day of the article's Domino server in a few seconds, and its statistics as they were shown there.

import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { Command, Option } from 'commander';
import { showStat, statisticsJson } from '../../domino/statistics-print';
import type { Statistics } from '../../domino/statistics';
import { playDay, type DayResult } from '../../gauntlet/day';
import { ARTICLE } from '../../gauntlet/day-plan';
import { takeInterrupts } from '../interrupts';
import { positiveNumber, wholeNumber } from '../option-values';
import { EXIT, print, terminalOf } from '../terminal';

interface DayCommandOptions {
  readonly factor: number;
  readonly seed: number;
  readonly parallel: number;
  readonly log?: string;
  readonly format: 'text' | 'json';
}

export function dayCommand(): Command {
  return new Command('day')
    .description("Play an ordinary day of the second article's Domino server and show its statistics")
    .addOption(new Option('--factor <n>', '1 is the whole day, 9,362 sessions').default(0.01).argParser(positiveNumber))
    .addOption(new Option('--seed <n>', 'order, addresses and names').default(1).argParser(wholeNumber))
    .addOption(new Option('--parallel <n>', 'sessions at once').default(8).argParser(wholeNumber))
    .option('--log <file>', "write the server's Domino log there, for explain-log")
    .addOption(new Option('--format <format>', 'how the result is printed').choices(['text', 'json']).default('text'))
    .action(async (options: DayCommandOptions) => {
      process.exitCode = await day(options);
    });
}

async function day({ factor, seed, parallel, log, format }: DayCommandOptions): Promise<number> {
  const { signal, release } = takeInterrupts();
  const file = log === undefined ? null : createWriteStream(log);
  // Settled into a value at once: a file that cannot be opened fails while the day is still on.
  const written = file === null ? null : finished(file).catch((error: unknown) => error);
  const result = await playDay({
    factor,
    seed,
    parallel,
    signal,
    onProgress: progress(),
    ...(file === null ? {} : { onLogLine: (line: string) => void file.write(`${line}\n`) }),
  });
  file?.end();
  const failure = await written;
  if (failure instanceof Error) throw failure;
  print(format === 'json' ? JSON.stringify(asJson(result), null, 2) : asText(result, factor));
  release();
  return signal.aborted ? EXIT.interrupted : EXIT.ok;
}

function progress(): (done: number, of: number) => void {
  if (!terminalOf(process.stderr).interactive) return () => undefined;
  return (done, of) => void process.stderr.write(done === of ? '\r\x1b[K' : `\r\x1b[K${done} of ${of} sessions`);
}

interface Row {
  readonly what: string;
  /** Null: the article says only that there were some. */
  readonly article: number | null;
  readonly here: number;
}

function rowsOf({ commands, messagesProcessed, totalSsl }: Statistics): readonly Row[] {
  const said = (verb: string): number => commands[verb] ?? 0;
  return [
    { what: 'HELO and EHLO', article: ARTICLE.hellos, here: said('HELO') + said('EHLO') },
    { what: 'messages', article: ARTICLE.messages, here: messagesProcessed },
    { what: 'over TLS', article: ARTICLE.tls, here: totalSsl },
    { what: 'VRFY', article: ARTICLE.vrfy, here: said('VRFY') },
    { what: 'invalid commands', article: null, here: said('Invalid') },
  ];
}

function asText({ statistics, played, planned }: DayResult, factor: number): string {
  const rows = rowsOf(statistics).map(({ what, article, here }) => {
    const expected = article === null ? 'some' : String(Math.round(article * factor));
    return `  ${what.padEnd(18)}${(article === null ? 'some' : String(article)).padStart(9)}${expected.padStart(9)}${String(here).padStart(9)}`;
  });
  const head = `  ${''.padEnd(18)}${'article'.padStart(9)}${`x ${factor}`.padStart(9)}${'here'.padStart(9)}`;
  const sessions = played === planned.length ? `${played} sessions` : `${played} of ${planned.length} sessions`;
  return [`${sessions} played.`, '', head, ...rows, '', '> show stat smtp', ...showStat(statistics)].join('\n');
}

function asJson({ statistics, played }: DayResult): object {
  return { sessions: played, compared: rowsOf(statistics), statistics: statisticsJson(statistics) };
}

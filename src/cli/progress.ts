// Progress of a run: one living line on a terminal (running, done, time left), plain lines elsewhere.

import { INTERRUPTED, type Progress } from '../gauntlet/gauntlet';
import type { Terminal } from './terminal';

export interface ProgressLines {
  readonly show: (progress: Progress) => void;
  /** Clears the living line, and says how long it took beside the longest trial. */
  end(): void;
}

/** @param total trials of the whole run */
export function progressLines(total: number, terminal: Terminal, quiet: boolean): ProgressLines {
  if (quiet) return { show: () => undefined, end: () => undefined };
  const running = new Set<string>();
  const startedAt = process.hrtime.bigint();
  let done = 0;
  let longest = { name: '', ms: 0 };
  const write = (text: string): void => void process.stderr.write(text);
  const living = (): void => {
    const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
    const left = done === 0 ? '' : `, about ${Math.ceil((seconds / done) * (total - done))} s left`;
    const now = [...running].join(', ');
    write(`\r\x1b[K${`${done}/${total} done${left}; running: ${now}`.slice(0, terminal.width - 1)}`);
  };
  return {
    show(progress) {
      if (progress.kind === 'unavailable') {
        write(`${terminal.interactive ? '\r\x1b[K' : ''}${progress.client}: not run, ${progress.reason}\n`);
        return;
      }
      const name = `${progress.client} ${progress.scenario}`;
      if (progress.kind === 'started') running.add(name);
      else {
        running.delete(name);
        done++;
        if (progress.kind === 'ended' && progress.card.ran && progress.card.durationMs > longest.ms) {
          longest = { name, ms: progress.card.durationMs };
        }
      }
      if (terminal.interactive) living();
      else if (progress.kind === 'ended') {
        const { card } = progress;
        // Behind an interrupt there may be a thousand that were not begun: the report has them.
        if (!card.ran && card.reason === INTERRUPTED) return;
        write(
          `${done}/${total} ${name}: ${card.ran ? `${card.end}, ${Math.round(card.durationMs)} ms` : `not run, ${card.reason}`}\n`,
        );
      }
    },
    end: () => {
      if (terminal.interactive) write('\r\x1b[K');
      if (longest.name === '') return;
      const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
      write(`took ${seconds.toFixed(1)} s; the longest trial, ${longest.name}, ${(longest.ms / 1000).toFixed(1)} s\n`);
    },
  };
}

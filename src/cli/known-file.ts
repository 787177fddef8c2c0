// `--known FILE` and `--update-known`: what a run found before, so that only new findings fail a build.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isExpectation } from '../judge/card-findings';
import {
  compareKnown,
  goneText,
  printKnown,
  readKnown,
  updatedKnown,
  type KnownFinding,
  type KnownFindings,
} from '../judge/known-findings';
import type { ReportCard } from '../judge/report-card';
import { nearestObligation, obligation } from '../obligations/catalogue';
import { writableFile } from './folders';
import { didYouMean, printError, UsageError } from './terminal';

export interface KnownFile {
  readonly findings: KnownFindings | null;
  /**
   * Says what is gone, and writes the file where that was asked for.
   * @returns the findings that do not fail: all of them when they have just been written down
   */
  update(card: ReportCard): KnownFindings | null;
}

/** @throws UsageError for --update-known without a file, RecordError for a file that cannot be read */
export function knownFile(path: string | undefined, write: boolean): KnownFile {
  if (path === undefined) {
    if (write) throw new UsageError('--update-known needs --known FILE: where to write to');
    return { findings: null, update: () => null };
  }
  const there = existsSync(path);
  if (!there && !write) throw new UsageError(`--known ${path}: no such file; --update-known writes it`);
  if (write) writableFile(path);
  const findings = there ? readKnown(readFileSync(path, 'utf8'), path) : null;
  for (const finding of findings?.findings ?? []) warnOfUnknown(finding, path);
  return {
    findings,
    update(card) {
      if (findings !== null) for (const gone of compareKnown(findings, card).gone) printError(goneText(gone));
      if (!write) return findings;
      const updated = updatedKnown(findings, card);
      writeFileSync(path, printKnown(updated));
      return updated;
    },
  };
}

/** A mistyped obligation is never found again, and what it was meant for is new each time. */
function warnOfUnknown({ obligation: id, client, scenario }: KnownFinding, path: string): void {
  if (obligation(id) !== undefined || isExpectation(id)) return;
  printError(`${path}: no obligation is called "${id}" (${client}, ${scenario})${didYouMean(nearestObligation(id))}`);
}

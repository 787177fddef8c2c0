// Trial records judged one after the other, and joined into one report card by the rules that join reports: a client in two
// versions is two clients, and what does not compare, or was run twice with different results, is refused.

import type { Judgement } from '../judge/judge';
import { mergeCards, type NamedCard } from '../judge/merge-cards';
import { CARD_SCHEMA_VERSION, trialCard, type ReportCard } from '../judge/report-card';
import type { BaseRfc } from '../obligations/catalogue';
import { PACKAGE_VERSION } from '../wire/package-version';
import type { TrialRecord } from '../wire/trial-record';

export interface JudgedTrial {
  readonly folder: string;
  readonly record: TrialRecord;
  readonly judgement: Judgement;
  readonly rfc: BaseRfc;
  readonly strict: boolean;
}

export class JudgedTrials {
  readonly #cards = new Map<string, NamedCard>();
  readonly #recordOf = new Map<string, TrialRecord>();

  /** @throws RecordError for one that cannot stand beside those before it */
  add(trial: JudgedTrial): void {
    const { folder, record } = trial;
    const card: NamedCard = { from: folder, card: cardOfTrial(trial) };
    const key = JSON.stringify([record.client.name, record.client.version, record.scenario.name]);
    const [first] = this.#cards.values();
    const twin = this.#cards.get(key);
    if (first !== undefined) mergeCards([settingsOf(first), settingsOf(card)]);
    if (twin !== undefined) mergeCards([twin, card]);
    else {
      this.#cards.set(key, card);
      this.#recordOf.set(folder, record);
    }
  }

  /** null when there is no trial. */
  card(): ReportCard | null {
    return this.#cards.size === 0 ? null : mergeCards([...this.#cards.values()]);
  }

  /** By CLIENT/SCENARIO, the client as it is called on the card. */
  records({ clients }: ReportCard): ReadonlyMap<string, TrialRecord> {
    const records = new Map<string, TrialRecord>();
    for (const { name, trials } of clients) {
      for (const trial of trials) {
        const record = trial.ran ? this.#recordOf.get(trial.recordFolder ?? '') : undefined;
        if (record !== undefined) records.set(`${name}/${trial.scenario}`, record);
      }
    }
    return records;
  }
}

/** Without its trials: what two cards have to agree in. */
function settingsOf({ from, card }: NamedCard): NamedCard {
  return { from, card: { ...card, clients: [] } };
}

function cardOfTrial({ folder, record, judgement, rfc, strict }: JudgedTrial): ReportCard {
  const { name, version, role } = record.client;
  return {
    schemaVersion: CARD_SCHEMA_VERSION,
    writtenBy: PACKAGE_VERSION,
    startedAt: record.startedAt,
    rfc,
    strict,
    seed: record.seed,
    timeScale: record.timeScale,
    clients: [{ name, version, role, trials: [trialCard(record, judgement, folder)] }],
  };
}

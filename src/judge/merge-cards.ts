// Joins the report cards of several machines or runs into one. Used by `report`. Cards that were judged differently, or
// that contradict each other, are the user's matter: the error names both and what differs.

import { isDeepStrictEqual } from 'node:util';
import { RecordError } from '../wire/guard';
import type { Judgement } from './judge';
import { CARD_SCHEMA_VERSION, type ClientCard, type ReportCard, type TrialCard } from './report-card';

/** A card, and what the user calls it: its file. */
export interface NamedCard {
  readonly from: string;
  readonly card: ReportCard;
}

/** Of one client, with where it comes from. */
interface Part {
  readonly from: string;
  readonly client: ClientCard;
}

/**
 * Joins cards. Trials of one client are put together; a trial that ran stands for one that did not. A client in two
 * versions becomes two clients, each named after its version.
 * @throws RecordError when levels or time were not the same, or a trial ran twice with different results
 */
export function mergeCards(cards: readonly NamedCard[]): ReportCard {
  const [first] = cards;
  if (first === undefined) throw new Error('no report card to join');
  for (const other of cards) {
    for (const setting of ['rfc', 'strict', 'timeScale'] as const) refuseDifference(first, other, setting);
  }
  const parts = cards.flatMap(({ from, card }) => card.clients.map((client): Part => ({ from, client })));
  const seeds = new Set(cards.map(({ card }) => card.seed));
  return {
    schemaVersion: CARD_SCHEMA_VERSION,
    writtenBy: [...new Set(cards.map(({ card }) => card.writtenBy))].join(', '),
    startedAt: cards.map(({ card }) => card.startedAt).reduce((one, other) => (other < one ? other : one)),
    rfc: first.card.rfc,
    strict: first.card.strict,
    seed: seeds.size === 1 ? first.card.seed : null,
    timeScale: first.card.timeScale,
    clients: groupsOf(parts).map(joinClient),
  };
}

function refuseDifference(one: NamedCard, other: NamedCard, setting: 'rfc' | 'strict' | 'timeScale'): void {
  const [ours, theirs] = [one.card[setting], other.card[setting]];
  if (ours === theirs) return;
  throw new RecordError(
    other.from,
    null,
    `cannot be joined with ${one.from}: ${setting} is ${String(theirs)} here and ${String(ours)} there, so the verdicts do not compare`,
  );
}

/** One group per client and version, in order of appearance, its name told apart from those of other versions. */
function groupsOf(parts: readonly Part[]): readonly (readonly Part[])[] {
  return groupBy(parts, ({ client }) => client.name).flatMap((same) => {
    // A client that was not there has no version, and belongs to any.
    const versions = [...new Set(same.map(({ client }) => client.version).filter((version) => version !== null))];
    if (versions.length < 2) return [same];
    return groupBy(same, ({ client }) => client.version).map((group) =>
      group.map(({ from, client }) => ({
        from,
        client: { ...client, name: `${client.name} ${client.version ?? '(version unknown)'}` },
      })),
    );
  });
}

function groupBy(parts: readonly Part[], keyOf: (part: Part) => string | null): readonly (readonly Part[])[] {
  const groups = new Map<string | null, Part[]>();
  for (const part of parts) groups.set(keyOf(part), [...(groups.get(keyOf(part)) ?? []), part]);
  return [...groups.values()];
}

function joinClient(parts: readonly Part[]): ClientCard {
  const [first] = parts;
  if (first === undefined) throw new Error('a client without a card');
  const trials = new Map<string, { readonly from: string; readonly trial: TrialCard }>();
  for (const { from, client } of parts) {
    for (const trial of client.trials) {
      const known = trials.get(trial.scenario);
      trials.set(trial.scenario, known === undefined ? { from, trial } : settle(client.name, known, { from, trial }));
    }
  }
  const { unavailable, ...client } = first.client;
  const missing = parts.every((part) => part.client.unavailable !== undefined) ? unavailable : undefined;
  return {
    ...client,
    version: parts.map((part) => part.client.version).find((version) => version !== null) ?? null,
    ...(missing === undefined ? {} : { unavailable: missing }),
    trials: [...trials.values()].map(({ trial }) => trial),
  };
}

/** Which of two cards of one trial stands. */
function settle<P extends { readonly from: string; readonly trial: TrialCard }>(name: string, one: P, other: P): P {
  if (!one.trial.ran || !other.trial.ran) return other.trial.ran ? other : one;
  if (isDeepStrictEqual(resultsOf(one.trial.judgement), resultsOf(other.trial.judgement))) return one;
  throw new RecordError(
    other.from,
    null,
    `cannot be joined with ${one.from}: ${name} ran ${one.trial.scenario} in both, with different results`,
  );
}

/** What was found, without the seconds, ports and event numbers that reasons and evidence of two runs never share. */
function resultsOf({ verdicts, expectations }: Judgement): unknown {
  return [
    verdicts.map(({ obligation, verdict, refersTo }) => [obligation, verdict, refersTo]),
    expectations.map(({ met }) => met),
  ];
}

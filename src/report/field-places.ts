// Where things are on the field report's page: short ids, because there are thousands of links to them. Used by field-html.ts
// and field-panels.ts.

import type { ReportCard } from '../judge/report-card';
import { obligationMatrix, scenarioMatrix } from './matrix';
import { SIGNS, WORDS, type TrialWord } from './wording';

/** The ids of the page: a panel's, and behind a dot the client's part in it. */
export interface Places {
  readonly obligations: ReadonlyMap<string, string>;
  readonly scenarios: ReadonlyMap<string, string>;
  readonly clients: ReadonlyMap<string, string>;
}

export function obligationPlace({ obligations, clients }: Places, id: string, client: string): string {
  return `${obligations.get(id) ?? ''}.${clients.get(client) ?? ''}`;
}

export function scenarioPlace({ scenarios, clients }: Places, scenario: string, client: string): string {
  return `${scenarios.get(scenario) ?? ''}.${clients.get(client) ?? ''}`;
}

/** A sign for the eye and the word for everybody. */
export function wordText(word: TrialWord): string {
  return `${SIGNS[word]} ${WORDS[word]}`;
}

export function placesOf(card: ReportCard): Places {
  return {
    obligations: new Map(obligationMatrix(card).map(({ id }, index) => [id, `o${index + 1}`])),
    scenarios: new Map(scenarioMatrix(card).map(({ scenario }, index) => [scenario, `s${index + 1}`])),
    clients: new Map(card.clients.map(({ name }, index) => [name, String(index + 1)])),
  };
}

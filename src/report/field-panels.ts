// What opens behind the cells of the field report's page: one panel per obligation and one per scenario, with a part for each
// client. What was found stands in the parts; what is asked, and what the server does, stands once. Used by field-html.ts.

import type { ObligationCell, RanTrial, ReportCard, TrialCard, TrialVerdict } from '../judge/report-card';
import { isPrimary, type Verdict, type VerdictWord } from '../judge/verdict';
import { obligation } from '../obligations/catalogue';
import { explainRule } from '../scenario/explain';
import type { Rule, Scenario } from '../scenario/scenario';
import type { TrialRecord } from '../wire/trial-record';
import { obligationPlace, scenarioPlace, wordText, type Places } from './field-places';
import type { FieldTranscripts, RecordOf } from './field-transcript';
import { markup, type Inserted, type Markup } from './html-markup';
import { hasOccasion, obligationMatrix, scenarioMatrix, trialWord } from './matrix';
import type { KindOfFail } from './reviewed';
import { counted, spanText } from './transcript-style';
import { citationText, endText, titleOf, type TrialWord } from './wording';

/** Further trials that are named where something was broken; the table of scenarios has them all. */
const NAMED_TRIALS = 8;

function word(which: TrialWord): Markup {
  return markup`<b class="${which}">${wordText(which)}</b> `;
}

function panel(place: string, title: string, content: Inserted): Markup {
  return markup`<section class="panel" id="${place}" aria-labelledby="${place}t"><a class="veil" href="#r${place}" tabindex="-1" aria-label="Close"></a><div class="sheet"><a class="close" href="#r${place}">Close</a><h3 id="${place}t">${title}</h3>
    ${content}</div></section>\n`;
}

// --- obligations -------------------------------------------------------------------------------------------------------

export function obligationPanels(card: ReportCard, kinds: readonly KindOfFail[], places: Places): readonly Markup[] {
  return obligationMatrix(card)
    .filter(hasOccasion)
    .map(({ id, cells }) => {
      const entry = obligation(id);
      const asked =
        entry === undefined
          ? null
          : markup`<p>${entry.verdict}</p>
              <p class="facts">How it is brought out: ${entry.provocation}</p>`;
      const parts = card.clients.map((client, index) => {
        const cell = cells[index];
        if (cell == null || cell.verdict === 'not-applicable') return null;
        const kind = kinds.find((one) => one.client === client.name && one.obligation === id) ?? null;
        return obligationPart(places, client, cell, kind);
      });
      const facts = `${entry === undefined ? '' : `${entry.level} · `}${citationText(id, card.rfc)}`;
      return panel(
        places.obligations.get(id) ?? '',
        titleOf(id),
        markup`<p class="facts"><code>${id}</code> · ${facts}</p>
          ${asked}${parts}`,
      );
    });
}

function obligationPart(
  places: Places,
  client: ReportCard['clients'][number],
  cell: ObligationCell,
  kind: KindOfFail | null,
): Markup {
  const [first] = cell.deciding;
  const elsewhere =
    cell.refersTo === undefined
      ? null
      : markup` Counted under <a href="#${obligationPlace(places, cell.refersTo, client.name)}">${cell.refersTo}</a>: it is the same act.`;
  const isBroken = cell.verdict === 'fail' || cell.verdict === 'warn';
  const rest = [...cell.deciding, ...cell.trials.filter((trial) => !cell.deciding.includes(trial))].slice(1);
  return markup`<h4 id="${obligationPlace(places, cell.obligation, client.name)}">${word(cell.verdict)}${client.name}</h4>
    <p>${first === undefined ? null : reasonMarkup(places, client.name, first)}${elsewhere}</p>
    ${rest.length === 0 ? null : othersMarkup(places, client.name, rest, isBroken)}${kind?.entry == null ? null : reviewMarkup(kind)}`;
}

function reasonMarkup(places: Places, client: string, { scenario, verdict }: TrialVerdict): Markup {
  return markup`${trialLink(places, client, scenario)}: ${verdict.reason}`;
}

function othersMarkup(places: Places, client: string, trials: readonly TrialVerdict[], isBroken: boolean): Markup {
  if (!isBroken) return markup`<p class="facts">Also in ${counted(trials.length, 'trial')} more.</p>`;
  const named = trials.slice(0, NAMED_TRIALS);
  const more = trials.length - named.length;
  const links = named.map(
    ({ scenario, verdict }, index) =>
      markup`${index === 0 ? '' : ', '}${trialLink(places, client, scenario)} ${verdict.verdict}`,
  );
  return markup`<p class="facts">Also ${links}${more > 0 ? ` and ${more} more` : ''}.</p>`;
}

function trialLink(places: Places, client: string, scenario: string): Markup {
  return markup`<a href="#${scenarioPlace(places, scenario, client)}">${scenario}</a>`;
}

/** Why it is the client's fault. */
function reviewMarkup({ entry, unread }: KindOfFail): Markup | null {
  if (entry === null) return null;
  const open =
    unread.length === 0 ? null : markup` Unreviewed in ${unread.map(({ scenario }) => scenario).join(', ')}.`;
  return markup`<p class="why"><b>${entry.rfc}.</b> ${entry.why}${open}</p>`;
}

// --- scenarios ---------------------------------------------------------------------------------------------------------

export function scenarioPanels(
  card: ReportCard,
  places: Places,
  recordOf: RecordOf,
  transcripts: FieldTranscripts,
): readonly Markup[] {
  return scenarioMatrix(card).map(({ scenario, title, trials }) => {
    const records = card.clients.map(({ name }, index) =>
      trials[index]?.ran === true ? recordOf(name, scenario) : null,
    );
    const played = records.find((record) => record !== null) ?? null;
    const parts = card.clients.map((client, index) => {
      const trial = trials[index];
      if (trial == null) return null;
      return markup`<h4 id="${scenarioPlace(places, scenario, client.name)}">${word(trialWord(trial))}${client.name}${trial.ran ? `, ${spanText(trial.durationMs)}` : ''}</h4>
        ${trial.ran ? ranPart(places, client.name, trial, transcripts.of(client.name, scenario)) : unrunPart(trial)}`;
    });
    return panel(
      places.scenarios.get(scenario) ?? '',
      title,
      markup`<p class="facts"><code>${scenario}</code></p>
        ${played === null ? null : serverMarkup(played)}${transcripts.shared(scenario)}${parts}`,
    );
  });
}

/** The rules that transcripts name, and what lies on the path: once for all clients. */
function serverMarkup(record: TrialRecord): Markup | null {
  if (!Array.isArray(record.scenario['servers'])) return null;
  const { rules, servers } = record.scenario as unknown as Scenario;
  const boxes = [...new Set(servers.flatMap(({ path }) => path.map(({ box }) => box)))];
  const path = boxes.length === 0 ? null : markup`<li>On the path: ${boxes.join(', ')}</li>`;
  const ruleItem = (rule: Rule): Markup => markup`<li>${rule.id}: ${explainRule(rule)}</li>`;
  if (path === null && rules.length === 0) return null;
  return markup`<ul class="facts">
    ${path}${rules.map(ruleItem)}
  </ul>`;
}

function unrunPart(trial: TrialCard & { readonly ran: false }): Markup {
  return markup`<p>${trial.crashed === true ? 'It crashed' : 'Not run'}: ${trial.reason}</p>`;
}

/** What the word of the trial says already, or what is no word on it. */
const QUIET: ReadonlySet<VerdictWord> = new Set<VerdictWord>(['pass', 'not-applicable']);

function ranPart(places: Places, client: string, trial: RanTrial, transcript: Markup | null): Markup {
  const { judgement, aims, end } = trial;
  const found = judgement.verdicts.filter((verdict) => isPrimary(verdict));
  const aimed = judgement.verdicts.filter((verdict) => aims.includes(verdict.obligation) && !found.includes(verdict));
  const unmet = judgement.expectations.filter(({ met }) => !met).map(({ detail }) => markup`<li>Unmet: ${detail}</li>`);
  const items = [...found.map((verdict) => findingItem(places, client, verdict)), ...unmet];
  const facts = [
    ...aimed.filter(({ verdict }) => !QUIET.has(verdict)).map((one) => `${one.obligation} ${one.verdict}`),
    ...(end === 'client-finished' ? [] : [endText(end)]),
  ];
  return markup`${items.length === 0 ? null : markup`<ul>${items}</ul>`}${
    facts.length === 0 ? null : markup`<p class="facts">${facts.join(' · ')}</p>`
  }${transcript ?? leftOut(client, trial.scenario)}`;
}

function leftOut(client: string, scenario: string): Markup {
  return markup`<p class="cut">Left out for want of room: smtp-gauntlet run --client ${client} --scenario ${scenario}</p>`;
}

function findingItem(places: Places, client: string, { obligation: id, verdict, reason }: Verdict): Markup {
  return markup`<li>${verdict} <a href="#${obligationPlace(places, id, client)}">${id}</a> ${reason}</li>`;
}

// The panels behind the cells of the HTML report: one per obligation and client with reason and evidence, one per trial with
// all its verdicts and the transcript. A transcript stands on the page once, in its trial's panel; the others link there.

import {
  obligationRow,
  type ClientCard,
  type ObligationCell,
  type RanTrial,
  type ReportCard,
  type TrialCard,
  type TrialVerdict,
} from '../judge/report-card';
import { isPrimary, type Verdict, type VerdictWord } from '../judge/verdict';
import { obligation } from '../obligations/catalogue';
import { anchor, markup, type Markup } from './html-markup';
import { badge, evidenceList, metBadge, panel } from './html-parts';
import { trialWord } from './matrix';
import { spanText } from './transcript-style';
import { citationText, clientText, endText, titleOf } from './wording';

/** The transcripts of a trial, null when there are none to show. */
export type TranscriptOf = (client: string, scenario: string) => Markup | null;

export function panelsOf(card: ReportCard, transcriptOf: TranscriptOf): Markup {
  return markup`${card.clients.map(
    (client) =>
      markup`${obligationRow(card, client.name)
        .filter(({ verdict }) => verdict !== 'not-applicable')
        .map((cell) => obligationPanel(card, client, cell))}${client.trials.map((trial) =>
        trialPanel(client, trial, transcriptOf),
      )}`,
  )}`;
}

// --- an obligation -----------------------------------------------------------------------------------------------------

function obligationPanel(card: ReportCard, client: ClientCard, cell: ObligationCell): Markup {
  const { obligation: id, verdict, level, deciding, trials, refersTo, scaled } = cell;
  const entry = obligation(id);
  const others = trials.filter((trial) => !deciding.includes(trial));
  const elsewhere =
    refersTo === undefined
      ? null
      : markup`<p>Counted under ${obligationLink(client, refersTo)}: it is the same act.</p>`;
  const asked =
    entry === undefined
      ? null
      : markup`<dl class="asked">
          <dt>What counts</dt>
          <dd>${entry.verdict}</dd>
          <dt>How it is brought out</dt>
          <dd>${entry.provocation}</dd>
        </dl>`;
  return panel({
    id: anchor('obligation', client.name, id),
    back: anchor('row', 'obligation', id),
    prints: verdict === 'fail' || verdict === 'warn',
    over: markup`${badge(verdict, scaled === true ? 'scaled' : null)} ${clientText(client)}`,
    title: titleOf(id),
    content: markup`<p class="facts"><code>${id}</code> · ${level} · ${citationText(id, card.rfc)}</p>
      ${elsewhere}${deciding.map((trial) => decidingMarkup(client, trial))}
      ${
        others.length === 0
          ? null
          : markup`<h4>In other trials</h4>
              <ul class="others">
                ${others.map((trial) => otherItem(client, trial))}
              </ul>`
      }
      ${asked}`,
  });
}

function decidingMarkup(client: ClientCard, { scenario, verdict }: TrialVerdict): Markup {
  return markup`<div class="finding">
    <h4>In <a href="#${anchor('trial', client.name, scenario)}"><code>${scenario}</code></a></h4>
    <p>${verdict.reason}</p>
    ${evidenceList(verdict.evidence)}
  </div>`;
}

function otherItem(client: ClientCard, { scenario, verdict }: TrialVerdict): Markup {
  return markup`<li>${badge(verdict.verdict)} <a href="#${anchor('trial', client.name, scenario)}">${scenario}</a></li>`;
}

// --- a trial -----------------------------------------------------------------------------------------------------------

function trialPanel(client: ClientCard, trial: TrialCard, transcriptOf: TranscriptOf): Markup {
  return panel({
    id: anchor('trial', client.name, trial.scenario),
    back: anchor('row', 'scenario', trial.scenario),
    prints: false,
    over: markup`${badge(trialWord(trial))} ${clientText(client)}`,
    title: trial.title,
    content: trial.ran
      ? ranContent(client, trial, transcriptOf)
      : markup`<p class="facts"><code>${trial.scenario}</code></p>
          <p>${trial.crashed === true ? 'It crashed' : 'Not run'}: ${trial.reason}</p>`,
  });
}

const ORDER: readonly VerdictWord[] = ['fail', 'warn', 'inconclusive', 'pass', 'observed'];

function ranContent(client: ClientCard, trial: RanTrial, transcriptOf: TranscriptOf): Markup {
  const { scenario, end, durationMs, recordFolder, judgement, said } = trial;
  const verdicts = judgement.verdicts
    .filter(({ verdict }) => verdict !== 'not-applicable')
    .toSorted((one, other) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict));
  const kept = recordFolder === null ? null : markup` · record in <code>${recordFolder}</code>`;
  const dialogue = transcriptOf(client.name, scenario);
  const missing = recordFolder === null ? 'The record was not kept.' : 'Not on this page; the record has it.';
  return markup`<p class="facts"><code>${scenario}</code> · ${spanText(durationMs)}, ${endText(end)}${kept}</p>
    ${said === undefined ? null : markup`<p>The client said: ${said}</p>`}
    ${expectationList(trial)}
    ${
      verdicts.length === 0
        ? markup`<p>No obligation had an occasion.</p>`
        : markup`<h4>Verdicts</h4>
          <ul class="verdicts">
            ${verdicts.map((verdict) => verdictItem(client, verdict))}
          </ul>`
    }
    <h4>Transcript</h4>
    ${dialogue ?? markup`<p>${missing}</p>`}`;
}

function expectationList({ judgement: { expectations } }: RanTrial): Markup | null {
  if (expectations.length === 0) return null;
  const items = expectations.map(({ met, detail }) => markup`<li>${metBadge(met)} <div>${detail}</div></li>`);
  return markup`<h4>What the scenario expects</h4>
    <ul class="verdicts">
      ${items}
    </ul>`;
}

/** Evidence only where it is needed: of what was kept a reason is enough. */
function verdictItem(client: ClientCard, verdict: Verdict): Markup {
  const { obligation: id, reason, evidence, refersTo, scaled } = verdict;
  const notes = [scaled === true ? 'scaled' : null, refersTo === undefined ? null : `counted under ${refersTo}`];
  const note = notes.filter((one) => one !== null).join(', ');
  const told = isPrimary(verdict) || verdict.verdict === 'inconclusive' ? evidenceList(evidence) : null;
  return markup`<li>
    ${badge(verdict.verdict, note === '' ? null : note)}
    <div>${obligationLink(client, id)} ${reason}${told}</div>
  </li>`;
}

function obligationLink(client: ClientCard, id: string): Markup {
  return markup`<a href="#${anchor('obligation', client.name, id)}"><code>${id}</code></a>`;
}

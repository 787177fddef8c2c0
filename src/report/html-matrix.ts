// The two tables of the HTML report, obligations by clients and scenarios by clients. Each cell is a link to its panel
// (html-panels.ts). Rows without any occasion are folded away below.

import type { ClientCard, ObligationCell, ReportCard, TrialCard } from '../judge/report-card';
import { trialFindings } from '../judge/card-findings';
import { obligation } from '../obligations/catalogue';
import type { Phase } from '../obligations/obligation';
import { anchor, markup, type Markup } from './html-markup';
import { badge } from './html-parts';
import { hasOccasion, obligationMatrix, scenarioMatrix, trialWord, type ObligationRow } from './matrix';
import { counted } from './transcript-style';
import { citationText, clientText, roleText, titleOf, WORDS } from './wording';

const PHASES: Readonly<Record<Phase, string>> = {
  greeting: 'Greeting',
  hello: 'EHLO and HELO',
  replies: 'Reading replies',
  pipelining: 'Order and pipelining',
  mail: 'MAIL',
  rcpt: 'RCPT',
  content: 'Mail data',
  'after-dot': 'After the final dot',
  session: 'Session',
  timeouts: 'Timeouts',
  retries: 'Retries',
  tls: 'TLS',
  auth: 'Authentication',
  hygiene: 'Hygiene',
};

/** A dash for the eye, words for whoever hears the page: a table full of the same words would hide the others. */
function dash(words: string): Markup {
  return markup`<span class="nothing" aria-hidden="true">–</span><span class="unseen">${words}</span>`;
}

export function obligationTable(card: ReportCard): Markup {
  const matrix = obligationMatrix(card);
  const rows = matrix.filter(hasOccasion);
  const silent = matrix.filter((row) => !hasOccasion(row)).map(({ id }) => id);
  return markup`${scrolling('Obligations by clients', markup`${tableHead('Obligation', card.clients)}${bodies(card, rows)}`)}
  ${folded(`${counted(silent.length, 'obligation')} had no occasion in these trials`, silent, (id) => titleOf(id))}
  ${notJudged(card)}`;
}

/** A group of rows per phase, each under its name. */
function bodies(card: ReportCard, rows: readonly ObligationRow[]): readonly Markup[] {
  const phaseOf = ({ id }: ObligationRow): string => {
    const phase = obligation(id)?.phase;
    return phase === undefined ? 'Others' : PHASES[phase];
  };
  return [...new Set(rows.map(phaseOf))].map(
    (phase) =>
      markup`<tbody>
        <tr class="phase"><th scope="rowgroup" colspan="${card.clients.length + 1}">${phase}</th></tr>
        ${rows.filter((row) => phaseOf(row) === phase).map((row) => obligationRowMarkup(card, row))}
      </tbody>`,
  );
}

function obligationRowMarkup(card: ReportCard, { id, cells }: ObligationRow): Markup {
  return markup`<tr id="${anchor('row', 'obligation', id)}">
    <th scope="row">
      <span class="title">${titleOf(id)}</span>
      <code>${id}</code> <span class="cited">${citationText(id, card.rfc)}</span>
    </th>
    ${cells.map((cell, index) => markup`<td>${obligationCell(card.clients[index], cell)}</td>`)}
  </tr>`;
}

function obligationCell(client: ClientCard | undefined, cell: ObligationCell | null): Markup {
  if (client === undefined || cell === null || cell.verdict === 'not-applicable') {
    return dash(WORDS['not-applicable']);
  }
  const notes = [cell.refersTo === undefined ? null : 'counted elsewhere', cell.scaled === true ? 'scaled' : null];
  const note = notes.filter((one) => one !== null).join(', ');
  const shown = badge(cell.verdict, note === '' ? null : note);
  return markup`<a href="#${anchor('obligation', client.name, cell.obligation)}">${shown}</a>`;
}

export function scenarioTable(card: ReportCard): Markup {
  const rows = scenarioMatrix(card).map(
    ({ scenario, title, trials }) =>
      markup`<tr id="${anchor('row', 'scenario', scenario)}">
        <th scope="row"><span class="title">${title}</span><code>${scenario}</code></th>
        ${trials.map((trial, index) => markup`<td>${scenarioCell(card.clients[index], trial)}</td>`)}
      </tr>`,
  );
  return scrolling(
    'Scenarios by clients',
    markup`${tableHead('Scenario', card.clients)}
      <tbody>
        ${rows}
      </tbody>`,
  );
}

function scenarioCell(client: ClientCard | undefined, trial: TrialCard | null): Markup {
  if (client === undefined || trial === null) return dash('not on this card');
  const found = trial.ran ? trialFindings(client.name, trial).length : 0;
  const shown = badge(trialWord(trial), found > 1 ? `${found} findings` : null);
  return markup`<a href="#${anchor('trial', client.name, trial.scenario)}">${shown}</a>`;
}

function tableHead(what: string, clients: readonly ClientCard[]): Markup {
  const heads = clients.map(
    (client) => markup`<th scope="col">${clientText(client)}<span class="cited">${roleText(client.role)}</span></th>`,
  );
  return markup`<thead>
    <tr>
      <th scope="col">${what}</th>
      ${heads}
    </tr>
  </thead>`;
}

/** Wide tables scroll by themselves, also by keyboard. */
function scrolling(name: string, table: Markup): Markup {
  return markup`<div class="scrolling" role="region" aria-label="${name}" tabindex="0">
    <table class="matrix">
      ${table}
    </table>
  </div>`;
}

function notJudged(card: ReportCard): Markup | null {
  const reasons = new Map(
    card.clients.flatMap(({ trials }) =>
      trials.flatMap((trial) =>
        trial.ran ? trial.judgement.unjudged.map(({ id, reason }) => [id, reason] as const) : [],
      ),
    ),
  );
  return folded(
    `${counted(reasons.size, 'obligation')} not judged`,
    [...reasons.keys()],
    (id) => reasons.get(id) ?? '',
  );
}

function folded(summary: string, ids: readonly string[], saying: (id: string) => string): Markup | null {
  if (ids.length === 0) return null;
  const items = ids.map((id) => markup`<li><code>${id}</code> ${saying(id)}</li> `);
  return markup`<details class="folded">
    <summary>${summary}</summary>
    <ul>
      ${items}
    </ul>
  </details>`;
}

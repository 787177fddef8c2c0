// The field report as one HTML page: the same tables as the report card's (html.ts), for so many trials that each cell must
// cost little. What all clients share stands once: a cell opens the panel of its obligation or scenario at the client's
// part. No script, nothing from anywhere. The panels are field-panels.ts.

import { counts, obligationRow, type ClientCard, type ReportCard } from '../judge/report-card';
import type { Obligation } from '../obligations/obligation';
import { obligation } from '../obligations/catalogue';
import { obligationPanels, scenarioPanels } from './field-panels';
import { obligationPlace, placesOf, scenarioPlace, wordText, type Places } from './field-places';
import { fieldTranscripts, type RecordOf } from './field-transcript';
import { lightened, markup, textOf, type Markup } from './html-markup';
import { pageHead } from './html-parts';
import { STYLE } from './html-style';
import { hasOccasion, obligationMatrix, scenarioMatrix, trialWord } from './matrix';
import { kindsOfFail, type Reviewed } from './reviewed';
import { counted } from './transcript-style';
import { citationText, clientText, roleText, titleOf, WORDS, type TrialWord } from './wording';

export interface FieldHtmlOptions {
  readonly recordOf: RecordOf;
  /** For all transcripts together; what is over is left out, those of trials without findings first. */
  readonly mostTranscriptCharacters: number;
}

const OWN_STYLE = `
.panel:has(:target) { display: block; position: fixed; inset: 0; z-index: 10; }
body:has(.panel :target) { overflow: hidden; }
.matrix td a, .sheet h4 b { display: inline-block; white-space: nowrap; padding: .08rem .55rem; border-radius: 1rem; font-size: .85rem; font-weight: 600; color: var(--none); }
.matrix td a:hover { text-decoration: underline; }
.sheet h4 b { margin-right: .25rem; }
.fail, .crashed { color: var(--fail) !important; background: var(--fail-bg); }
.warn, .never-connected { color: var(--warn) !important; background: var(--warn-bg); }
.inconclusive, .interrupted { color: var(--open) !important; background: var(--open-bg); }
.pass { color: var(--pass) !important; background: var(--pass-bg); }
.observed { color: var(--seen) !important; background: var(--seen-bg); }
.figures li { padding: 0 .5rem; border-radius: 1rem; } .figures b { color: inherit; }
.sheet h4 { scroll-margin-top: 1rem; margin-top: 1.75rem; padding-top: .75rem; border-top: 1px solid var(--line); font-size: 1rem; }
.sheet h4:target { outline: 2px solid var(--link); outline-offset: .15rem; border-radius: .25rem; }
.sheet ul { margin: .3rem 0; padding-left: 1.2rem; }
.sheet pre { margin: .5rem 0; padding: .7rem .9rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--page); color: var(--server); font-size: .8rem; line-height: 1.5; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 7; }
.sheet pre b { font-weight: 400; color: var(--client); }
.sheet pre i { font-style: normal; color: var(--soft); }
.sheet pre em { font-style: normal; font-weight: 600; color: var(--warn); }
.sheet pre mark { background: var(--mark); color: inherit; }
.why { margin: .5rem 0; padding-left: 1rem; border-left: 3px solid var(--line); }
`;

/** @returns the whole page */
export function fieldHtml(card: ReportCard, reviewed: Reviewed, options: FieldHtmlOptions): string {
  const { recordOf, mostTranscriptCharacters } = options;
  const transcripts = fieldTranscripts(card, recordOf, mostTranscriptCharacters);
  const places = placesOf(card);
  const kinds = kindsOfFail(card, reviewed, [...places.obligations.keys()]);
  const names = card.clients.map(clientText).join(', ');
  const page = markup`<!doctype html>
    <html lang="en">
      ${pageHead(`SMTP field report: ${names}`, STYLE + OWN_STYLE)}
      <body>
        <header>
          <h1>SMTP field report</h1>
          <p class="facts">${card.startedAt.slice(0, 10)} · judged by RFC ${card.rfc} · ${card.writtenBy}</p>
        </header>
        <main>
          <section aria-label="Summary" class="summary">${card.clients.map((client) => summary(card, client))}</section>
          <section aria-labelledby="obligations">
            <h2 id="obligations">Obligations</h2>
            <p class="lead">
              What RFC ${card.rfc} and good practice ask of a client, one verdict over all its trials. A cell opens to the
              reason, the review of a fail, and the trials behind it.
            </p>
            ${obligationTable(card, places)}
          </section>
          <section aria-labelledby="scenarios">
            <h2 id="scenarios">Scenarios</h2>
            <p class="lead">Each trial in one word. A cell opens to its verdicts and the annotated transcript.</p>
            ${scenarioTable(card, places)}
          </section>
        </main>
        ${obligationPanels(card, kinds, places)}${scenarioPanels(card, places, recordOf, transcripts)}
      </body>
    </html> `;
  return lightened(textOf(page));
}

const COUNTED = ['fail', 'warn', 'inconclusive', 'pass', 'observed'] as const;

function summary(card: ReportCard, client: ClientCard): Markup {
  const name = markup`<h2>${clientText(client)}</h2>`;
  if (client.unavailable !== undefined)
    return markup`<article class="client">${name}<p>${client.unavailable}</p></article>`;
  const sums = counts(obligationRow(card, client.name));
  const figures = COUNTED.filter((word) => sums[word] > 0).map(
    (word) => markup`<li class="${word}"><b>${sums[word]}</b> ${WORDS[word]}</li>`,
  );
  const ran = client.trials.filter((trial) => trial.ran).length;
  return markup`<article class="client">
    ${name}
    <p class="facts">${roleText(client.role)} · ${ran} of ${counted(client.trials.length, 'trial')} run</p>
    <ul class="figures">
      ${figures}
    </ul>
  </article>`;
}

// --- tables ------------------------------------------------------------------------------------------------------------

const NOTHING = markup`<td><span class="nothing" aria-hidden="true">–</span><span class="unseen">no occasion</span></td>`;

function obligationTable(card: ReportCard, places: Places): Markup {
  const matrix = obligationMatrix(card);
  const rows = matrix.filter(hasOccasion).map(({ id, cells }) => {
    const entry: Obligation | undefined = obligation(id);
    const cited = entry === undefined ? '' : `${entry.level}, ${citationText(id, card.rfc)}`;
    const row = cells.map((cell, index) => {
      const client = card.clients[index];
      if (client === undefined || cell === null || cell.verdict === 'not-applicable') return NOTHING;
      const elsewhere = cell.refersTo === undefined ? '' : ' *';
      return cellMarkup(cell.verdict, obligationPlace(places, id, client.name), elsewhere);
    });
    return rowMarkup(places.obligations.get(id) ?? '', titleOf(id), id, cited, row);
  });
  const silent = matrix.filter((row) => !hasOccasion(row));
  return markup`${tableMarkup('Obligations by clients', 'Obligation', card, rows)}
    <p class="facts">* The same act counts under another obligation.</p>
    <details class="folded">
      <summary>${counted(silent.length, 'obligation')} had no occasion in these trials</summary>
      <ul>
        ${silent.map(({ id }) => markup`<li><code>${id}</code> ${titleOf(id)}</li>`)}
      </ul>
    </details>`;
}

function scenarioTable(card: ReportCard, places: Places): Markup {
  const rows = scenarioMatrix(card).map(({ scenario, title, trials }) => {
    const row = trials.map((trial, index) => {
      const client = card.clients[index];
      if (client === undefined || trial === null) return NOTHING;
      return cellMarkup(trialWord(trial), scenarioPlace(places, scenario, client.name), '');
    });
    return rowMarkup(places.scenarios.get(scenario) ?? '', title, scenario, '', row);
  });
  return tableMarkup('Scenarios by clients', 'Scenario', card, rows);
}

function cellMarkup(word: TrialWord, place: string, note: string): Markup {
  return markup`<td><a class="${word}" href="#${place}">${wordText(word)}${note}</a></td>`;
}

function rowMarkup(place: string, title: string, name: string, cited: string, cells: readonly Markup[]): Markup {
  return markup`<tr id="r${place}"><th scope="row"><span class="title">${title}</span><code>${name}</code>${
    cited === '' ? null : markup` <span class="cited">${cited}</span>`
  }</th>${cells}</tr>\n`;
}

/** Wide tables scroll by themselves, also by keyboard. */
function tableMarkup(name: string, what: string, { clients }: ReportCard, rows: readonly Markup[]): Markup {
  const heads = clients.map(
    ({ name, version }) => markup`<th scope="col">${name}<span class="cited">${version ?? ''}</span></th>`,
  );
  return markup`<div class="scrolling" role="region" aria-label="${name}" tabindex="0">
    <table class="matrix">
      <thead>
        <tr>
          <th scope="col">${what}</th>
          ${heads}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

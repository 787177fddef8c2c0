// The report card as one HTML page that needs nothing from anywhere: style inside, no script, no picture. For a browser,
// light or dark, for paper, and for passing on. The tables are html-matrix.ts, what opens behind a cell html-panels.ts.

import { cardFindings, isExpectation } from '../judge/card-findings';
import { counts, obligationRow, type ClientCard, type ReportCard } from '../judge/report-card';
import { anchor, markup, textOf, type Markup } from './html-markup';
import { obligationTable, scenarioTable } from './html-matrix';
import { panelsOf } from './html-panels';
import { badge, metBadge, pageHead } from './html-parts';
import { STYLE } from './html-style';
import { transcriptsOf, type RecordOf } from './html-transcript';
import { counted } from './transcript-style';
import { clientText, roleText, scaleText, titleOf, WORDS } from './wording';

export type { RecordOf } from './html-transcript';

export interface HtmlOptions {
  /** Where transcripts come from; none are shown without it. */
  readonly recordOf?: RecordOf;
  /** For all transcripts together; what is over is left out, those of trials without findings first. */
  readonly mostTranscriptCharacters?: number;
}

const MOST_TRANSCRIPT_CHARACTERS = 8_000_000;

/** Findings of a client that its summary names; the tables have them all. */
const SHOWN_FINDINGS = 8;

/** @returns the whole page */
export function reportHtml(card: ReportCard, options: HtmlOptions = {}): string {
  const { recordOf = () => null, mostTranscriptCharacters = MOST_TRANSCRIPT_CHARACTERS } = options;
  const names = card.clients.map(clientText).join(', ');
  const page = markup`<!doctype html>
    <html lang="en">
      ${pageHead(`SMTP report card: ${names}`, STYLE)}
      <body>
        <header>
          <h1>SMTP report card</h1>
          ${factsLine(card)}
        </header>
        <main>
          <section aria-label="Summary" class="summary">${card.clients.map((client) => summary(card, client))}</section>
          <section aria-labelledby="obligations">
            <h2 id="obligations">Obligations</h2>
            <p class="lead">
              What RFC ${card.rfc} and good practice ask of a client, one verdict over all its trials. A cell opens to
              reason and evidence.
            </p>
            ${obligationTable(card)}
          </section>
          <section aria-labelledby="scenarios">
            <h2 id="scenarios">Scenarios</h2>
            <p class="lead">Each trial in one word. A cell opens to its verdicts and the annotated transcript.</p>
            ${scenarioTable(card)}
          </section>
          <section aria-labelledby="words">
            <h2 id="words">The words</h2>
            ${legend(card)}
          </section>
        </main>
        ${panelsOf(card, transcriptsOf(card, recordOf, mostTranscriptCharacters))}
      </body>
    </html> `;
  return textOf(page);
}

function factsLine(card: ReportCard): Markup {
  const date = card.startedAt.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*Z$/, '$1, $2 UTC');
  const seed = card.seed === null ? 'several seeds' : `seed ${card.seed}`;
  const facts = [date, `judged by RFC ${card.rfc}${card.strict ? ', strictly' : ''}`, seed, card.writtenBy];
  const scale = scaleText(card.timeScale);
  return markup`<p class="facts">${facts.join(' · ')}</p>
    ${scale === null ? null : markup`<p class="banner">${scale}</p>`}`;
}

// --- summary -----------------------------------------------------------------------------------------------------------

const COUNTED = ['fail', 'warn', 'inconclusive', 'pass', 'observed'] as const;

function summary(card: ReportCard, client: ClientCard): Markup {
  const title = markup`<h2 id="${anchor('client', client.name)}">${clientText(client)}</h2>`;
  if (client.unavailable !== undefined) {
    return markup`<article class="client">${title}<p>${badge('not-run')}: ${client.unavailable}</p></article>`;
  }
  const ran = client.trials.filter((trial) => trial.ran).length;
  const sums = counts(obligationRow(card, client.name));
  const shares = COUNTED.filter((word) => sums[word] > 0);
  const bar = shares.map((word) => markup`<span class="${word}" style="flex-grow:${sums[word]}"></span>`);
  const figures = shares.map((word) => markup`<li class="${word}"><b>${sums[word]}</b> ${WORDS[word]}</li>`);
  return markup`<article class="client">
    ${title}
    <p class="facts">${roleText(client.role)} · ${ran} of ${counted(client.trials.length, 'trial')} run</p>
    <div class="bar" aria-hidden="true">${bar}</div>
    <ul class="figures">
      ${figures}
    </ul>
    ${summaryFindings(client)}
  </article>`;
}

function summaryFindings(client: ClientCard): Markup {
  const found = cardFindings({ clients: [client] });
  const unmet = found.filter(({ obligation }) => isExpectation(obligation));
  const broken = found.filter((finding) => !unmet.includes(finding));
  const ids = [...new Set(broken.map(({ obligation }) => obligation))]
    .map((id) => ({ id, failed: broken.some(({ obligation, verdict }) => obligation === id && verdict === 'fail') }))
    .sort((one, other) => Number(other.failed) - Number(one.failed));
  if (found.length === 0) return markup`<p class="none">Nothing was broken.</p>`;
  const items = [
    ...unmet.map(
      ({ scenario, reason }) =>
        markup`<li>${metBadge(false)} <a href="#${anchor('trial', client.name, scenario)}">${scenario}: ${reason}</a></li>`,
    ),
    ...ids.map(
      ({ id, failed }) =>
        markup`<li>
          ${badge(failed ? 'fail' : 'warn')} <a href="#${anchor('obligation', client.name, id)}">${titleOf(id)}</a>
        </li>`,
    ),
  ];
  const more = items.length - SHOWN_FINDINGS;
  return markup`<ul class="broken">
    ${items.slice(0, SHOWN_FINDINGS)}${more > 0 ? markup`<li>… and ${more} more below</li>` : null}
  </ul>`;
}

// --- legend ------------------------------------------------------------------------------------------------------------

const MEANINGS = [
  ['fail', 'A MUST was broken.'],
  ['warn', 'A SHOULD or good practice was broken.'],
  ['inconclusive', 'There was an occasion, and the record does not prove it either way.'],
  ['pass', 'Kept, on every occasion that there was.'],
  ['observed', 'Worth telling; no rule asks for it.'],
  ['not-applicable', 'There was no occasion, or the client is not bound.'],
  ['not-run', 'The trial was not tried, and says nothing.'],
] as const;

const STRICT_FAIL = 'A MUST was broken, or, for this card was judged strictly, anything less.';

function legend({ strict }: ReportCard): Markup {
  return markup`<dl class="legend">
    ${MEANINGS.map(
      ([word, meaning]) =>
        markup`<div>
          <dt>${badge(word)}</dt>
          <dd>${strict && word === 'fail' ? STRICT_FAIL : meaning}</dd>
        </div>`,
    )}
  </dl>`;
}

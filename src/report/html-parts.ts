// Small pieces that the matrices and the panels of the HTML report share: badges, evidence, the frame of a panel.

import type { Evidence } from '../judge/verdict';
import { markup, trusted, type Inserted, type Markup } from './html-markup';
import { SIGNS, WORDS, type TrialWord } from './wording';

/** @param style our own */
export function pageHead(title: string, style: string): Markup {
  return markup`<head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title}</title>
    <style>
      ${trusted(style)}
    </style>
  </head>`;
}

/** A sign and its word, coloured; `note` stands behind it, small. */
export function badge(word: TrialWord, note: string | null = null): Markup {
  return labelled(word, WORDS[word], note === null ? null : markup` <small>${note}</small>`);
}

/** The badge of an expectation of a scenario. */
export function metBadge(met: boolean): Markup {
  return met ? labelled('pass', 'met', null) : labelled('fail', 'unmet', null);
}

function labelled(word: TrialWord, label: string, small: Markup | null): Markup {
  return markup`<span class="badge ${word}"><span aria-hidden="true">${SIGNS[word]}</span> ${label}${small}</span>`;
}

export function evidenceList(evidence: readonly Evidence[]): Markup | null {
  if (evidence.length === 0) return null;
  const several = evidence.some(({ connection }) => connection > 1);
  const item = ({ connection, text }: Evidence): Markup => {
    const [, mark, said] = /^(C:|S:) (.*)$/s.exec(text) ?? [];
    const spoken =
      mark === undefined ? markup`${text}` : markup`<b class="${mark === 'C:' ? 'c' : 's'}">${mark}</b> ${said ?? ''}`;
    return markup`<li>
      ${several ? markup`<span class="connection">#${connection}</span> ` : null}<code>${spoken}</code>
    </li>`;
  };
  return markup`<ul class="evidence">
    ${evidence.map(item)}
  </ul>`;
}

/** What a panel is built from. */
export interface Panel {
  readonly id: string;
  /** The anchor to go back to: where it was opened. */
  readonly back: string;
  /** Printed on paper too. */
  readonly prints: boolean;
  /** Above the title. */
  readonly over: Inserted;
  readonly title: string;
  readonly content: Inserted;
}

/**
 * A panel lies over the page while its id is the target of the address (`:target`): no script is needed, the back button
 * closes it, and its address can be passed on.
 */
export function panel({ id, back, prints, over, title, content }: Panel): Markup {
  return markup`<section class="panel${prints ? ' prints' : ''}" id="${id}" aria-labelledby="${id}.title">
    <a class="veil" href="#${back}" tabindex="-1" aria-label="Close"></a>
    <div class="sheet">
      <a class="close" href="#${back}">Close</a>
      <p class="over">${over}</p>
      <h3 id="${id}.title">${title}</h3>
      ${content}
    </div>
  </section> `;
}

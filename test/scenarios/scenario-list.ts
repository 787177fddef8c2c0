// The page docs/scenario-list.md as it should be: every shipped scenario by name, title and tags. Made from the files, so
// that nobody keeps a list by hand; list.test.ts compares it with the page, or writes it.

import type { ScenarioListing } from '../../src/scenario/load';

const INTRODUCTION = `# The shipped scenarios

One provocation each. \`smtp-gauntlet show <name>\` prints what a scenario does in sentences, and \`smtp-gauntlet run <name>\`
plays it. How they are written is in scenarios.md. This page is made from the files: a test says when it is out of date, and
\`UPDATE_SCENARIO_LIST=1 npx jest test/scenarios/list\` writes it anew.
`;

interface Section {
  readonly title: string;
  readonly about: string;
  takes(listing: ScenarioListing): boolean;
}

const isSeed = ({ tags }: ScenarioListing): boolean => tags.includes('seed');

/** The first that takes a scenario shows it. */
const SECTIONS: readonly Section[] = [
  {
    title: 'Seeds',
    about: 'What two articles about Domino servers tell, and the plainest cases around it.',
    takes: isSeed,
  },
  {
    title: 'Quick',
    about: 'A trial takes up to half a minute, most of them a moment.',
    takes: ({ patience }) => patience === 'quick',
  },
  {
    title: 'Minutes',
    about: 'Time-outs as the RFC has them: played only when asked for.',
    takes: ({ patience }) => patience === 'minutes',
  },
  { title: 'Hours', about: 'Up to six days.', takes: () => true },
];

function line({ name, title, tags }: ScenarioListing): string {
  const shown = tags.filter((tag) => tag !== 'seed').join(', ');
  return `- \`${name}\`: ${title}${shown === '' ? '' : ` (${shown})`}`;
}

/** @returns Markdown, with a line end behind the last line */
export function scenarioListPage(listings: readonly ScenarioListing[]): string {
  const sections = SECTIONS.map(({ title, about }, index) => {
    const taken = listings.filter((listing) => SECTIONS.findIndex((section) => section.takes(listing)) === index);
    return `## ${title}\n\n${about}\n\n${taken.map(line).join('\n')}\n`;
  });
  return [INTRODUCTION, ...sections].join('\n');
}

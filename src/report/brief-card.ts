// A report card made short enough for a page that is kept beside the code: of what was kept, or stayed open, a few trials
// per obligation stand for all, and of what was broken in very many the first ones show their lines. Used by the field
// report. The words of the matrix stay the same.

import type { ClientCard, RanTrial, ReportCard } from '../judge/report-card';
import type { Verdict, VerdictWord } from '../judge/verdict';

/** Verdicts of one word on one obligation that are kept per client; Infinity keeps all. */
const KEPT: Readonly<Record<VerdictWord, number>> = {
  fail: Infinity,
  warn: Infinity,
  observed: 3,
  inconclusive: 2,
  pass: 2,
  // One shows that it was judged, and had no occasion.
  'not-applicable': 1,
};

/** Breaches of one obligation that keep their evidence; the transcript of any other trial still shows it. */
const MOST_SHOWN = 12;

/** The card with fewer verdicts, and without the folders of its records: those are of the machine that ran it. */
export function briefCard(card: ReportCard): ReportCard {
  return { ...card, clients: card.clients.map(briefClient) };
}

function briefClient(client: ClientCard): ClientCard {
  const counts = new Map<string, number>();
  const kept = (verdict: Verdict): readonly Verdict[] => {
    const key = `${verdict.obligation} ${verdict.verdict}`;
    const before = counts.get(key) ?? 0;
    counts.set(key, before + 1);
    if (before >= KEPT[verdict.verdict]) return [];
    return [before < MOST_SHOWN ? verdict : { ...verdict, evidence: [] }];
  };
  const trials = client.trials.map((trial) => {
    if (!trial.ran) return trial;
    const { verdicts, ...rest } = trial.judgement;
    const left = verdicts.flatMap(kept);
    const telling = tellingOf(trial);
    const shown = telling === undefined || left.includes(telling) ? left : [...left, telling];
    return { ...trial, recordFolder: null, judgement: { ...rest, verdicts: shown } };
  });
  return { ...client, trials };
}

/** The verdict that a trial without findings has its word from in the table (matrix.ts). */
function tellingOf({ judgement: { verdicts }, aims }: RanTrial): Verdict | undefined {
  const first = (word: VerdictWord): Verdict | undefined => verdicts.find(({ verdict }) => verdict === word);
  const open = verdicts.find(({ verdict, obligation }) => verdict === 'inconclusive' && aims.includes(obligation));
  return open ?? first('pass') ?? first('inconclusive') ?? first('observed');
}

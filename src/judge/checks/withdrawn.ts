// Only the latest EHLO list counts: what an earlier session, or the list before TLS, had offered is gone (RFC 5321 4.1.4,
// 4.5.4.1, RFC 3207 4.2). The use of what is not listed is judged by the verb, the parameter or the early octets
// themselves; this says that it came of memory.

import { broken, inconclusive, pass, perTrial, referTo, type Check, type TrialView } from '../check';
import type { Dialogue, Exchange } from '../dialogue';
import { isOffered } from '../offer';
import { usesOf } from '../section';
import type { Finding } from '../verdict';
import { stayedQuiet } from '../waiting';

/** What one server has offered so far, and what the client has made use of. */
interface Memory {
  /** By keyword, the EHLO that offered it first. */
  readonly offered: Map<string, Exchange>;
  readonly used: Set<string>;
}

/** The commands under one list, or under none: since the last hello or handshake. */
interface Stretch {
  readonly dialogue: Dialogue;
  readonly commands: readonly Exchange[];
}

const pipeliningStrippedMidway = perTrial(
  'pipelining-stripped-midway',
  (view) => {
    const memories = new Map<number, Memory>();
    return stretchesOf(view).flatMap((stretch) => {
      const { server } = stretch.dialogue;
      const memory = memories.get(server) ?? { offered: new Map(), used: new Set() };
      memories.set(server, memory);
      const finding = judgeStretch(stretch, memory);
      remember(stretch, memory);
      return finding ?? [];
    });
  },
  { oneProofSuffices: true },
);

function judgeStretch({ dialogue, commands }: Stretch, { offered, used }: Memory): Finding | null {
  for (const command of commands) {
    for (const use of remembered(command)) {
      const hello = use.keywords.map((keyword) => offered.get(keyword)).find((ehlo) => ehlo !== undefined);
      if (hello === undefined) continue;
      const reason = `${use.what} came although ${use.keywords.join(' or ')} was only on an earlier list`;
      return referTo(use.primary, broken(reason, command, hello));
    }
  }
  const [first] = commands;
  const mail = commands.find(({ verb }) => verb === 'MAIL');
  if (first === undefined || mail === undefined) return null;
  const lost = [...offered.keys()].filter((keyword) => !isOffered(mail, keyword) && SHOWING.has(keyword));
  if (lost.length === 0) return null;
  const missed = lost.filter((keyword) => used.has(keyword));
  if (missed.length === 0) return inconclusive(`it never used ${lost.join(', ')}, which the list no longer had`, mail);
  // That it stopped pipelining shows only where a reply was held.
  const shown = missed.filter((keyword) => keyword !== 'PIPELINING');
  if (shown.length > 0) return pass(`it did without ${shown.join(', ')}, which an earlier list had`, mail);
  const quiet = commands.find((command) => stayedQuiet(dialogue, command));
  if (quiet !== undefined) return pass('it waited for a held reply, as PIPELINING was no longer offered', quiet);
  return inconclusive('PIPELINING was no longer offered, but no reply was held back to show that it waits', mail);
}

/** Extensions that a transaction makes use of or does without. */
const SHOWING: ReadonlySet<string> = new Set(['PIPELINING', 'SIZE', '8BITMIME', 'SMTPUTF8', 'CHUNKING', 'DSN']);

interface Use {
  readonly keywords: readonly string[];
  readonly what: string;
  readonly primary: string;
}

/** Uses of what the list in force does not have. */
function remembered(command: Exchange): readonly Use[] {
  const uses: Use[] = usesOf(command).filter(
    ({ keywords }) => !keywords.some((keyword) => isOffered(command, keyword)),
  );
  const { state, first } = command.outstanding;
  if (state === 'early' && first !== null && first.verb !== 'connect' && !isOffered(first, 'PIPELINING')) {
    const what = `${command.verb} before the reply to ${first.verb}`;
    uses.push({ keywords: ['PIPELINING'], what, primary: 'no-pipelining-unless-advertised' });
  }
  return uses;
}

/** The list of a stretch counts as earlier for the next one, in this session and in later ones. */
function remember({ commands }: Stretch, { offered, used }: Memory): void {
  const offer = commands[0]?.offer ?? null;
  for (const { keyword } of offer?.keywords ?? []) {
    if (offer !== null && !offered.has(keyword)) offered.set(keyword, offer.hello);
  }
  for (const command of commands) {
    for (const use of usesOf(command)) {
      for (const keyword of use.keywords) if (isOffered(command, keyword)) used.add(keyword);
    }
    if (command.outstanding.state === 'early' && command.outstanding.allowed) used.add('PIPELINING');
  }
}

function stretchesOf(view: TrialView): readonly Stretch[] {
  return view.dialogues.flatMap((dialogue) => {
    const stretches: { dialogue: Dialogue; commands: Exchange[] }[] = [];
    let under: { readonly offer: Exchange['offer']; readonly secured: boolean } | null = null;
    for (const command of dialogue.commands) {
      const isNew = under === null || under.offer !== command.offer || under.secured !== command.secured;
      if (isNew) stretches.push({ dialogue, commands: [] });
      under = command;
      stretches.at(-1)?.commands.push(command);
    }
    return stretches;
  });
}

export const withdrawnChecks: readonly Check[] = [pipeliningStrippedMidway];

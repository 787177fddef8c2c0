// Which server is tried when: the next one where the first cannot be reached (RFC 5321 5.1), and a dead one not once for
// every message (4.5.4.1). Where a connection is refused by the port itself there is no trace of it: what shows here are
// connections that were accepted and died before a greeting, or were put off by it.

import { findLoop, acceptOf } from '../comeback';
import { broken, inconclusive, notApplicable, pass, perTrial, referTo, type Check, type TrialView } from '../check';
import type { Dialogue } from '../dialogue';
import { windowText } from '../next-try';
import { ownPaceMs, span } from '../retry-series';
import { alwaysListened, knowsSeveralServers, serverCount } from '../several-servers';
import type { Finding } from '../verdict';

/** A return as soon as this may be a second connection that was under way already. */
const ANEW_MS = 1000;
const BURST = 20;
const BURST_MS = 60_000;

const mxFallback = perTrial('mx-fallback', (view) => {
  if (serverCount(view) < 2) return null;
  if (!knowsSeveralServers(view)) return notApplicable('it was told of one server only');
  return [...judgeOrder(view), ...judgeTurns(view)];
});

/** Where it went first of all. */
function judgeOrder(view: TrialView): readonly Finding[] {
  const [first] = view.dialogues;
  if (first === undefined || first.server === 0) return [];
  const passedOver = Array.from({ length: first.server }, (_, server) => alwaysListened(view, server));
  const went = `it went to server ${first.server + 1} first`;
  if (passedOver.includes(true)) return [broken(`${went}, although the one before it listened`, acceptOf(first))];
  if (passedOver.includes(null)) {
    return [inconclusive(`${went}, and the record does not say whether the one before it listened`, acceptOf(first))];
  }
  return [pass(`${went}, the one before it being closed`, acceptOf(first))];
}

/** No greeting, or one of 4yz: the server is not there for now. After 5yz the next server is allowed, not asked for. */
function failedAtTheDoor({ exchanges, tls }: Dialogue): boolean {
  const greeting = exchanges[0]?.verb === 'connect' ? exchanges[0].reply : null;
  return tls.length === 0 && (greeting === null || greeting.digit === 4);
}

function judgeTurns(view: TrialView): readonly Finding[] {
  const findings: Finding[] = [];
  let following: Dialogue | null = null;
  // Backwards: the first one behind it that went to another server.
  let elsewhere: Dialogue | null = null;
  for (const dialogue of view.dialogues.toReversed()) {
    if (following !== null && following.server !== dialogue.server) elsewhere = following;
    following = dialogue;
    if (failedAtTheDoor(dialogue)) findings.push(judgeTurn(view, dialogue, elsewhere));
  }
  return findings.toReversed();
}

function judgeTurn(view: TrialView, failed: Dialogue, elsewhere: Dialogue | null): Finding {
  const door = acceptOf(failed);
  const was = `server ${failed.server + 1} was not to be had`;
  if (elsewhere !== null) {
    const after = span(Math.max(0, elsewhere.connectedAt - failed.endAt));
    return pass(`${was}, and it turned to server ${elsewhere.server + 1} after ${after}`, acceptOf(elsewhere), door);
  }
  const last = view.dialogues.at(-1);
  if (last !== undefined && last.connectedAt - failed.endAt >= ANEW_MS) {
    return broken(`${was}, and it came back there without trying another one`, acceptOf(last), door);
  }
  // A queue that is empty, or a script that is over, will try no more.
  if (view.client.role === 'mta' && view.record.end === 'client-finished') {
    return broken(`${was}, and it finished without trying another one`, door);
  }
  const within = windowText(view) ?? 'in a trial that was cut short';
  return inconclusive(`${was}, and no other one was tried ${within}`, door);
}

const deadHostCache = perTrial(
  'dead-host-cache',
  (view) => {
    const dead = view.dialogues.filter(isDead);
    const [first] = dead;
    if (first === undefined) return null;
    const burst = largestBurst(view, dead);
    if (burst.connections >= BURST) {
      const reason = `${burst.connections} connections within ${span(burst.withinMs)} went to a server that gave no sign of life`;
      const found = broken(reason, acceptOf(burst.last));
      // More than one for each message is a loop rather than a probe.
      return findLoop(view, dead) === null ? found : referTo('connect-refused-or-reset', found);
    }
    const messages = view.submissions.length;
    if (messages < BURST) {
      return notApplicable(`${messages} queued messages are too few to tell; ${BURST} would show it`, acceptOf(first));
    }
    return pass(`${messages} messages made no more than ${burst.connections} connections in a burst`, acceptOf(first));
  },
  { despite: ['no-reply', 'reset', 'closed', 'deaf'] },
);

/** Accepted, and never greeted. */
function isDead({ exchanges, tls }: Dialogue): boolean {
  return (
    tls.length === 0 &&
    exchanges.length <= 1 &&
    exchanges.every(({ verb, reply }) => verb === 'connect' && reply === null)
  );
}

interface Burst {
  readonly connections: number;
  readonly withinMs: number;
  readonly last: Dialogue;
}

/**
 * The most connections to one server within a minute, or within the time after which the client was told to try again:
 * later ones are a further round. A window that slides over them, so linear.
 */
function largestBurst(view: TrialView, dead: readonly Dialogue[]): Burst {
  const burstMs = Math.min(BURST_MS * view.record.timeScale, ownPaceMs(view));
  let most: Burst | null = null;
  for (const same of groupByServer(dead)) {
    let from = 0;
    for (const [index, last] of same.entries()) {
      const since = (dialogue: Dialogue | undefined): number => last.connectedAt - (dialogue?.connectedAt ?? 0);
      while (from < index && since(same[from]) >= burstMs) from += 1;
      const connections = index - from + 1;
      if (most === null || connections > most.connections) most = { connections, withinMs: since(same[from]), last };
    }
  }
  return most ?? { connections: 0, withinMs: 0, last: dead[0] as Dialogue };
}

function groupByServer(dialogues: readonly Dialogue[]): readonly (readonly Dialogue[])[] {
  const groups = new Map<number, Dialogue[]>();
  for (const dialogue of dialogues) {
    const group = groups.get(dialogue.server);
    if (group === undefined) groups.set(dialogue.server, [dialogue]);
    else group.push(dialogue);
  }
  return [...groups.values()];
}

export const serverChecks: readonly Check[] = [mxFallback, deadHostCache];

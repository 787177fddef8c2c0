// What `ss --tcp --info --options` says of a connection: retransmissions, time-out, what is in flight. Pure.
// Used by the lab, which asks every tenth of a second, and by its report. Nothing is computed that the kernel did not say.

/** One connection at one moment, as its own kernel sees it. Spans in ms. */
export interface TcpSample {
  /** When it was asked, in ms since the step began. */
  readonly at: number;
  /** E.g. `ESTAB`, `FIN-WAIT-1`. */
  readonly state: string;
  readonly localPort: number;
  readonly peerPort: number;
  /** Octets that the program has written and nobody has acknowledged. */
  readonly sendQueueOctets: number;
  /** The timer that runs: `on` is the retransmission timer, `persist` a probe of a closed window. */
  readonly timer: { readonly kind: string; readonly leftMs: number } | null;
  /** The retransmission time-out, as the back-off has made it. */
  readonly rtoMs: number | null;
  /** How often it has been doubled. */
  readonly backoff: number;
  readonly mss: number | null;
  readonly pmtu: number | null;
  /** Segments in flight, and how many of them are taken for lost. */
  readonly unacked: number;
  readonly lost: number;
  /** Segments sent again since the connection began. */
  readonly sentAgain: number;
  readonly notSentOctets: number;
  readonly acknowledgedOctets: number;
  /** How long ago the last data left. */
  readonly lastSentMs: number | null;
}

/**
 * Reads the output of `ss -t -i -n -o -O -H`: one connection per line.
 * @param at the moment it stands for
 * @returns lines that are no connection are left out
 */
export function parseTcpInfo(text: string, at: number): TcpSample[] {
  return text.split('\n').flatMap((line) => sampleOf(line, at) ?? []);
}

/** State, two queues, two ends; everything else follows in an order of the kernel's own. */
const HEAD = /^(\S+)\s+\d+\s+(\d+)\s+\S+:(\d+)\s+\S+:(\d+)(?:\s+(.*))?$/;

function sampleOf(line: string, at: number): TcpSample | null {
  const head = HEAD.exec(line);
  if (head === null) return null;
  const [, state = '', sendQueue, localPort, peerPort, rest = ''] = head;
  const number = (name: string): number | null => {
    const found = new RegExp(`(?:^|\\s)${name}:([\\d.]+)`).exec(rest);
    return found === null ? null : Number(found[1]);
  };
  const again = /(?:^|\s)retrans:\d+\/(\d+)/.exec(rest);
  return {
    at,
    state,
    localPort: Number(localPort),
    peerPort: Number(peerPort),
    sendQueueOctets: Number(sendQueue),
    timer: timerOf(rest),
    rtoMs: number('rto'),
    backoff: number('backoff') ?? 0,
    mss: number('mss'),
    pmtu: number('pmtu'),
    unacked: number('unacked') ?? 0,
    lost: number('lost') ?? 0,
    sentAgain: Number(again?.[1] ?? 0),
    notSentOctets: number('notsent') ?? 0,
    acknowledgedOctets: number('bytes_acked') ?? 0,
    lastSentMs: number('lastsnd'),
  };
}

function timerOf(rest: string): TcpSample['timer'] {
  const found = /(?:^|\s)timer:\((\w+),([^,]*),\d+\)/.exec(rest);
  return found === null ? null : { kind: found[1] ?? '', leftMs: timeOf(found[2] ?? '') };
}

/**
 * The time left, in the four ways it is written: `1min20sec`, `12sec`, `424ms`, and below ten seconds `1.140ms`, which are
 * 1140 milliseconds: the point parts thousands.
 */
function timeOf(text: string): number {
  const minutes = Number(/(\d+)min/.exec(text)?.[1] ?? 0);
  const seconds = Number(/(\d+)sec/.exec(text)?.[1] ?? 0);
  const ms = Number(/([\d.]+)ms/.exec(text)?.[1]?.replace('.', '') ?? 0);
  return minutes * 60_000 + seconds * 1000 + ms;
}

/** States in which the program still has its end open: CLOSE-WAIT, when only the other side has closed. */
const OPEN = new Set(['ESTAB', 'CLOSE-WAIT']);
/** A socket that has not been seen open for so long was closed: several times the time between two askings. */
const SURELY_CLOSED_MS = 500;

/**
 * When the program closed its end of a connection, or died.
 * @param samples of that connection, in order of time
 * @param askedAt when the kernel was asked last
 * @returns the last moment it was seen open; null: it still was, or was never seen
 */
export function closedAt(samples: readonly TcpSample[], askedAt: number): number | null {
  const open = samples.findLast(({ state }) => OPEN.has(state));
  return open === undefined || askedAt - open.at < SURELY_CLOSED_MS ? null : open.at;
}

/** The kernel sent a segment again. */
export interface Retransmission {
  /** How many there had been by then: asking ten times a second, the first ones may be seen together. */
  readonly count: number;
  /** In ms since the step began: the moment of asking less the kernel's "last sent". */
  readonly at: number;
  /** How long it waits from here before the next one. */
  readonly rtoMs: number | null;
  readonly backoff: number;
  readonly unacked: number;
  readonly mss: number | null;
}

/**
 * The retransmissions of one connection, each as first seen, at the earliest moment that any look at it gives: a busy machine
 * hears the kernel's answer late, and never early.
 * @param samples in order of time
 */
export function retransmissions(samples: readonly TcpSample[]): readonly Retransmission[] {
  const found: Retransmission[] = [];
  for (const sample of samples) {
    const at = sample.at - (sample.lastSentMs ?? 0);
    const latest = found.at(-1);
    if (latest !== undefined && sample.sentAgain === latest.count) {
      found[found.length - 1] = { ...latest, at: Math.min(latest.at, at) };
    }
    if (sample.sentAgain <= (latest?.count ?? 0)) continue;
    const { rtoMs, backoff, unacked, mss } = sample;
    found.push({ count: sample.sentAgain, at, rtoMs, backoff, unacked, mss });
  }
  return found;
}

// The SMTP statistics of a Domino server, counted from trace events: one object per server, one handle per session.
// On the hot path: every event is O(1), and names are put together only when somebody asks (statistics-print.ts).
// Counters live as long as the SMTP task: a restart makes a new object (as Domino's do).

import { VERB_EVENTS } from '../smtp/vocabulary';
import type { VerbEvent } from '../smtp/vocabulary';
import type { Layer, NoteEvent, TraceEvent } from '../wire/trace-event';
import { listHit } from './list-hit';

/** Verbs that have a counter of their own; every other line counts as Invalid. BDAT is none of Domino's commands. */
export const COUNTED_VERBS = VERB_EVENTS.filter((verb): verb is Exclude<VerbEvent, 'BDAT'> => verb !== 'BDAT');

export interface StatisticsOptions {
  /** SMTPExpandDNSBLStats: hits per site and per peer address, beside the total. May be changed while counting. */
  readonly expandDnsblStats: boolean;
  /** SMTPExpandDNSWLStats. */
  readonly expandDnswlStats: boolean;
  /** Names that expanded statistics may take up; hits beyond count in the totals only. */
  readonly maxExpanded: number;
}

/** Hits on the lists of one colour. */
export interface ListCounters {
  total: number;
  /** Site → hits. */
  readonly sites: Map<string, number>;
  /** `site ip` → hits. */
  readonly hosts: Map<string, number>;
}

/** The counters. Mutable: its identity is the run of the SMTP task. */
export interface Statistics {
  options: StatisticsOptions;
  /** Verb, or `Invalid`, → how often. */
  readonly commands: Record<string, number>;
  messagesProcessed: number;
  active: number;
  activeSsl: number;
  peak: number;
  peakSsl: number;
  total: number;
  totalSsl: number;
  badHandshakes: number;
  bytesReceived: number;
  bytesSent: number;
  acceptQueue: number;
  threadsBusy: number;
  threadsInPool: number;
  threadsPeak: number;
  readonly blacklists: ListCounters;
  readonly whitelists: ListCounters;
  privateBlacklistHits: number;
  privateWhitelistHits: number;
}

/** What a session's events have to be counted with. One per connection; mutable for the same reason. */
export interface SessionCount {
  readonly statistics: Statistics;
  address: string;
  open: boolean;
  secured: boolean;
  /** Mail data came to its end, and the reply to it has not been given. */
  messageWaits: boolean;
  /** Octets counted so far; what a handshake added is known only when the connection is closed. */
  received: number;
  sent: number;
  /** A middlebox stands before the session: the wire has events of its own, and those above it say the same again. */
  path: boolean;
}

/** What the pool of session handlers does, told by whoever runs it. */
export type HandlerEvent =
  /** The pool was made, or its size changed. */
  | { readonly type: 'pool'; readonly threads: number }
  | { readonly type: 'taken' }
  | { readonly type: 'freed' }
  /** An accepted connection waits for a handler, or has stopped waiting. */
  | { readonly type: 'queued' }
  | { readonly type: 'unqueued' };

const newList = (): ListCounters => ({ total: 0, sites: new Map(), hosts: new Map() });

/** Counters at zero. */
export function createStatistics(options: Partial<StatisticsOptions> = {}): Statistics {
  const commands: Record<string, number> = { Invalid: 0 };
  for (const verb of COUNTED_VERBS) commands[verb] = 0;
  return {
    options: { expandDnsblStats: false, expandDnswlStats: false, maxExpanded: 10_000, ...options },
    commands,
    messagesProcessed: 0,
    active: 0,
    activeSsl: 0,
    peak: 0,
    peakSsl: 0,
    total: 0,
    totalSsl: 0,
    badHandshakes: 0,
    bytesReceived: 0,
    bytesSent: 0,
    acceptQueue: 0,
    threadsBusy: 0,
    threadsInPool: 0,
    threadsPeak: 0,
    blacklists: newList(),
    whitelists: newList(),
    privateBlacklistHits: 0,
    privateWhitelistHits: 0,
  };
}

/** A handle for one connection's events. */
export function countSession(statistics: Statistics): SessionCount {
  return {
    statistics,
    address: '',
    open: false,
    secured: false,
    messageWaits: false,
    received: 0,
    sent: 0,
    path: false,
  };
}

/** Counts one event of one connection. Events that no statistic is made of cost one comparison. */
export function count(session: SessionCount, event: TraceEvent): void {
  const { statistics } = session;
  switch (event.type) {
    case 'received':
      countOctets(session, event.layer, event.length, 0);
      return;
    case 'sent':
      countOctets(session, event.layer, 0, event.length);
      return;
    case 'command': {
      // A line taken as a SASL response is an answer, not a command.
      if (event.event === 'auth-response') return;
      const name = event.event in statistics.commands ? event.event : 'Invalid';
      statistics.commands[name] = (statistics.commands[name] ?? 0) + 1;
      return;
    }
    case 'message':
      session.messageWaits = event.complete;
      return;
    case 'reply':
      // Without a path a reply is the only event of its octets, unless they go out in pieces.
      if (event.dribbled !== true) countOctets(session, 'plain', 0, event.length);
      if (!session.messageWaits || event.answers === null || event.unsolicited === true) return;
      session.messageWaits = false;
      if (event.code !== null && event.code >= 200 && event.code < 300) statistics.messagesProcessed += 1;
      return;
    case 'connected':
      session.address = event.peer.address;
      session.open = true;
      statistics.total += 1;
      statistics.active += 1;
      statistics.peak = Math.max(statistics.peak, statistics.active);
      return;
    case 'closed':
      addOctets(
        session,
        Math.max(0, event.receivedOctets - session.received),
        Math.max(0, event.sentOctets - session.sent),
      );
      if (session.open) statistics.active -= 1;
      if (session.secured) statistics.activeSsl -= 1;
      session.open = false;
      session.secured = false;
      return;
    case 'tls':
      if (event.phase === 'failed') statistics.badHandshakes += 1;
      if (event.phase === 'secured' && !session.secured) secured(session);
      return;
    case 'note':
      if (event.fact === 'blacklisted') countHit(session, event);
      return;
    default:
      return;
  }
}

function countOctets(session: SessionCount, layer: Layer, received: number, sent: number): void {
  if (layer === 'wire') session.path = true;
  if (layer === (session.path ? 'wire' : 'plain')) addOctets(session, received, sent);
}

function addOctets(session: SessionCount, received: number, sent: number): void {
  session.received += received;
  session.sent += sent;
  session.statistics.bytesReceived += received;
  session.statistics.bytesSent += sent;
}

function secured(session: SessionCount): void {
  const { statistics } = session;
  session.secured = true;
  statistics.totalSsl += 1;
  statistics.activeSsl += 1;
  statistics.peakSsl = Math.max(statistics.peakSsl, statistics.activeSsl);
}

function countHit(session: SessionCount, note: NoteEvent): void {
  const { statistics } = session;
  const hit = listHit(note.detail);
  if (hit.list === 'private') {
    if (hit.white) statistics.privateWhitelistHits += 1;
    else statistics.privateBlacklistHits += 1;
    return;
  }
  const counters = hit.white ? statistics.whitelists : statistics.blacklists;
  counters.total += 1;
  const expanded = hit.white ? statistics.options.expandDnswlStats : statistics.options.expandDnsblStats;
  if (!expanded || hit.site === null) return;
  add(counters.sites, hit.site, statistics.options.maxExpanded);
  add(counters.hosts, `${hit.site} ${session.address}`, statistics.options.maxExpanded);
}

function add(counters: Map<string, number>, name: string, most: number): void {
  const before = counters.get(name);
  if (before === undefined && counters.size >= most) return;
  counters.set(name, (before ?? 0) + 1);
}

/** Counts what the pool of handlers does. */
export function countHandlers(statistics: Statistics, event: HandlerEvent): void {
  switch (event.type) {
    case 'pool':
      statistics.threadsInPool = event.threads;
      return;
    case 'taken':
      statistics.threadsBusy += 1;
      statistics.threadsPeak = Math.max(statistics.threadsPeak, statistics.threadsBusy);
      return;
    case 'freed':
      statistics.threadsBusy = Math.max(0, statistics.threadsBusy - 1);
      return;
    case 'queued':
      statistics.acceptQueue += 1;
      return;
    case 'unqueued':
      statistics.acceptQueue = Math.max(0, statistics.acceptQueue - 1);
      return;
  }
}

// What a lab found, as data: its steps with what client, server, router and kernel said of each, and what follows from them.
// Written as JSON by `lab mtu --json`, as text by mtu-text.ts. All moments are ms since the step's client connected.

import type { ClientReport } from '../../clients/driver';
import type { ClientRole, ReportedOutcome } from '../../wire/trial-record';
import type { MtuProbing } from './network-plan';
import type { ServerSight } from './server-sight';
import type { Retransmission, TcpSample } from './tcp-info';
import type { LabTls } from './tls-way';

/** Raised when a field changes its meaning or goes away. */
export const LAB_SCHEMA_VERSION = 1;

/**
 * `control`: the server's MTU is lowered, the mail must flow. `short`: black hole, a mail that fits one segment.
 * `stall`: black hole, the mail of the control. `cure`: the server's MTU lowered again, for a connection that comes anew.
 */
export type MtuStepName = 'control' | 'short' | 'stall' | 'cure';

export interface ClientSight {
  /** Null: its process ended without having said anything. */
  readonly end: ClientReport['end'] | null;
  readonly exitCode: number | null;
  readonly outcome: ReportedOutcome['outcome'];
  /** Its own words, e.g. an error message. */
  readonly words: string;
  /** When it had done all it would do by itself; null: we stopped it at `stoppedAt`. */
  readonly endedAt: number | null;
  readonly stoppedAt: number | null;
}

/** The kernels' counters since the step began. */
export interface Counted {
  /** Packets that the router threw away, DF set and too big for the far link. */
  readonly tooBig: number;
  /** "Destination unreachable" messages that reached the client. */
  readonly icmp: number;
  /** Segments that the client's kernel sent again. */
  readonly sentAgain: number;
}

export interface MtuStep {
  readonly name: MtuStepName;
  readonly serverMtu: number;
  readonly messageOctets: number;
  readonly client: ClientSight;
  readonly server: ServerSight;
  /** A whole message arrived and was accepted; `unchanged`: with the digest of what was submitted. */
  readonly delivered: boolean;
  readonly unchanged: boolean;
  /** When the client closed the connection that stalled, its mail not accepted; null: it did not while it was watched. */
  readonly gaveUpAt: number | null;
  /** Of the connection that came to 354 first; a client that tries again has others. */
  readonly retransmissions: readonly Retransmission[];
  /** The connection as its kernel saw it last with segments in flight, before anything was healed. */
  readonly kernel: TcpSample | null;
  readonly counted: Counted;
  /** The ICMP messages were let through again, and what had been counted until then. */
  readonly heal: { readonly at: number; readonly counted: Counted } | null;
}

export interface MtuVerdict {
  readonly shown: boolean;
  /** One or two sentences: what was shown, or why it was not. */
  readonly text: string;
  /** What became of the stalled mail after `--heal`; null without it. */
  readonly healed: 'flowed' | 'tried-again' | 'client-gone' | 'not-yet' | null;
}

export interface MtuLabReport {
  readonly schemaVersion: typeof LAB_SCHEMA_VERSION;
  readonly lab: 'mtu';
  readonly writtenBy: string;
  /** The kernel's release. */
  readonly kernel: string;
  readonly client: { readonly name: string; readonly version: string; readonly role: ClientRole };
  readonly scenario: string;
  readonly tls: LabTls;
  readonly nearMtu: number;
  readonly farMtu: number;
  readonly mtuProbing: MtuProbing;
  readonly patienceMs: number;
  readonly healAfterMs: number | null;
  readonly steps: readonly MtuStep[];
  readonly verdict: MtuVerdict;
}

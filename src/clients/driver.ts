// What a client driver is: it makes one real MTA or mail library submit to given ports, in a private temporary folder,
// and says what the client reported. It judges nothing and leaves no process or file behind.
// Adding a client: one file with a ClientDriver, one line in index.ts.

import type { ClientCapability, ClientRole, ReportedOutcome } from '../wire/trial-record';

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** One message to be sent, content at hand. */
export interface SubmissionToSend {
  readonly id: number;
  readonly from: string;
  readonly to: readonly string[];
  readonly messageId: string;
  /** Complete message, CRLF line ends (or deliberately broken ones, when the scenario asks for them), not dot-stuffed. */
  readonly content: Buffer;
  readonly tls: 'none' | 'if-offered' | 'required' | 'implicit';
  readonly auth: { readonly user: string; readonly password: string } | null;
}

export interface Assignment {
  /** In order of preference; a client without `several-servers` gets exactly one. */
  readonly targets: readonly Target[];
  readonly submissions: readonly SubmissionToSend[];
  /** An empty folder of its own; removed by the caller afterwards. */
  readonly folder: string;
  /** What the client calls itself in EHLO, where that can be set. */
  readonly clientName: string;
  /** PEM file of the authority that signed our certificates, or null. */
  readonly caFile: string | null;
  /** How long a queueing client may go on after its first attempt, in ms. */
  readonly windowMs: number;
  /** Aborted when the trial is over: stop the client, however far it is. */
  readonly signal: AbortSignal;
}

export interface ClientReport {
  readonly outcomes: readonly ReportedOutcome[];
  /** `finished`: process exited, or queue empty. `deferred`: still queued when told to stop. */
  readonly end: 'finished' | 'deferred' | 'crashed' | 'timed-out';
  /** The client's own log, latin1 or UTF-8 text, at most 256 KiB of its end. */
  readonly log: string;
  readonly exitCode: number | null;
}

/** Whether it can run here. A reason names what is missing: "not installed: Debian package swaks". */
export type Availability =
  /** The version is null where asking for it might be taken for sending. */
  | { readonly available: true; readonly version: string | null }
  | { readonly available: false; readonly reason: string };

/** Makes one MTA or library submit messages to given servers, in a private folder, and reports what it said. */
export interface ClientDriver {
  /** What one types: `postfix`. */
  readonly name: string;
  readonly title: string;
  readonly role: ClientRole;
  readonly capabilities: readonly ClientCapability[];
  /** Trials at once that it bears. */
  readonly maxParallel: number;
  detect(): Promise<Availability>;
  submit(assignment: Assignment): Promise<ClientReport>;
}

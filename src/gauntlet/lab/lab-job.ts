// What the lab and its two processes say to each other: a job as the first line of standard input, then words as lines of
// standard output, all JSON. Both ends are of one build, so nothing is versioned. The end of standard input means "stop",
// also when it is the lab's death that ends it.

import type { ClientReport } from '../../clients/driver';
import type { LabClient } from './lab-client';
import type { Sighting } from './server-sight';
import type { LabTls } from './tls-way';

export interface ServerJob {
  /** Name or path, as `serve` takes it. */
  readonly scenario: string;
  readonly host: string;
  readonly port: number;
  /** For certificates; nothing else is written. */
  readonly folder: string;
}

export type ServerWord =
  /** Listening. `origin`: CLOCK_MONOTONIC at time 0 of its sightings, in ns. */
  { readonly origin: string } | { readonly sighting: Sighting } | { readonly failed: string };

export interface ClientJob {
  readonly client: LabClient;
  readonly host: string;
  readonly port: number;
  readonly from: string;
  readonly to: readonly string[];
  readonly tls: LabTls;
  readonly messageId: string;
  /** Base64. */
  readonly content: string;
  /** Empty, and the client's own. */
  readonly folder: string;
  /** How long a queueing client may go on, in ms. */
  readonly windowMs: number;
}

export type ClientWord = { readonly report: ClientReport } | { readonly failed: string };

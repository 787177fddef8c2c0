// What a session is given: the server it belongs to, as far as it needs it, and its connection. Types only; mail-port.ts
// makes them, session.ts uses them.

import type { Socket } from 'node:net';
import type { Clock } from '../wire/clock';
import type { OctetSlab } from '../wire/octet-slab';
import type { Trace } from '../wire/trace';
import type { Endpoint } from '../wire/trace-event';
import type { CompiledServer } from '../scenario/compile';
import type { LookUp } from '../scenario/effects';
import type { LivingWorld } from '../scenario/world';
import type { Middlebox } from '../middlebox/middlebox';
import type { LeanSocket } from './lean-socket';
import type { MessageStore } from './message-store';
import type { ReceivedMessage, StoredMessage } from './received-message';
import type { TlsAcceptor } from './tls';

/** What a session shares with the server it belongs to. */
export interface SessionHost {
  /** The configuration as it is now. */
  compiled(): CompiledServer;
  readonly clock: Clock;
  readonly world: LivingWorld;
  readonly seed: number;
  readonly store: MessageStore;
  readonly keepContent: boolean;
  readonly keepSecrets: boolean;
  /** Whether the facts of mail data may be made when somebody asks for them, who then asks the record. */
  readonly measuresLate: boolean;
  readonly maxLineOctets: number;
  lookUp(question: LookUp): Promise<boolean>;
  /** Null: messages are not saved. Resolves with the reason when it could not be done. */
  save(message: ReceivedMessage): Promise<string | null>;
  messageTaken(message: StoredMessage): void;
  /** A fault of our own. */
  failed(error: Error): void;
}

export interface SessionStart {
  readonly socket: Socket | LeanSocket;
  readonly connection: number;
  readonly server: number;
  readonly peer: Endpoint;
  readonly local: Endpoint;
  /** The neighbour whose PROXY header named the peer. */
  readonly proxiedBy: Endpoint | null;
  readonly trace: Trace;
  readonly path: readonly Middlebox[];
  readonly tls: TlsAcceptor | null;
  readonly reads: OctetSlab;
  /** The connection is gone and its record is complete. */
  readonly closed: () => void;
}

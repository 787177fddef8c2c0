// What passes between a scripted dialogue and the socket under it: events in, actions out. Plain values, so that a test
// can be the socket.

import type { ClientReport, Target } from './driver';

export type DialogueEvent =
  | { readonly event: 'start' }
  | { readonly event: 'connected' }
  | { readonly event: 'connect-failed'; readonly reason: string }
  /** Latin1, cut anywhere; inside TLS what TLS carried. */
  | { readonly event: 'octets'; readonly octets: string }
  /** A block of what was written has left the process, and more of it is waiting. */
  | { readonly event: 'moved' }
  /** Everything written so far has left the process. */
  | { readonly event: 'drained' }
  /** The server's FIN or RST; nothing can be sent any more. */
  | { readonly event: 'closed'; readonly reason: string }
  | { readonly event: 'secured' }
  | { readonly event: 'handshake-failed'; readonly reason: string }
  /** The moment asked for by the last `wake` has come. */
  | { readonly event: 'wake' }
  /** What a queueing client could not deliver by now stays in its queue. */
  | { readonly event: 'window-over' };

export type DialogueAction =
  | { readonly action: 'connect'; readonly target: Target; readonly tls: boolean; readonly verify: boolean }
  | { readonly action: 'write'; readonly octets: Buffer }
  | { readonly action: 'handshake'; readonly verify: boolean }
  | { readonly action: 'half-close' | 'close' | 'reset' | 'stop-reading' | 'start-reading' }
  /** Replaces the one asked for before. On the dialogue's clock, ms. */
  | { readonly action: 'wake'; readonly at: number }
  /** A line for the client's log. */
  | { readonly action: 'note'; readonly text: string }
  /** The last action there is. */
  | { readonly action: 'finish'; readonly end: ClientReport['end'] };

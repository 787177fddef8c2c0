// What goes into the engine and what comes out of it. The shell (server/session.ts) turns socket, timer, TLS and look-up
// happenings into inputs, and performs effects in order. Both are plain values, so the whole dialogue can be played on a
// virtual clock with literal lines.

import type { EventName } from '../smtp/vocabulary';
import type { Source, Unstamped } from '../wire/trace-event';
import type { ContentSummary } from '../wire/content-meter';
import type { Span } from './scenario';
import type { WorldChange } from './world';
import type { Session } from './session';

/** A command line as the engine needs it; the shell keeps the octets and offsets for the record. */
export interface LineIn {
  /** latin1, without terminator. */
  readonly text: string;
  readonly terminator: 'CRLF' | 'LF' | 'CR' | 'none';
  readonly cut: boolean;
  /** `seq` of the read that brought its first octet: what counts for "early". */
  readonly firstSeq: number;
}

export type Input =
  /** The connection may begin: a handler is free, implicit TLS is up. */
  | { readonly kind: 'opened'; readonly refusal: 'too-many-connections' | 'rate-limited' | null }
  | { readonly kind: 'line'; readonly line: LineIn }
  /** A strict reader's patience with a line that ends in LF is over. */
  | { readonly kind: 'bare-lf'; readonly line: LineIn }
  /** Content has reached the threshold the session asked for. */
  | { readonly kind: 'content-reached'; readonly octets: number }
  | { readonly kind: 'message'; readonly summary: ContentSummary }
  | { readonly kind: 'chunk'; readonly octets: number; readonly summary: ContentSummary | null }
  | { readonly kind: 'alarm'; readonly alarm: string }
  /** More octets are waiting; sent only while a hold is on. */
  | { readonly kind: 'arrived' }
  /** The client's FIN or RST came; lines may still be waiting. */
  | { readonly kind: 'peer-closed' }
  /** …and now all that can be taken has been answered. */
  | { readonly kind: 'drained' }
  | { readonly kind: 'secured' }
  | { readonly kind: 'tls-failed'; readonly reason: string }
  | { readonly kind: 'sasl'; readonly outcome: SaslOutcome }
  | { readonly kind: 'looked-up'; readonly look: string; readonly found: boolean }
  | { readonly kind: 'saved'; readonly ok: boolean; readonly reason: string }
  /** The server is being stopped in good order. */
  | { readonly kind: 'stop' };

/** What a SASL exchange wants said next (RFC 4954 4). `challenge` is base64. */
export type SaslOutcome =
  | { readonly say: 'challenge'; readonly challenge: string }
  | { readonly say: 'ok'; readonly user: string }
  | { readonly say: 'failed' | 'malformed' | 'aborted'; readonly user: string };

/** The moment of a step, handed in. */
export interface Moment {
  /** ms on the record's clock. */
  readonly now: number;
  /** ms since 1970, for `{date}`. */
  readonly wallClock: number;
  /** Octets read and not taken. */
  readonly waiting: number;
  /** Complete lines among them; given only while a hold asks for it. */
  readonly pendingLines: readonly string[];
  /** `seq` of the last reply written, 0 before any. */
  readonly lastReplySeq: number;
  /** When an octet last went either way. */
  readonly lastActivityAt: number;
  /** Octets received in this session so far. */
  readonly received: number;
}

export interface ReplyEffect {
  readonly effect: 'reply';
  readonly octets: string;
  readonly code: number | null;
  readonly source: Source;
  /** False for a second reply to one event, or one without any. */
  readonly answers: boolean;
  readonly raw: boolean;
  readonly as: number | null;
  readonly dribble: { readonly octets: number; readonly every: Span } | null;
}

export type Effect =
  /** Record the line just handed in as this event; mask it from `redactFrom` on (characters). */
  | { readonly effect: 'take-line'; readonly event: EventName; readonly redactFrom: number | null }
  | {
      readonly effect: 'take-message';
      readonly sender: string;
      readonly recipients: readonly string[];
      readonly via: 'DATA' | 'BDAT';
    }
  | { readonly effect: 'take-chunk'; readonly announced: number; readonly octets: number; readonly last: boolean }
  | ReplyEffect
  | { readonly effect: 'record'; readonly event: Unstamped }
  | { readonly effect: 'alarm'; readonly alarm: string; readonly at: number }
  | { readonly effect: 'cancel'; readonly alarm: string }
  /** The message taken last was accepted (2yz), or not. */
  | { readonly effect: 'dispose'; readonly accepted: boolean }
  | { readonly effect: 'save' }
  | { readonly effect: 'discard-input'; readonly why: string; readonly source: Source }
  | { readonly effect: 'pause-reading' }
  | { readonly effect: 'resume-reading' }
  | { readonly effect: 'start-tls'; readonly behind: 'discard' | 'process' }
  | { readonly effect: 'sasl-start'; readonly mechanism: string; readonly initial: string | null }
  | { readonly effect: 'sasl-line'; readonly line: string }
  | { readonly effect: 'look-up'; readonly look: string; readonly question: LookUp }
  | { readonly effect: 'close' | 'half-close' | 'reset'; readonly source: Source };

/** A question to DNS. */
export type LookUp =
  | {
      readonly ask: 'listed';
      readonly address: string;
      readonly site: string;
      readonly resolver: string;
      readonly timeoutMs: number;
    }
  | { readonly ask: 'domain'; readonly domain: string; readonly resolver: string; readonly timeoutMs: number }
  | { readonly ask: 'name'; readonly address: string; readonly resolver: string; readonly timeoutMs: number };

export interface Stepped {
  readonly session: Session;
  readonly effects: readonly Effect[];
  readonly changes: readonly WorldChange[];
}

// The client's end of a connection whose path keeps things to itself: when our side is done and the client was told nothing,
// its end stays open until it leaves by itself, as in the field. Used by transport.ts where there is a path.

import type { Alarm, Clock } from '../wire/clock';

/** A client that has heard our FIN gets so long to answer it. */
const FAREWELL_MS = 2000;
/** One that has said FIN and was told nothing may still be waiting: longer than any reply is waited for (RFC 5321 4.5.3.2). */
const UNTOLD_MS = 15 * 60_000;

export class UntoldClient {
  private readonly clock: Clock;
  private readonly destroy: () => void;
  /** It has heard of the end, by FIN or RST, or made it itself. */
  private told = false;
  /** It has said FIN. */
  private ended = false;
  private left = false;
  private farewell: Alarm | null = null;

  /** @param destroy ends its connection for good */
  constructor(clock: Clock, destroy: () => void) {
    this.clock = clock;
    this.destroy = destroy;
  }

  /** Our side is done with it. */
  get isLeft(): boolean {
    return this.left;
  }

  /** FIN or RST has come out of the path, or the client has ended the connection. */
  tell(): void {
    this.told = true;
    if (this.left) this.endIn(FAREWELL_MS);
  }

  /** The client says FIN: it may have closed half of it only. */
  hearFin(): void {
    this.ended = true;
    if (this.left) this.endIn(UNTOLD_MS);
  }

  /** @returns whether it stays, since nobody has told it anything */
  leave(): boolean {
    if (this.told) return false;
    this.left = true;
    if (this.ended) this.endIn(UNTOLD_MS);
    return true;
  }

  stop(): void {
    this.farewell?.cancel();
  }

  private endIn(spanMs: number): void {
    this.farewell?.cancel();
    this.farewell = this.clock.alarm(this.clock.now() + spanMs, this.destroy);
  }
}

// A client that sends on while nothing is taken: reading stops at a bound and goes on once half of it has been taken, and both
// stand on the record. One per connection; used by session.ts.

import type { Trace } from '../wire/trace';
import type { Transport } from './transport';

/** Octets read ahead of what was taken, before reading pauses. */
const READ_AHEAD_OCTETS = 4 * 2 ** 20;

export class ReadAhead {
  private readonly trace: Trace;
  private paused = false;

  constructor(trace: Trace) {
    this.trace = trace;
  }

  /** @param waiting octets that were read and not taken */
  look(waiting: number, transport: Transport): void {
    if (!this.paused && waiting > READ_AHEAD_OCTETS) {
      this.paused = true;
      this.trace.record({ type: 'note', fact: 'reading-paused', detail: `${waiting} octets wait` });
      transport.pause('session');
    } else if (this.paused && waiting <= READ_AHEAD_OCTETS / 2) {
      this.paused = false;
      this.trace.record({ type: 'note', fact: 'reading-resumed', detail: `${waiting} octets wait` });
      transport.resume('session');
    }
  }
}

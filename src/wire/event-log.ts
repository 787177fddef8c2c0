// The events of one connection, small: packed (event-packing.ts) until somebody looks, and objects from then on. A server under
// load keeps hundreds of thousands that nobody ever looks at, and objects would cost the garbage collector more than the
// dialogue itself (docs/performance.md). Used by trace.ts only.

import { emptyPage, letGoPage, newPage, traceRoom, type Page } from './packed-page';
import { pack, unpack } from './event-packing';
import { LateMessageEvent } from './late-message';
import type { TraceEvent } from './trace-event';

/** Events of one page, which is let go as a whole. */
const PAGE_EVENTS = 256;

export class EventLog {
  /** The oldest ones, when somebody has looked: from then on they are objects. */
  private made: TraceEvent[] = [];
  private pages: Page[] = [];
  private packed = 0;
  private readonly packs: boolean;

  /** @param most events that will be kept: so few that no page is ever let go as a whole are not packed */
  constructor(most: number = Infinity) {
    this.packs = most >= PAGE_EVENTS;
  }

  get length(): number {
    return this.made.length + this.packed;
  }

  /** Always the same array, brought up to date by each look. */
  get events(): readonly TraceEvent[] {
    for (const page of this.pages) emptyPage(page, unpack, this.made);
    this.pages = [];
    this.packed = 0;
    return this.made;
  }

  push(event: TraceEvent): void {
    if (!this.packs) {
      this.made.push(withOwnOctets(event));
      return;
    }
    let page = this.pages[this.pages.length - 1];
    if (page === undefined || page.count === PAGE_EVENTS) {
      page = newPage();
      if (this.pages.length === 0) this.pages = [page];
      else this.pages.push(page);
    }
    this.packed++;
    traceRoom.begin(page);
    pack(traceRoom, event);
  }

  /** Nobody will look any more. */
  letGo(): void {
    for (const page of this.pages) letGoPage(page);
    this.made = [];
    this.pages = [];
    this.packed = 0;
  }

  /**
   * Lets go of events that lie behind the first `from`, the oldest of them first: `count` of them, or a page.
   * @returns how many, and the octets that were kept with them
   */
  cut(from: number, count: number): LetGo {
    let before = this.made.length;
    if (before <= from) {
      for (const [index, page] of this.pages.entries()) {
        const length = page.count;
        if (before >= from && length === PAGE_EVENTS) {
          this.pages.splice(index, 1);
          letGoPage(page);
          this.packed -= length;
          return { events: length, octets: page.octets };
        }
        before += length;
      }
    }
    const gone = (this.events as TraceEvent[]).splice(from, count);
    return { events: gone.length, octets: gone.reduce((sum, event) => sum + octetsOf(event), 0) };
  }
}

export interface LetGo {
  readonly events: number;
  readonly octets: number;
}

/** Octets are only lent: they lie where others are read into next. */
function withOwnOctets(event: TraceEvent): TraceEvent {
  if (event instanceof LateMessageEvent) return event.measured();
  if ((event.type !== 'received' && event.type !== 'sent') || event.octets === undefined) return event;
  return { ...event, octets: Buffer.from(event.octets) };
}

function octetsOf(event: TraceEvent): number {
  return event.type === 'received' || event.type === 'sent' ? (event.octets?.length ?? 0) : 0;
}

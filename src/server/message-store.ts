// Messages as they were received, newest kept: what `server.messages()` and the matchers look at. Content stays in memory up
// to a bound; the record keeps digest and size in any case. Saving to disk is message-files.ts.

import { emptyPage, letGoPage, messageRoom, newPage, type Page } from '../wire/packed-page';
import { packReceived, unpackReceived } from './packed-message';
import type { ReceivedMessage, StoredMessage } from './received-message';

export interface StoreBounds {
  readonly messages: number;
  readonly octets: number;
}

export const DEFAULT_STORE_BOUNDS: StoreBounds = { messages: 1000, octets: 64 * 2 ** 20 };

/** Messages of one page, which is let go as a whole. */
const PAGE_MESSAGES = 64;

export class MessageStore {
  private readonly bounds: StoreBounds;
  /** The oldest ones, when somebody has looked. */
  private made: ReceivedMessage[] = [];
  private pages: Page[] = [];
  private packed = 0;
  private octets = 0;
  private counted = 0;
  private letGo = 0;

  constructor(bounds: StoreBounds = DEFAULT_STORE_BOUNDS) {
    this.bounds = bounds;
  }

  /** The next message's id. */
  nextId(): number {
    return ++this.counted;
  }

  /** Messages that were stored and are no longer here. */
  get dropped(): number {
    return this.letGo;
  }

  get length(): number {
    return this.made.length + this.packed;
  }

  /** Octets of one message that are worth keeping: half of all, or it would push out nearly everything else. */
  get largest(): number {
    return Math.floor(this.bounds.octets / 2);
  }

  /** @param message its content may be written over afterwards */
  add(message: StoredMessage): void {
    let page = this.pages.at(-1);
    if (page === undefined || page.count === PAGE_MESSAGES) {
      page = newPage();
      this.pages.push(page);
    }
    const { octets } = page;
    messageRoom.begin(page);
    packReceived(messageRoom, message);
    this.packed++;
    this.octets += page.octets - octets;
    while (this.length > this.bounds.messages * 1.25 || (this.octets > this.bounds.octets && this.length > 1)) {
      this.shrink();
    }
  }

  /** Oldest first. */
  all(): readonly ReceivedMessage[] {
    for (const page of this.pages) emptyPage(page, unpackReceived, this.made);
    this.pages = [];
    this.packed = 0;
    return this.made;
  }

  clear(): void {
    for (const page of this.pages) letGoPage(page);
    this.made = [];
    this.pages = [];
    this.packed = 0;
    this.octets = 0;
  }

  /** Lets go a page, or a fifth of those that were looked at, so that shifting a list is not paid for each message. */
  private shrink(): void {
    const [oldest] = this.pages;
    if (this.made.length === 0 && oldest !== undefined && this.pages.length > 1) {
      this.pages.shift();
      letGoPage(oldest);
      this.packed -= oldest.count;
      this.octets -= oldest.octets;
      this.letGo += oldest.count;
      return;
    }
    if (this.made.length === 0) this.all();
    const count = Math.max(1, Math.floor(this.made.length / 5));
    for (const message of this.made.slice(0, count)) this.octets -= message.content?.length ?? 0;
    this.made = this.made.slice(count);
    this.letGo += count;
  }
}

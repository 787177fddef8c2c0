// How what is kept for somebody who may never look lies in memory: numbers in rows of doubles, texts and octets in blocks, both
// shared by all connections, out of the garbage collector's sight, and used again when the last page that has something there
// lets go. A page knows where its first item lies and which blocks its items name; each item tells where the next one lies.
// Items are the events of a trace (event-packing.ts) and received messages (the server's packed-message.ts): whoever packs
// them reads them in the same order again, as copies: nobody outside ever holds a block.

import { Recycler, type Held } from './recycled';

/** Of one row. */
const ROW_NUMBERS = 32_768;
/** The place of numbers or octets: the number of their row or block in the page times this, and where they begin there. */
const PLACE = 65_536;
const BLOCK_OCTETS = 65_536;
/** Above this octets stay where they are, and a text gets a block of its own: it would leave too much of one unused. */
const SMALL_OCTETS = 16_384;
/** Octets in pieces: more would come to too many numbers. */
const MOST_SPREAD = 4 * 2 ** 20;
/** Of texts that are not written to their block yet. */
const MOST_PENDING = 4096;
/** Rows and blocks that wait to be used again: 64 MiB each. */
const MOST_FREE_ROWS = 256;
const MOST_FREE_BLOCKS = 1024;
/** The most numbers an item may come to; with more it stays an object. */
export const MOST_NUMBERS = 512;
/** On a text of octets V8 sees without looking that this cannot match. */
const BEYOND_LATIN1 = /[^\0-\xff]/;
/** Looking further back for a shared value costs more than having it twice. */
const LOOK_BACK = 8;

const NO_NUMBERS: Float64Array = new Float64Array(0);
const NO_OCTETS: Buffer = Buffer.alloc(0);

export interface Page {
  /** How many items are here. */
  count: number;
  /** The places of the first one and of the latest; each begins with the place of the next. */
  first: number;
  latest: number;
  rows: Held<Float64Array>[];
  /** What texts and octets lie in. */
  blocks: Held<Buffer>[];
  /** What is neither a number nor a text, in the order of the items. */
  values: unknown[];
  /** Values that many items have in common, each here once. */
  shared: unknown[];
  /** Octets that items have with them. */
  octets: number;
  /** The latest stretch of what a connection said that lies here without a gap: offsets in its plain layer. */
  saidFrom: number;
  saidTo: number;
}

export function newPage(): Page {
  return {
    count: 0,
    first: 0,
    latest: 0,
    rows: [],
    blocks: [],
    values: [],
    shared: [],
    octets: 0,
    saidFrom: 0,
    saidTo: 0,
  };
}

/** Words from short lists (layers, events, terminators), as numbers that hold for the whole process. */
const words: string[] = [];
const numberOfWord = new Map<string, number>();

const freeRows = new Recycler<Float64Array>(() => new Float64Array(ROW_NUMBERS), MOST_FREE_ROWS);
const freeBlocks = new Recycler<Buffer>(() => Buffer.allocUnsafeSlow(BLOCK_OCTETS), MOST_FREE_BLOCKS);

/** Nobody will read this page any more: what it alone held is used again. */
export function letGoPage(page: Page): void {
  for (const row of page.rows) freeRows.letGo(row);
  for (const block of page.blocks) freeBlocks.letGo(block);
  page.rows = [];
  page.blocks = [];
}

/** Where items are written. */
export class PackRoom {
  private row: Held<Float64Array> = { block: NO_NUMBERS, holders: Infinity };
  private numbers = this.row.block;
  private used = 0;
  private block: Held<Buffer> = { block: Buffer.alloc(0), holders: Infinity };
  private filled = 0;
  /** Texts that end where the block is filled to, and are not written there yet: one write for many costs a quarter. */
  private pending = '';
  private page = newPage();

  /** A new item of this page begins. */
  begin(page: Page): void {
    if (this.used + MOST_NUMBERS >= this.numbers.length) {
      freeRows.letGo(this.row);
      this.row = freeRows.take();
      this.numbers = this.row.block;
      this.used = 0;
    }
    this.page = page;
    const { rows } = page;
    const latestRow = rows[rows.length - 1];
    const number = numberOf(rows, this.row);
    if (number === rows.length) {
      this.row.holders++;
      page.rows = appended(rows, this.row);
    }
    const place = number * PLACE + this.used++;
    if (latestRow === undefined) page.first = place;
    else latestRow.block[page.latest % PLACE] = place;
    page.latest = place;
    page.count++;
  }

  number(number: number): void {
    this.numbers[this.used++] = number;
  }

  /** One of few. */
  word(word: string): void {
    let number = numberOfWord.get(word);
    if (number === undefined) {
      number = words.push(word) - 1;
      numberOfWord.set(word, number);
    }
    this.number(number);
  }

  text(text: string): void {
    const { length } = text;
    if (length > SMALL_OCTETS) {
      const block = Buffer.alloc(length);
      writeText(block, 0, text);
      return this.place(ownBlock(block), 0, length);
    }
    const from = this.roomFor(length);
    this.pending += text;
    if (this.pending.length > MOST_PENDING) this.flush();
    this.place(this.block, from, length);
  }

  /** Many of them are not copied: nobody may write to them any more. */
  octets(octets: Buffer): void {
    const { length } = octets;
    this.page.octets += length;
    if (length > SMALL_OCTETS) return this.place(ownBlock(octets), 0, length);
    this.flush();
    const from = this.roomFor(length);
    this.block.block.set(octets, from);
    this.place(this.block, from, length);
  }

  /** The item has octets with it that the client said. */
  said(offset: number, length: number): void {
    const { page } = this;
    if (page.saidTo !== offset) page.saidFrom = offset;
    page.saidTo = offset + length;
  }

  /** Whether the page has all that the client said there. */
  hasSaid(offset: number, length: number): boolean {
    return this.page.saidFrom <= offset && offset + length <= this.page.saidTo;
  }

  /** Octets that came in pieces, put together when somebody reads them; spread over blocks that are used again. */
  pieces(pieces: readonly Buffer[]): void {
    const total = pieces.reduce((sum, { length }) => sum + length, 0);
    this.page.octets += total;
    this.number(total);
    if (total > MOST_SPREAD) return this.place(ownBlock(Buffer.concat(pieces)), 0, total);
    this.flush();
    let start = this.filled;
    for (const piece of pieces) {
      for (let from = 0; from < piece.length;) {
        if (this.filled === this.block.block.length) {
          this.run(start);
          this.newBlock();
          start = 0;
        }
        const to = Math.min(piece.length, from + this.block.block.length - this.filled);
        this.block.block.set(piece.subarray(from, to), this.filled);
        this.filled += to - from;
        from = to;
      }
    }
    this.run(start);
  }

  /** What lies in the block from here on belongs to one item. */
  private run(start: number): void {
    if (this.filled > start) this.place(this.block, start, this.filled - start);
  }

  value(value: unknown): void {
    this.page.values = appended(this.page.values, value);
  }

  /** A value that other items are likely to have as well. */
  shared(value: unknown): void {
    const { shared } = this.page;
    const last = shared.length - 1;
    for (let index = last; index > last - LOOK_BACK && index >= 0; index--) {
      if (shared[index] === value) return this.number(index);
    }
    this.number(shared.length);
    this.page.shared = appended(shared, value);
  }

  /** Puts what is pending where it belongs: for whoever reads a page. */
  flush(): void {
    const { pending } = this;
    if (pending === '') return;
    this.pending = '';
    writeText(this.block.block, this.filled - pending.length, pending);
  }

  private newBlock(): void {
    this.flush();
    freeBlocks.letGo(this.block);
    this.block = freeBlocks.take();
    if (someAreBeyond) beyondLatin1.delete(this.block.block);
    this.filled = 0;
  }

  private roomFor(length: number): number {
    if (this.filled + length > this.block.block.length) this.newBlock();
    const from = this.filled;
    this.filled += length;
    return from;
  }

  private place(block: Held<Buffer>, from: number, length: number): void {
    const { blocks } = this.page;
    const number = numberOf(blocks, block);
    if (number === blocks.length) {
      block.holders++;
      this.page.blocks = appended(blocks, block);
    }
    this.number(number * PLACE + from);
    this.number(length);
  }
}

/** What was written to a block and is no latin1, as it is: only traces written by hand have such. */
const beyondLatin1 = new WeakMap<Buffer, { readonly from: number; readonly text: string }[]>();
let someAreBeyond = false;

/** @param text one or more, behind one another */
function writeText(block: Buffer, from: number, text: string): void {
  if (!BEYOND_LATIN1.test(text)) {
    block.write(text, from, 'latin1');
    return;
  }
  someAreBeyond = true;
  beyondLatin1.set(block, [...(beyondLatin1.get(block) ?? []), { from, text }]);
}

function readText(block: Buffer, from: number, length: number): string {
  const end = from + length;
  const elsewhere = someAreBeyond ? beyondLatin1.get(block) : undefined;
  const found = elsewhere?.find((run) => run.from <= from && end <= run.from + run.text.length);
  return found?.text.slice(from - found.from, end - found.from) ?? block.toString('latin1', from, end);
}

function ownBlock(octets: Buffer): Held<Buffer> {
  return { block: octets, holders: Infinity };
}

/** Room that all traces of the process share: a row that only one of them used would be mostly empty. */
export const traceRoom = new PackRoom();
/** That of received messages, which are let go much sooner: side by side in one block, traces would keep it for them. */
export const messageRoom = new PackRoom();

/** The number of a block in a page, which is nearly always its last one; of one that is not there, the next number. */
function numberOf<Block>(blocks: readonly Block[], block: Block): number {
  const last = blocks.length - 1;
  if (blocks[last] === block) return last;
  const index = blocks.lastIndexOf(block);
  return index < 0 ? blocks.length : index;
}

/** The first push makes room for seventeen; ten thousand connections that only wait have one item in most lists. */
function appended<Item>(list: Item[], item: Item): Item[] {
  if (list.length === 0) return [item];
  list.push(item);
  return list;
}

/**
 * Everything on a page, read, and the page let go.
 * @param unpack reads one item, and may look at those before it
 * @param into the items are put behind what it holds
 */
export function emptyPage<Item>(
  page: Page,
  unpack: (from: PageReader, before: readonly Item[]) => Item,
  into: Item[],
): void {
  const from = new PageReader(page);
  for (let item = 0; item < page.count; item++) {
    from.begin();
    into.push(unpack(from, into));
  }
  letGoPage(page);
}

export class PageReader {
  private readonly page: Page;
  private row = NO_NUMBERS;
  private at = 0;
  private next: number;
  private nextValue = 0;

  constructor(page: Page) {
    this.page = page;
    this.next = page.first;
    traceRoom.flush();
    messageRoom.flush();
  }

  /** The next item. */
  begin(): void {
    const { next } = this;
    this.row = this.page.rows[Math.floor(next / PLACE)]?.block ?? NO_NUMBERS;
    this.at = next % PLACE;
    this.next = this.number();
  }

  number(): number {
    return this.row[this.at++] ?? NaN;
  }

  word<Word extends string>(): Word {
    return words[this.number()] as Word;
  }

  text(): string {
    const place = this.number();
    return readText(this.block(place), place % PLACE, this.number());
  }

  octets(): Buffer {
    const place = this.number();
    const length = this.number();
    const block = this.block(place);
    const from = place % PLACE;
    return length > SMALL_OCTETS ? block : Buffer.from(block.subarray(from, from + length));
  }

  /** What `pieces` wrote, as one. */
  joined(): Buffer {
    const total = this.number();
    const runs: Buffer[] = [];
    for (let left = total; left > 0;) {
      const place = this.number();
      const length = this.number();
      const from = place % PLACE;
      runs.push(this.block(place).subarray(from, from + length));
      left -= length;
    }
    const [only] = runs;
    // A block of its own is nobody else's.
    return total > MOST_SPREAD && only !== undefined ? only : Buffer.concat(runs);
  }

  value<Value>(): Value {
    return this.page.values[this.nextValue++] as Value;
  }

  shared<Value>(): Value {
    return this.page.shared[this.number()] as Value;
  }

  private block(place: number): Buffer {
    return this.page.blocks[Math.floor(place / PLACE)]?.block ?? NO_OCTETS;
  }
}

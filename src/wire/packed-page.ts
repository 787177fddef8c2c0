// How what is kept for somebody who may never look lies in memory: numbers in rows of doubles, texts in slabs of octets, both
// shared by all connections and out of the garbage collector's sight. A page knows where the rows of its items
// begin and which blocks they name. Items are the events of a trace (event-packing.ts) and received messages (the server's
// packed-message.ts): whoever packs them reads them in the same order again.

import { OctetSlab } from './octet-slab';

/**
 * Numbers of one row. Plain arrays, so large that V8 never moves them: it has nothing to mark in doubles, and counts them as
 * heap. With next to nothing on the heap, the octets beside it would make V8 collect all of it ten times a second.
 */
const ROW_NUMBERS = 32_768;
/** Not whole numbers: an array of doubles from the beginning, and so are its copies. */
const EMPTY_ROW: readonly number[] = Array.from({ length: ROW_NUMBERS }, () => 0.5);
/** A row's place is its block's number in the page times this, and where it begins there. */
const PLACE = 65_536;
/** The most numbers an item may come to; with more it stays an object. */
export const MOST_NUMBERS = 512;
/** In place of a text's block: it is no latin1 and stands among the values. Only traces written by hand have such. */
const ELSEWHERE = -1;
/** On a text of octets V8 sees without looking that this cannot match. */
const BEYOND_LATIN1 = /[^\0-\xff]/;
/** Looking further back for a shared value costs more than having it twice. */
const LOOK_BACK = 8;

export interface Page {
  /** Where the row of each item begins. */
  readonly places: number[];
  rows: number[][];
  /** What texts and octets lie in. */
  blocks: ArrayBufferLike[];
  /** What is neither a number nor a text, in the order of the items. */
  values: unknown[];
  /** Values that many items have in common, each here once. */
  shared: unknown[];
  /** Octets that items have with them. */
  octets: number;
}

export function newPage(): Page {
  return { places: [], rows: [], blocks: [], values: [], shared: [], octets: 0 };
}

/** Words from short lists (layers, events, terminators), as numbers that hold for the whole process. */
const words: string[] = [];
const numberOfWord = new Map<string, number>();

/** Where items are written. */
export class PackRoom {
  private readonly texts = new OctetSlab();
  private row: number[] = [];
  private used = 0;
  private page = newPage();

  /** A new item of this page begins. */
  begin(page: Page): void {
    if (this.used + MOST_NUMBERS > this.row.length) {
      this.row = EMPTY_ROW.slice();
      this.used = 0;
    }
    this.page = page;
    const { rows } = page;
    const number = numberOf(rows, this.row);
    if (number === rows.length) page.rows = appended(rows, this.row);
    page.places.push(number * PLACE + this.used);
  }

  number(number: number): void {
    this.row[this.used++] = number;
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
    if (BEYOND_LATIN1.test(text)) {
      this.number(ELSEWHERE);
      this.value(text);
      return;
    }
    const from = this.texts.keepText(text);
    this.place(this.texts.block, from, text.length);
  }

  /** They are not copied. */
  octets({ buffer, byteOffset, length }: Buffer): void {
    this.page.octets += length;
    this.place(buffer, byteOffset, length);
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

  private place(block: ArrayBufferLike, from: number, length: number): void {
    const { blocks } = this.page;
    const number = numberOf(blocks, block);
    if (number === blocks.length) this.page.blocks = appended(blocks, block);
    this.number(number);
    this.number(from);
    this.number(length);
  }
}

/** The one room of the process: a row that only one trace used would be mostly empty. */
export const room = new PackRoom();

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

const NOWHERE: readonly number[] = [];

export class PageReader {
  private readonly page: Page;
  private row = NOWHERE;
  private at = 0;
  private nextValue = 0;

  constructor(page: Page) {
    this.page = page;
  }

  begin(item: number): void {
    const place = this.page.places[item] ?? 0;
    this.row = this.page.rows[Math.floor(place / PLACE)] ?? NOWHERE;
    this.at = place % PLACE;
  }

  number(): number {
    return this.row[this.at++] ?? NaN;
  }

  word<Word extends string>(): Word {
    return words[this.number()] as Word;
  }

  text(): string {
    const block = this.number();
    return block === ELSEWHERE ? this.value<string>() : this.placed(block).toString('latin1');
  }

  octets(): Buffer {
    return this.placed(this.number());
  }

  value<Value>(): Value {
    return this.page.values[this.nextValue++] as Value;
  }

  shared<Value>(): Value {
    return this.page.shared[this.number()] as Value;
  }

  private placed(block: number): Buffer {
    const from = this.number();
    const length = this.number();
    return Buffer.from(this.page.blocks[block] ?? new ArrayBuffer(0), from, length);
  }
}

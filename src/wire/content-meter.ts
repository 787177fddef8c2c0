// Mail data as it streams by: facts, digest, size and (if asked) the unstuffed octets themselves. Used by the DATA reader
// (mail-data.ts), for BDAT chunks, and to describe submissions. Native searches only: a step per line, never per octet.
// Not here: finding the end of data.

import { isAscii } from 'node:buffer';
import * as crypto from 'node:crypto';
import type { ContentFacts } from './trace-event';

const CR = '\r';
const LF = '\n';
const DOT = 46;
const NUL = '\0';
/** The header section is looked for in this much of the beginning. */
const HEAD_OCTETS = 16_384;
/** Below this the digest is made in one call at the end, which costs a third of a streaming hash. */
const ONE_SHOT_OCTETS = 65_536;
const EMPTY = Buffer.alloc(0);
/** RFC 5322 2.1: an empty line ends the header section. */
const HEADER_END = Buffer.from('\r\n\r\n', 'latin1');
const SMUGGLING_KEPT = 16;
/** Since Node 20.12; before that a hash is an object, also for one piece. */
const inOneCall: typeof crypto.hash | undefined = crypto.hash;
/** What some server takes for the end of data although it is not CRLF.CRLF (RFC 5321 4.1.1.4; SMTP smuggling, 2023). */
const SMUGGLING =
  /\r\n\.\n|\r\n\.\r(?!\n)|\r\n\0{1,3}\.\r\n|\n\.\r\n|\r\.\r\n|\n\.\n|\n\.\r(?!\n)|\r\.\n|\r\.\r(?!\n)/g;
/** The longest of them, the octet behind it, and the octet before it. */
const SMUGGLING_REACH = 10;
const SMUGGLING_NAMES: Readonly<Record<string, string>> = { '\r': 'CR', '\n': 'LF', '\0': 'NUL', '.': '.' };

export interface ContentSummary {
  /** Unstuffed octets. */
  readonly size: number;
  /** sha256, hexadecimal, of the unstuffed octets. */
  readonly digest: string;
  readonly messageId: string | null;
  readonly facts: ContentFacts;
  /** The unstuffed octets, in the pieces they came in; null when not kept. */
  readonly content: readonly Buffer[] | null;
}

/** What is told of content, without the content. */
export type MeasuredContent = Omit<ContentSummary, 'content'>;

export class ContentMeter {
  private readonly transparent: boolean;
  private readonly keep: number;
  private kept: Buffer[] | null = [];
  private headOctets = 0;
  private readonly head: Buffer[] = [];
  private hash: crypto.Hash | null = null;
  private size = 0;
  private rawOffset = 0;

  private atLineStart = true;
  private dotPending = false;
  private crPending = false;
  private lineOctets = 0;

  private lines = 0;
  private longestLine = 0;
  private bareLf = 0;
  private bareCr = 0;
  private nul = 0;
  private eightBit = false;
  private stuffedDots = 0;
  private unstuffedDots = 0;
  private readonly smuggling: { sequence: string; offset: number }[] = [];
  private suspicious = false;
  private tail = '';
  private smugglingSeenTo = 0;

  /**
   * @param dotStuffed whether the transparency procedure applies (RFC 5321 4.5.2): true for DATA, false for BDAT
   * @param keep octets that are worth keeping: the content of a larger message is not there at the end; 0 keeps none
   */
  constructor(dotStuffed: boolean, keep: number) {
    this.transparent = !dotStuffed;
    this.keep = keep;
  }

  /** Whether octets that are fed now may be kept; once it is false it stays so. */
  get keepsOctets(): boolean {
    return this.kept !== null || this.headOctets < HEAD_OCTETS;
  }

  /** Takes raw octets, in order; the final dot line is not among them. */
  feed(octets: Buffer): void {
    if (octets.length === 0) return;
    if (!this.eightBit && !isAscii(octets)) this.eightBit = true;
    const text = octets.toString('latin1');
    const bareBefore = this.bareLf + this.bareCr;
    let nulAt = text.indexOf(NUL);
    if (nulAt >= 0) this.suspicious = true;
    for (; nulAt >= 0; nulAt = text.indexOf(NUL, nulAt + 1)) this.nul++;
    this.walkLines(octets, text);
    if (this.bareLf + this.bareCr > bareBefore) this.suspicious = true;
    if (this.suspicious) this.lookForSmuggling(this.tail + text, this.rawOffset - this.tail.length, false);
    else this.tail = (this.tail + text.slice(-SMUGGLING_REACH)).slice(-SMUGGLING_REACH);
    this.rawOffset += octets.length;
  }

  /** Ends the content. The meter is used up. */
  finish(): ContentSummary {
    if (this.crPending) this.bareCr++;
    if (this.dotPending) this.unstuffedDots++;
    if (this.lineOctets > 0) {
      this.lines++;
      this.longestLine = Math.max(this.longestLine, this.lineOctets);
    }
    if (this.suspicious) this.lookForSmuggling(this.tail, this.rawOffset - this.tail.length, true);
    const { lines, longestLine, bareLf, bareCr, nul, eightBit, stuffedDots, unstuffedDots, smuggling } = this;
    return {
      size: this.size,
      digest: this.digest(),
      messageId: messageIdOf(this.headText()),
      facts: { lines, longestLine, bareLf, bareCr, nul, eightBit, stuffedDots, unstuffedDots, smuggling },
      content: this.keep > 0 && this.size <= this.keep ? this.kept : null,
    };
  }

  /**
   * One turn per line or bare CR/LF; searches already done are remembered, so that odd input stays linear.
   * @param text the same octets: a search in it costs less than one in a Buffer
   */
  private walkLines(octets: Buffer, text: string): void {
    const end = text.length;
    let from = 0; // what is not yet emitted as unstuffed content
    let at = 0;
    let lf = -2;
    let cr = -2;
    if (this.crPending) {
      this.crPending = false;
      if (text.startsWith(LF)) at = this.endLine(1);
      else {
        this.bareCr++;
        this.lineOctets++;
      }
    }
    while (at < end) {
      if (this.atLineStart || this.dotPending) from = this.lineStart(octets, at, from);
      if (lf !== -1 && lf < at) lf = text.indexOf(LF, at);
      if (cr !== -1 && cr < at) cr = text.indexOf(CR, at);
      if (cr >= 0 && cr + 1 === lf) {
        this.lineOctets += cr - at;
        at = this.endLine(lf + 1);
      } else if (cr >= 0 && (lf < 0 || cr < lf)) {
        if (cr === end - 1) {
          this.crPending = true;
          this.lineOctets += cr - at;
          break;
        }
        this.bareCr++;
        this.lineOctets += cr + 1 - at;
        at = cr + 1;
      } else if (lf >= 0) {
        this.bareLf++;
        this.lineOctets += lf + 1 - at;
        at = lf + 1;
      } else {
        this.lineOctets += end - at;
        break;
      }
    }
    this.emit(from === 0 ? octets : octets.subarray(from));
  }

  private endLine(next: number): number {
    this.lines++;
    if (this.lineOctets > this.longestLine) this.longestLine = this.lineOctets;
    this.lineOctets = 0;
    this.atLineStart = true;
    return next;
  }

  /**
   * At the first octet of a line, or at the octet after a dot that came last in the piece before: takes a leading dot
   * away. RFC 5321 4.5.2: a leading period with other characters behind it is deleted, stuffed or not.
   */
  private lineStart(octets: Buffer, at: number, from: number): number {
    if (this.dotPending) {
      this.dotPending = false;
      if (octets[at] === DOT) this.stuffedDots++;
      else this.unstuffedDots++;
      return from;
    }
    this.atLineStart = false;
    if (this.transparent || octets[at] !== DOT) return from;
    this.emit(octets.subarray(from, at));
    this.lineOctets--; // the stuffed dot does not count (RFC 5321 4.5.3.1.6)
    if (at + 1 === octets.length) this.dotPending = true;
    else if (octets[at + 1] === DOT) this.stuffedDots++;
    else this.unstuffedDots++;
    return at + 1;
  }

  private emit(octets: Buffer): void {
    if (octets.length === 0) return;
    this.size += octets.length;
    if (this.headOctets < HEAD_OCTETS) {
      this.head.push(octets);
      this.headOctets += octets.length;
    }
    if (this.hash !== null) this.hash.update(octets);
    else if (this.size > ONE_SHOT_OCTETS) {
      this.hash = crypto.createHash('sha256');
      for (const piece of this.kept ?? []) this.hash.update(piece);
      this.hash.update(octets);
    }
    if (this.hash !== null && this.size > this.keep) this.kept = null;
    this.kept?.push(octets);
  }

  /** The header section, or what may hold it; of the body no more than it takes to see that it has begun. */
  private headText(): string {
    const [first = EMPTY, ...rest] = this.head;
    const head = rest.length === 0 ? first : Buffer.concat(this.head);
    const end = head.indexOf(HEADER_END);
    return head.toString('latin1', 0, end < 0 ? HEAD_OCTETS : end + HEADER_END.length);
  }

  private digest(): string {
    if (this.hash !== null) return this.hash.digest('hex');
    const [first = EMPTY, ...rest] = this.kept ?? [];
    if (rest.length === 0 && inOneCall !== undefined) return inOneCall('sha256', first, 'hex');
    const hash = crypto.createHash('sha256').update(first);
    for (const piece of rest) hash.update(piece);
    return hash.digest('hex');
  }

  /**
   * @param text what was not looked at yet, behind up to one octet that was
   * @param last whether nothing follows: before that, a sequence counts only with the octet behind it
   */
  private lookForSmuggling(text: string, origin: number, last: boolean): void {
    let resumeAt = Math.max(0, this.smugglingSeenTo - origin);
    SMUGGLING.lastIndex = resumeAt;
    for (let match = SMUGGLING.exec(text); match !== null; match = SMUGGLING.exec(text)) {
      const end = match.index + match[0].length;
      if (end === text.length && !last) break;
      if (this.smuggling.length < SMUGGLING_KEPT) {
        this.smuggling.push({ sequence: nameOctets(match[0]), offset: origin + match.index });
      }
      // Two sequences may share an octet: "LF.LF.LF".
      resumeAt = end - 1;
      SMUGGLING.lastIndex = resumeAt;
    }
    // What could still be the beginning of a sequence stays; the octet before it keeps CRLF from being read as LF.
    const cut = Math.max(resumeAt, text.length - SMUGGLING_REACH);
    this.tail = text.slice(Math.max(0, cut - 1));
    this.smugglingSeenTo = Math.max(origin + resumeAt, origin + cut);
  }
}

function nameOctets(octets: string): string {
  return Array.from(octets, (octet) => SMUGGLING_NAMES[octet] ?? octet).join('');
}

/**
 * The Message-ID of a message, angle brackets included (RFC 5322 3.6.4), or null.
 * @param content latin1, at least the header section
 */
export function messageIdOf(content: string): string | null {
  const end = content.indexOf('\r\n\r\n');
  const header = end < 0 ? content : content.slice(0, end + 2);
  return /^message-id:\s*(<[^<>\s]+>)/im.exec(header)?.[1] ?? null;
}

/**
 * Facts and digest of mail data that is at hand as a whole.
 * @param pieces as they stood on the wire behind a 354, without the final dot line
 */
export function measureContent(pieces: readonly Buffer[]): ContentSummary {
  const meter = new ContentMeter(true, 0);
  for (const piece of pieces) meter.feed(piece);
  return meter.finish();
}

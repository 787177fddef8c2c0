// Replies (RFC 5321 4.2): reading what a server sent, and putting lines together. The reader is a value that is fed
// octets as they come; it is used by scripted senders, by the judge on recorded octets and by tests.
// It takes LF alone for a line end and any text behind three digits: what is wrong with a reply is for others to say.

export interface Reply {
  /** Of the first line; null when that does not begin with three digits. */
  readonly code: number | null;
  /** The text of each line, behind code and separator; a line without a code is kept whole. */
  readonly lines: readonly string[];
  /** All octets, terminators included. */
  readonly raw: string;
}

/** What has been read of a reply that is not complete: octets behind the last line end, and the lines before them. */
export interface ReplyReader {
  readonly tail: string;
  readonly lines: readonly string[];
  readonly code: number | null;
  readonly raw: string;
}

export const freshReplyReader: ReplyReader = { tail: '', lines: [], code: null, raw: '' };

/**
 * Gives a reader the next octets.
 * @param octets latin1, cut anywhere
 * @returns the reader to feed next, and every reply that these octets brought to its end
 */
export function feed(reader: ReplyReader, octets: string): { state: ReplyReader; replies: readonly Reply[] } {
  const replies: Reply[] = [];
  const pending = reader.tail + octets;
  let { lines, code, raw } = reader;
  let from = 0;
  // A line end can only be in what is new: the tail has been searched before.
  let end = pending.indexOf('\n', reader.tail.length);
  while (end !== -1) {
    const rawLine = pending.slice(from, end + 1);
    const line = readLine(rawLine.replace(/\r?\n$/, ''));
    if (lines.length === 0) code = line.code;
    lines = [...lines, line.text];
    raw += rawLine;
    if (endsReply(line, lines.length)) {
      replies.push({ code, lines, raw });
      ({ lines, code, raw } = freshReplyReader);
    }
    from = end + 1;
    end = pending.indexOf('\n', from);
  }
  return { state: { tail: pending.slice(from), lines, code, raw }, replies };
}

/**
 * Reads recorded octets as replies.
 * @returns the complete replies, and the octets behind them: '' unless the last reply was cut short
 */
export function parseReplyLines(octets: string): { replies: readonly Reply[]; rest: string } {
  const { state, replies } = feed(freshReplyReader, octets);
  return { replies, rest: state.raw + state.tail };
}

interface ReplyLine {
  readonly code: number | null;
  /** A hyphen behind the code: more lines follow (RFC 5321 4.2.1). */
  readonly more: boolean;
  readonly text: string;
}

function readLine(line: string): ReplyLine {
  const code = replyCode(line);
  if (code === null) return { code, more: false, text: line };
  const separator = line.charAt(3);
  return { code, more: separator === '-', text: line.slice(/^[- \t]$/.test(separator) ? 4 : 3) };
}

/** Amid a multi-line reply a line without a code is one more line of text; alone it is all the reply there is. */
function endsReply(line: ReplyLine, count: number): boolean {
  return line.code === null ? count === 1 : !line.more;
}

/**
 * The code that a reply line begins with.
 * @returns null without three digits, or when a fourth follows them
 */
export function replyCode(line: string): number | null {
  return /^\d{3}(?!\d)/.test(line) ? Number(line.slice(0, 3)) : null;
}

/** 2 for 2yz and so on (RFC 5321 4.2.1); null for codes of no class that SMTP has, and for no code. */
export function replyClass(code: number | null): 2 | 3 | 4 | 5 | null {
  if (code === null) return null;
  const first = Math.floor(code / 100);
  return first === 2 || first === 3 || first === 4 || first === 5 ? first : null;
}

/** The octets of a reply: each line as it is, ended by CRLF. */
export function replyOctets(lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join('');
}

/**
 * The lines of one reply, with `-` behind the code of all but the last (RFC 5321 4.2.1).
 * @param texts one per line; without any, the bare code is the only line
 */
export function multiline(code: number, texts: readonly string[]): string[] {
  if (texts.length === 0) return [`${code}`];
  return texts.map((text, index) => `${code}${index < texts.length - 1 ? '-' : ' '}${text}`);
}

// A Domino log as a stream of text: opens a file or standard input, unpacks gzip, finds out the encoding and decodes.
// Used by `explain-log`. Never holds more than a piece; what the text says is domino/'s business.

import { createReadStream } from 'node:fs';
import { Readable, pipeline } from 'node:stream';
import { TextDecoder } from 'node:util';
import { createGunzip } from 'node:zlib';
import { logEncoding, type EncodingDecision } from '../domino/log-encoding';

const PIECE_OCTETS = 2 ** 20;
/** What `logEncoding` wants to see. */
const SAMPLE_OCTETS = 4096;

/**
 * The text of a log, in pieces of about a megabyte.
 * @param path `-` is standard input
 * @param read is told the octets read from the file itself, packed ones too
 * @throws (while iterating) what the file system or zlib says: a file that is not there, a packed one that is damaged
 */
export async function* logText(path: string, read: (octets: number) => void = () => {}): AsyncGenerator<string> {
  const file = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: PIECE_OCTETS });
  const whole = withSample(counted(file, read));
  const first = await whole.next();
  if (first.done === true) return;
  const rest = joined(first.value, whole);
  const isPacked = first.value[0] === 0x1f && first.value[1] === 0x8b; // RFC 1952 2.3.1
  yield* decoded(isPacked ? withSample(unpacked(rest)) : rest);
}

async function* counted(file: AsyncIterable<unknown>, read: (octets: number) => void): AsyncGenerator<Buffer> {
  for await (const piece of file) {
    const octets = Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece), 'latin1');
    read(octets.length);
    yield octets;
  }
}

/** The same octets, the first piece long enough to tell what they are. */
async function* withSample(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let first: Buffer | null = Buffer.alloc(0);
  for await (const piece of pieces) {
    if (first === null) {
      yield piece;
      continue;
    }
    first = Buffer.concat([first, piece]);
    if (first.length < SAMPLE_OCTETS) continue;
    yield first;
    first = null;
  }
  if (first !== null && first.length > 0) yield first;
}

async function* joined(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

async function* unpacked(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 2 ** 18 });
  // The error reaches whoever iterates; the callback only keeps it from being thrown a second time.
  pipeline(Readable.from(packed), gunzip, () => undefined);
  for await (const piece of gunzip) yield piece as Buffer;
}

async function* decoded(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let decoder: TextDecoder | null | undefined;
  for await (const piece of pieces) {
    let octets = piece;
    if (decoder === undefined) {
      const decision = logEncoding(octets);
      decoder = decoderFor(decision);
      octets = octets.subarray(decision.skip);
    }
    yield decoder === null ? octets.toString('latin1') : decoder.decode(octets, { stream: true });
  }
  const end = decoder?.decode() ?? '';
  if (end !== '') yield end;
}

/** Null: latin1, which a TextDecoder would read as windows-1252. */
function decoderFor({ encoding }: EncodingDecision): TextDecoder | null {
  switch (encoding) {
    case 'utf16le':
      return new TextDecoder('utf-16le', { ignoreBOM: true });
    case 'utf16be':
      return new TextDecoder('utf-16be', { ignoreBOM: true });
    case 'utf8':
      return new TextDecoder('utf-8', { ignoreBOM: true });
    case 'latin1':
      return null;
  }
}

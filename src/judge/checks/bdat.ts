// Mail data by BDAT (RFC 3030 2): offered, counted exactly, never mixed with DATA, and given up when a chunk is refused.
// What of it may be pipelined is in pipelining-groups.ts.

import { parseBdat } from '../../smtp/command';
import { bodyParameter } from '../../smtp/extension';
import { broken, inconclusive, pass, perDialogue, perTransaction, referTo, type Check } from '../check';
import type { Dialogue, Exchange } from '../dialogue';
import { isOffered } from '../offer';
import type { Transaction } from '../transactions';
import type { Finding } from '../verdict';
import { crossedLegally } from '../waiting';

// --- bdat-only-if-chunking ---------------------------------------------------------------------------------------

const bdatOnlyIfChunking = perDialogue('bdat-only-if-chunking', (dialogue) => {
  const chunks = dialogue.commands.filter(({ verb }) => verb === 'BDAT');
  const findings = [
    ...chunks.flatMap((chunk) => judgeChunk(dialogue, chunk) ?? []),
    ...dialogue.transactions.flatMap((transaction) => judgeMixture(transaction) ?? []),
  ];
  const [first] = chunks;
  if (findings.length > 0 || first === undefined) return findings;
  return pass(`BDAT was offered, and the counts of ${chunks.length} chunks were true`, first);
});

function judgeChunk(dialogue: Dialogue, chunk: Exchange): Finding | null {
  if (!isOffered(chunk, 'CHUNKING')) return broken('BDAT came although CHUNKING was not offered', chunk);
  const counted = parseBdat(chunk.parsed.argument);
  if (counted === null) return broken('BDAT came without a count of octets', chunk);
  const next = dialogue.exchanges[chunk.index + 1];
  if (next?.spew?.cause !== 'after-chunk') return null;
  return broken(`octets beyond the ${counted.octets} announced came as commands`, next, chunk);
}

function judgeMixture({ chunks, data, argument, message, dot }: Transaction): Finding | null {
  const [chunk] = chunks;
  if (chunk !== undefined && data !== null) {
    const [first, second] = chunk.index < data.index ? [chunk, data] : [data, chunk];
    return broken(`${second.verb} came in a transaction of ${first.verb}`, second, first);
  }
  const isBinary = bodyParameter(argument.parameters) === 'BINARYMIME';
  if (isBinary && data !== null) return broken('DATA came in a transaction of BODY=BINARYMIME', data);
  if (message?.via !== 'BDAT' || isBinary || dot === null || message.facts.bareLf === 0) return null;
  const found = broken(`the chunks have ${message.facts.bareLf} bare LF and are not declared binary`, dot);
  return referTo('no-bare-lf-cr', found);
}

// --- bdat-failure-stops ------------------------------------------------------------------------------------------

const bdatFailureStops = perTransaction('bdat-failure-stops', (transaction, dialogue) => {
  const refused = transaction.chunks.find(({ reply }) => reply?.digit === 4 || reply?.digit === 5);
  if (refused?.reply == null) return null;
  const { code } = refused.reply;
  let next = dialogue.exchanges[refused.index + 1];
  while (next !== undefined && wasUnderWay(next)) next = dialogue.exchanges[next.index + 1];
  if (next === undefined) {
    if (dialogue.ending.left !== null) return pass(`after ${code} to a chunk it left`, refused);
    return inconclusive(`nothing came after ${code} to a chunk before the end of the record`, refused);
  }
  // A refused last chunk has spent the transaction, as a refused dot has.
  const isOver = parseBdat(refused.parsed.argument)?.last === true;
  switch (next.verb) {
    case 'RSET':
    case 'QUIT':
    case 'EHLO':
    case 'HELO':
      return pass(`after ${code} to a chunk it went on with ${next.verb}`, next, refused);
    case 'MAIL':
      if (isOver) return pass(`after ${code} to the last chunk it began anew`, next, refused);
      return referTo(
        'command-order',
        broken(`after ${code} to a chunk it went on with MAIL, without RSET`, next, refused),
      );
    case 'DATA':
      return referTo('bdat-only-if-chunking', broken(`after ${code} to a chunk it went on with DATA`, next, refused));
    case 'unknown':
      return inconclusive(`after ${code} to a chunk a line came that is no command`, next, refused);
    default:
      return broken(`after ${code} to a chunk it went on with ${next.verb}`, next, refused);
  }
});

/** Sent in the group before the refusal was known, and so exempt. */
function wasUnderWay(exchange: Exchange): boolean {
  return ['BDAT', 'MAIL', 'RCPT', 'DATA'].includes(exchange.verb) && crossedLegally(exchange);
}

export const bdatChecks: readonly Check[] = [bdatOnlyIfChunking, bdatFailureStops];

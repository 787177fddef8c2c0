// What the wire of a path tells of a reply: in how many pieces it came out, and whether it came out at all.

import { readDialogue, type Dialogue, type Reply } from '../../src/judge/dialogue';
import { isLostOnPath } from '../../src/judge/path-end';
import { piecesOf } from '../../src/judge/pieces';
import { readTraceText } from '../../src/wire/trace-text';
import type { TraceEvent } from '../../src/wire/trace-event';

const GREETED = 'S: 220 mx.example.com ESMTP\nC: EHLO client.example\nS: 250 mx.example.com\n';

/** A session behind a path that lets replies out in pieces of so many octets, up to and without the last one. */
function behindPath(text: string, octets: number, options: { readonly keepsLast?: boolean } = {}): Dialogue {
  const [trace] = readTraceText(text);
  if (trace === undefined) throw new Error('an empty trace');
  const last = trace.events.findLast((event) => event.type === 'reply');
  const events = trace.events.flatMap((event): readonly TraceEvent[] => {
    if (event.type !== 'reply' || (event === last && options.keepsLast === true)) return [event];
    const pieces = event.octets.match(new RegExp(`[^]{1,${octets}}`, 'g')) ?? [];
    const sent = pieces.map((piece, index): TraceEvent => {
      const stamp = { seq: event.seq + (index + 1) / (pieces.length + 1), at: event.at + index * 100 };
      const place = { layer: 'wire', offset: event.offset + index * octets, length: piece.length } as const;
      return { type: 'sent', ...stamp, ...place, octets: Buffer.from(piece, 'latin1') };
    });
    return [event, ...sent];
  });
  return readDialogue({ ...trace, events });
}

function lastReply({ exchanges }: Dialogue): Reply {
  const reply = exchanges.at(-1)?.reply;
  if (reply == null) throw new Error('no reply');
  return reply;
}

describe('pieces', () => {
  const piecesOfGreeting = (octets: number): unknown => {
    const dialogue = behindPath(GREETED, octets);
    const [connect] = dialogue.exchanges;
    if (connect?.reply == null) throw new Error('no greeting');
    return piecesOf(dialogue, connect, connect.reply);
  };

  test('are counted, with the first and the last of them', () => {
    expect(piecesOfGreeting(10)).toMatchObject({ count: 3, first: { at: 0 }, last: { at: 200 } });
  });

  test('a reply that comes whole has none', () => {
    expect(piecesOfGreeting(1000)).toBeNull();
  });

  test('nor has one that was not through when the record ended', () => {
    const dialogue = behindPath(GREETED, 10, { keepsLast: true });
    const [, ehlo] = dialogue.exchanges;
    if (ehlo === undefined) throw new Error('no EHLO');
    expect(piecesOf(dialogue, ehlo, lastReply(dialogue))).toBeNull();
  });
});

describe('a reply is lost', () => {
  test('when the path lets nothing out any more before the client has gone', () => {
    const dialogue = behindPath(`${GREETED}C- FIN`, 1000, { keepsLast: true });
    expect(isLostOnPath(dialogue, lastReply(dialogue))).toBe(true);
  });

  test('not when it came out', () => {
    const dialogue = behindPath(`${GREETED}C- FIN`, 1000);
    expect(isLostOnPath(dialogue, lastReply(dialogue))).toBe(false);
  });

  test('not where there is no path', () => {
    const [trace] = readTraceText(`${GREETED}C- FIN`);
    if (trace === undefined) throw new Error('an empty trace');
    const dialogue = readDialogue(trace);
    expect(isLostOnPath(dialogue, lastReply(dialogue))).toBe(false);
  });
});

// BDAT (RFC 3030): the event when its octets are in, its matchers, refusals, order with DATA (A9, primitive 11).

import { greeted, lines, past, play, type Played, type PlayOptions } from './play';
import { step } from '../../src/scenario/engine';
import type { Input, Moment } from '../../src/scenario/effects';
import { compileServer } from '../../src/scenario/compile';
import { loadScenarioText } from '../../src/scenario/load';
import { loadPersona } from '../../src/scenario/persona-load';
import { newSession } from '../../src/scenario/session';
import { createWorld } from '../../src/scenario/world';

function chunking(rules: string, policies = '{}', options: PlayOptions = {}): Played {
  const server = `server: { extensions: [CHUNKING, BINARYMIME, 8BITMIME, SIZE], policies: ${policies} }`;
  return past(greeted(`${server}\nrules: [${rules}]`, options).client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>')));
}

describe('chunks (A9, 11)', () => {
  test('each is answered when its octets are in; the last one delivers the message', () => {
    const played = chunking('').client('BDAT 5\r\nab').server().client('c\r\n').server('250 5 octets received');
    played.client('BDAT 3 LAST\r\nxyz').server('250 Message OK, 8 octets received');
    expect(played.home.messages).toMatchObject([{ accepted: true, size: 8, recipients: ['c@d'] }]);
    played.client('BDAT 1 LAST\r\nx');
    expect(played.codes()).toEqual([503]);
  });

  test('BDAT 0 LAST ends the message', () => {
    const played = chunking('').client('BDAT 3\r\nabcBDAT 0 LAST\r\n');
    played.server('250 3 octets received', '250 Message OK, 3 octets received');
  });

  test('dots and line ends in the octets mean nothing', () => {
    const played = chunking('').client('BDAT 9 LAST\r\n.\r\nQUIT\r\nNOOP\r\n');
    expect(played.codes()).toEqual([250, 250]);
    expect(played.home.messages).toMatchObject([{ size: 9 }]);
  });

  test('hold and delay start when the octets are in', () => {
    const played = chunking(`{ on: BDAT, delay: 3 s, reply: '250 thought' }`).client('BDAT 3\r\nab').after(60_000);
    played.client('c').after(2999).server().after(1).server('250 thought');
  });

  test('rules match last, chunkOctets and chunk', () => {
    const played = chunking(`
      { on: BDAT, when: { last: true }, reply: '250 last' },
      { on: BDAT, when: { chunk: 2 }, reply: '250 second' },
      { on: BDAT, when: { chunkOctets: '>= 3' }, reply: '250 big' }`);
    played.client('BDAT 3\r\nabcBDAT 1\r\nxBDAT 1\r\nxBDAT 9 LAST\r\n012345678');
    played.server('250 big', '250 second', '250 1 octets received', '250 last');
    // The next message counts from one again.
    past(played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>')));
    played.client('BDAT 1\r\nxBDAT 1\r\nx').server('250 1 octets received', '250 second');
  });

  test('the record has the announced and the received octets of each chunk', () => {
    const played = chunking('').client('BDAT 3\r\nabcBDAT 2 LAST\r\nde');
    expect(played.events('chunk')).toMatchObject([
      { announced: 3, received: 3, last: false },
      { announced: 2, received: 2, last: true },
    ]);
    expect(played.events('message')).toMatchObject([{ via: 'BDAT', size: 5 }]);
    expect(played.replies().slice(-2)).toEqual(['250 BDAT persona', '250 BDAT persona']);
  });
});

describe('refusals (A4, A9)', () => {
  test.each(['450 later', '550 no'])('%s: octets are swallowed, and the message cannot succeed any more', (reply) => {
    const played = chunking(`{ on: BDAT, times: 1, reply: '${reply}' }`);
    played.client('BDAT 5\r\nNOOP\n').server(reply);
    expect(played.client('BDAT 3 LAST\r\nabc').codes()).toEqual([503]);
    expect(played.home.messages).toMatchObject([{ accepted: false }]);
  });

  test('RSET makes it possible to begin anew', () => {
    const played = chunking(`{ on: BDAT, times: 1, reply: '550 no' }`);
    past(played.client('BDAT 1\r\nxRSET\r\n').client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>')));
    expect(played.client('BDAT 3 LAST\r\nabc').codes()).toEqual([250]);
    expect(played.home.messages).toMatchObject([{ accepted: true, size: 3 }]);
  });

  test('a refused LAST ends the transaction', () => {
    const played = chunking(`{ on: BDAT, reply: '554 no' }`).client('BDAT 3 LAST\r\nabc').server('554 no');
    expect(played.home.messages).toMatchObject([{ accepted: false }]);
    expect(played.client(lines('MAIL FROM:<a@b>')).codes()).toEqual([250]);
  });

  test('out of order: octets are swallowed all the same', () => {
    const played = past(play('server: { extensions: [CHUNKING] }').client('EHLO a\r\n'));
    expect(played.client('BDAT 6 LAST\r\nNOOP\r\nNOOP\r\n').codes()).toEqual([503, 250]);
  });

  test.each(['BDAT', 'BDAT x', 'BDAT -1', 'BDAT 1 LASTLY', 'BDAT 1 LAST now'])(
    'a size that cannot be read: 501 to %s, nothing swallowed, the octets are commands',
    (line) => {
      const played = chunking('').client(`${line}\r\nNOOP\r\n`);
      expect(played.codes()).toEqual([501, 250]);
    },
  );

  test('not offered: the words are no command, nor are the octets swallowed', () => {
    const played = past(greeted('').client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>')));
    expect(played.client('BDAT 6\r\nNOOP\r\n').codes()).toEqual([500, 250]);
  });

  test('not offered, but a rule plays it: the octets are swallowed', () => {
    const played = past(
      greeted(`rules: [{ on: BDAT, reply: '250 mine' }]`).client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>')),
    );
    played.client('BDAT 6\r\nNOOP\r\n').server('250 mine');
  });
});

describe('BDAT and DATA (A9)', () => {
  test('DATA behind a chunk gets 503', () => {
    expect(chunking('').client('BDAT 1\r\nxDATA\r\n').codes()).toEqual([250, 503]);
  });

  test('DATA for a binary body gets 503 (RFC 3030 3)', () => {
    const played = past(chunking('').client(lines('RSET', 'MAIL FROM:<a@b> BODY=BINARYMIME', 'RCPT TO:<c@d>')));
    expect(played.client('DATA\r\n').codes()).toEqual([503]);
  });

  test('behind the last chunk a new message may come by DATA', () => {
    const played = past(chunking('').client('BDAT 1 LAST\r\nx').client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>')));
    expect(played.client(lines('DATA', '.')).codes()).toEqual([354, 250]);
  });
});

describe('policies', () => {
  test('the size is held against the limit at LAST', () => {
    const played = chunking('', '{ size: 5 }').client('BDAT 4\r\nabcdBDAT 2 LAST\r\nef');
    expect(played.codes()).toEqual([250, 552]);
    expect(played.home.messages).toMatchObject([{ accepted: false }]);
  });

  test('when: during, at the chunk that goes over it', () => {
    const played = chunking('', '{ size: { limit: 5, when: during } }').client(
      'BDAT 4\r\nabcdBDAT 2\r\nefBDAT 1 LAST\r\ng',
    );
    expect(played.codes()).toEqual([250, 552, 503]);
  });

  test('a message by BDAT is saved before it is acknowledged', () => {
    const played = chunking('', '{}', { saves: true }).client('BDAT 3 LAST\r\nabc').server();
    played.saved().server('250 Message OK, 3 octets received');
    expect(played.home.messages).toMatchObject([{ accepted: true }]);
  });

  test('the error limit counts a refused chunk, and answers in its place', () => {
    const played = chunking(`{ on: BDAT, reply: '550 no' }`, '{ errorLimit: 0 }').client('BDAT 3 LAST\r\nabc');
    expect(played.codes()).toEqual([421]);
    expect(played.home.messages).toMatchObject([{ accepted: false }]);
  });
});

describe('content rules inside a chunk (A6: BDAT payload likewise)', () => {
  const text = `
name: chunk
server: { extensions: [CHUNKING] }
rules: [{ on: content, after: 4, reply: '550 early' }]`;
  const compiled = compileServer(loadScenarioText(text, 'chunk.yaml'), 0, loadPersona('plain'));
  const moment: Moment = {
    now: 0,
    wallClock: 0,
    waiting: 0,
    pendingLines: [],
    lastReplySeq: 0,
    lastActivityAt: 0,
    received: 0,
  };
  const line = (words: string): Input => ({
    kind: 'line',
    line: { text: words, terminator: 'CRLF', cut: false, firstSeq: 1 },
  });
  const said = (inputs: readonly Input[]): { thresholds: (number | null)[]; codes: (number | null)[] } => {
    let session = newSession(1, 1, { address: '192.0.2.1', port: 1 }, { address: '127.0.0.1', port: 25 });
    const thresholds: (number | null)[] = [];
    const codes: (number | null)[] = [];
    for (const input of inputs) {
      const stepped = step(compiled, createWorld(), session, input, moment);
      session = stepped.session;
      thresholds.push(session.contentThreshold);
      for (const effect of stepped.effects) if (effect.effect === 'reply') codes.push(effect.code);
    }
    return { thresholds, codes };
  };
  const ENVELOPE: readonly Input[] = [
    { kind: 'opened', refusal: null },
    line('EHLO a'),
    line('MAIL FROM:<a@b>'),
    line('RCPT TO:<c@d>'),
  ];

  test('the threshold runs over all chunks of the message, and the early reply is the answer to its chunk', () => {
    const { thresholds, codes } = said([
      ...ENVELOPE,
      line('BDAT 3'),
      { kind: 'chunk', octets: 3, summary: null },
      line('BDAT 3 LAST'),
      { kind: 'content-reached', octets: 4 },
      { kind: 'chunk', octets: 3, summary: null },
      line('NOOP'),
    ]);
    expect(thresholds.slice(4)).toEqual([4, null, 4, null, null, null]);
    expect(codes).toEqual([220, 250, 250, 250, 250, 550, 250]);
  });
});

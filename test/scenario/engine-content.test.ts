// Rules on content: thresholds over the raw octets of one message, the early final reply and what follows it (A6).

import { enveloped, greeted, inContent, lines, past } from './play';

describe('thresholds (A6)', () => {
  test('after: 0, the default, fires right behind the 354', () => {
    const played = enveloped(`rules: [{ on: content, reply: '550 at once', then: close }]`);
    played.client('DATA\r\n').server('354 Start mail input; end with <CRLF>.<CRLF>', '550 at once').ended('close');
  });

  test('fires exactly at n: the chunk is cut there, and the record says how much lay unread', () => {
    const played = inContent(`rules: [{ on: content, after: 5, reply: '550 five', then: close }]`);
    played.client('abc').server().client('defgh\r\n').server('550 five').ended('close');
    expect(played.waiting).toBe(5);
    expect(played.events('reply').at(-1)).toMatchObject({ inputWaiting: 5 });
  });

  test('counts raw octets: line ends and stuffed dots', () => {
    const played = inContent(`rules: [{ on: content, after: 6, reply: '550 six', then: close }]`);
    played.client('..\r\n.').server().client('.').server('550 six');
  });

  test('a message that ends earlier never fires it', () => {
    const played = inContent(`rules: [{ on: content, after: 100, reply: '550 no' }]`);
    played.client(lines('x', '.')).server('250 OK');
  });

  test('several thresholds fire in ascending order, once per message each', () => {
    const played = enveloped(`
      rules:
        - { on: content, after: 8, raw: "B" }
        - { on: content, after: 4, raw: "A" }`);
    const message = lines('DATA', '0123456789', '.');
    const data = '354 Start mail input; end with <CRLF>.<CRLF>\r\n';
    played.client(message).octets(`${data}AB250 OK\r\n`);
    past(played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>')));
    played.client(message).octets(`${data}AB250 OK\r\n`);
  });

  test('of two rules at one count the first that matches answers', () => {
    const played = inContent(`
      rules:
        - { on: content, after: 2, when: { sender: other@* }, reply: '550 first' }
        - { on: content, after: 2, when: { sender: a@* }, reply: '550 second' }
        - { on: content, after: 2, reply: '550 third' }`);
    played.client('xyz').server('550 second');
  });

  test('the rest is queued and not parsed while the steps run', () => {
    const played = inContent(`rules: [{ on: content, after: 1, do: [{ wait: 5 s }, { raw: "." }] }]`);
    played
      .client(lines('xyz', '.', 'NOOP'))
      .after(4999)
      .server();
    played.after(1).octets('.250 OK\r\n250 OK\r\n');
  });

  test('does not fire where there is no content', () => {
    const played = enveloped(`rules: [{ on: DATA, reply: '554 no' }, { on: content, reply: '550 never' }]`);
    played.client(lines('DATA', 'NOOP')).server('554 no', '250 OK');
  });

  test('a mute in the middle of the content is a black hole from there', () => {
    const played = inContent(`rules: [{ on: content, after: 4, do: mute }]`);
    played
      .client(lines('0123456789', '.', 'QUIT'))
      .after(3_600_000)
      .server()
      .ended(null);
  });
});

describe('the early final reply (A6)', () => {
  const EARLY = (then: string): string => `rules: [{ on: content, after: 2, reply: '550 early'${then} }]`;
  const MESSAGE = lines('xyz', '.', 'RSET');

  test('swallow by default: read to the dot, no second answer, the transaction is over', () => {
    const played = inContent(EARLY('')).client(MESSAGE);
    played.server('550 early', '250 OK').client('DATA\r\n');
    expect(played.codes()).toEqual([503]);
    expect(played.home.messages).toMatchObject([{ accepted: false, size: 5 }]);
    expect(played.replies()).toContain('550 - rules[0]');
  });

  test('an early 250 stands for the dot: the message is accepted', () => {
    const played = inContent(`rules: [{ on: content, after: 2, reply: '250 fine' }]`).client(MESSAGE);
    played.server('250 fine', '250 OK');
    expect(played.home.messages).toMatchObject([{ accepted: true }]);
  });

  test('continue: the dot is answered as well, two replies on purpose', () => {
    inContent(EARLY(', then: continue')).client(MESSAGE).server('550 early', '250 OK', '250 OK');
  });

  test('commands: the rest of the content is commands, and the transaction is over', () => {
    const played = inContent(EARLY(', then: commands')).client(lines('xyNOOP', '.', 'DATA'));
    expect(played.codes()).toEqual([550, 250, 500, 503]);
  });

  test('commands: the next message begins anew', () => {
    const played = inContent(`rules: [{ on: content, after: 2, times: 1, reply: '550 early', then: commands }]`);
    past(played.client(lines('xyRSET', 'MAIL FROM:<a@b>', 'RCPT TO:<c@d>', 'DATA')));
    played.client(lines('0123', '.')).server('250 OK');
    expect(played.home.messages).toMatchObject([{ accepted: true, size: 6, recipients: ['c@d'] }]);
  });

  test('close and mute', () => {
    inContent(EARLY(', then: close')).client(MESSAGE).server('550 early').ended('close');
    inContent(EARLY(', then: mute')).client(MESSAGE).after(60_000).server('550 early').ended(null);
  });

  test('421 closes, as everywhere', () => {
    enveloped(`rules: [{ on: content, reply: '421 bye' }]`).client('DATA\r\n').ended('close');
  });

  test('the delayed early refusal of a test sink: five seconds into the content, then close', () => {
    const played = past(
      enveloped(`rules: [{ on: content, delay: 5 s, reply: '550 no', then: close }]`).client('DATA\r\n'),
    );
    played.client(lines('x', '.')).after(4999).server().after(1).server('550 no').ended('close');
  });

  test('counts for the error limit like any refusal (A11)', () => {
    const played = inContent(`
      server: { policies: { errorLimit: 0 } }
      ${EARLY('')}`);
    expect(played.client(MESSAGE).codes()).toEqual([421]);
    played.ended('close');
  });
});

describe('pass and content', () => {
  test('a pass rule takes note, and the content goes on', () => {
    const played = inContent(`rules: [{ on: content, after: 2, pass: true, delay: 1 s, set: { state: seen } }]`);
    played.client(lines('xyz', '.')).server().after(1000).server('250 OK');
    expect([...played.home.world.states.keys()]).toEqual(['seen']);
  });
});

describe('when: { mode: content }', () => {
  test('is what idle sees there', () => {
    const played = past(greeted(`rules: [{ on: idle, after: 2 s, when: { mode: content }, reply: '421 slow' }]`));
    played.after(60_000).server();
    past(played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>', 'DATA', 'x')));
    played.after(4000).server('421 slow').ended('close');
  });
});

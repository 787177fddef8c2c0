// hold: keeps the reply back until the client has said more, or the time is over, and the record says which (primitive 4).

import { greeted, inContent, lines, past, play } from './play';

const held = (hold: string): ReturnType<typeof greeted> =>
  greeted(`rules: [{ on: MAIL, hold: ${hold}, reply: '250 held' }]`).client('MAIL FROM:<a@b>\r\n');

describe('what ends a hold (4)', () => {
  test('time: the client waited as it should', () => {
    const played = held('{ until: RCPT, atMost: 2 s }').after(1999).server().after(1).server('250 held');
    expect(played.events('hold-ended')).toMatchObject([{ by: 'time', heldMs: 2000, octets: 0 }]);
  });

  test('until: the command it waits for, and no other', () => {
    const played = held('{ until: RCPT, atMost: 2 s }').after(500).client('NOOP\r\n').server();
    played.after(500).client('RCPT TO:<c@d>\r\n').server('250 held', '250 OK', '250 OK');
    expect(played.events('hold-ended')).toMatchObject([{ by: 'input', heldMs: 1000, octets: 21 }]);
  });

  test('until: half a line is no command', () => {
    held('{ until: RCPT, atMost: 2 s }').client('RCPT TO:<c@d>').server().client('\r\n').server('250 held', '250 OK');
  });

  test('lines: so many complete ones', () => {
    held('{ lines: 2, atMost: 2 s }')
      .client('NOOP\r\nNO')
      .server()
      .client('OP\r\n')
      .server('250 held', '250 OK', '250 OK');
  });

  test('octets: so many', () => {
    held('{ octets: 3, atMost: 2 s }').client('NO').server().client('O').server('250 held');
  });

  test('a bare time: anything the client sends', () => {
    held('2 s').client('N').server('250 held');
  });

  test('what was sent before the hold began is the proof at once', () => {
    const played = greeted(`rules: [{ on: MAIL, hold: { until: RCPT, atMost: 2 s }, reply: '250 held' }]`);
    played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>')).server('250 held', '250 OK');
    expect(played.events('hold-ended')).toMatchObject([{ by: 'input', heldMs: 0 }]);
  });

  test('also when a pause came before it', () => {
    const played = greeted(
      `rules: [{ on: MAIL, do: [{ wait: 1 s }, { hold: { until: RCPT } }, { reply: '250 held' }] }]`,
    );
    played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>')).after(1000).server('250 held', '250 OK');
  });

  test('the client that goes', () => {
    const played = held('{ until: RCPT, atMost: 1 h }').fin().server('250 held').ended('close');
    expect(played.events('hold-ended')).toMatchObject([{ by: 'peer-closed' }]);
  });

  test('the client that has gone already', () => {
    const played = greeted(
      `rules: [{ on: NOOP, delay: 1 s, reply: '250 x' }, { on: MAIL, hold: 1 h, reply: '250 held' }]`,
    );
    played.client(lines('NOOP', 'MAIL FROM:<a@b>')).fin().after(1000).server('250 x', '250 held').ended('close');
  });
});

describe('holds on odd events', () => {
  test('the greeting: an early talker is seen', () => {
    const played = play(`rules: [{ on: connect, hold: 2 s, reply: '220 hi' }]`).server().client('EHLO a\r\n');
    expect(played.codes()).toEqual([220, 250]);
  });

  test('until: end-of-data at DATA is the client that does not wait for the 354', () => {
    const played = greeted(`rules: [{ on: DATA, hold: { until: end-of-data, atMost: 5 s }, reply: '354 go' }]`);
    past(played.client(lines('MAIL FROM:<a@b>', 'RCPT TO:<c@d>')));
    played.client(lines('DATA', 'x')).server().client('.\r\n').server('354 go', '250 OK');
  });

  test('in content: the octets behind the threshold are what is waited for', () => {
    const played = inContent(
      `rules: [{ on: content, after: 2, hold: { octets: 4, atMost: 9 s }, reply: '550 x', then: close }]`,
    );
    played.client('abcd').server().client('ef').server('550 x').ended('close');
  });

  test('a pass rule may hold, and the persona then speaks', () => {
    const played = greeted(`rules: [{ on: MAIL, pass: true, hold: 2 s }]`).client('MAIL FROM:<a@b>\r\n').server();
    played.after(2000).server('250 OK');
  });
});

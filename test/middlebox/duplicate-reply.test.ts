import { duplicateReply } from '../../src/middlebox/duplicate-reply';
import { expectSameHowever, heard, pieces, play } from './play';
import type { Turn } from './play';

const SESSION: readonly Turn[] = [
  ['server', '220 x\r\n'],
  ['client', 'EHLO a\r\nRCPT TO:<b>\r\nRCPT TO:<c>\r\n'],
  ['server', '250-mail\r\n250 SIZE\r\n'],
  ['server', '250 b\r\n'],
  ['server', '250 c\r\n'],
];

describe('duplicate-reply', () => {
  test('only the nth reply to the verb comes twice, in one piece', () => {
    const out = play(duplicateReply({ to: 'RCPT', nth: 2, copies: 1 }), SESSION);
    expect(pieces(out, 'server')).toEqual(['220 x\r\n', '250-mail\r\n250 SIZE\r\n', '250 b\r\n', '250 c\r\n250 c\r\n']);
  });

  test('a reply of several lines is repeated whole', () => {
    const out = play(duplicateReply({ to: 'EHLO', nth: 1, copies: 2 }), SESSION);
    expect(heard(out, 'server')).toContain('250-mail\r\n250 SIZE\r\n'.repeat(3));
  });

  test('every reply, the greeting too', () => {
    const out = play(duplicateReply({ to: null, nth: null, copies: 1 }), SESSION);
    expect(pieces(out, 'server')[0]).toBe('220 x\r\n220 x\r\n');
    expect(heard(out, 'server')).toHaveLength(2 * '220 x\r\n250-mail\r\n250 SIZE\r\n250 b\r\n250 c\r\n'.length);
  });

  test('the reply to the end of data is named by its dot', () => {
    const out = play(duplicateReply({ to: '.', nth: 1, copies: 1 }), [
      ['server', '220 x\r\n'],
      ['client', 'DATA\r\n'],
      ['server', '354 go\r\n'],
      ['client', '.\r\n'],
      ['server', '250 taken\r\n'],
    ]);
    expect(heard(out, 'server')).toBe('220 x\r\n354 go\r\n250 taken\r\n250 taken\r\n');
  });

  test('every split offset gives the same octets', () => {
    expectSameHowever(duplicateReply({ to: 'EHLO', nth: 1, copies: 1 }), SESSION);
  });

  test('explains itself', () => {
    expect(duplicateReply({ to: 'RCPT', nth: 2, copies: 1 }).explain()).toBe('Sends the second reply to RCPT twice.');
    expect(duplicateReply({ to: null, nth: null, copies: 2 }).explain()).toBe('Sends every reply 3 times.');
  });
});

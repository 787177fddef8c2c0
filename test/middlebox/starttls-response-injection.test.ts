import { starttlsResponseInjection } from '../../src/middlebox/starttls-response-injection';
import { expectSameHowever, heard, pieces, play } from './play';
import type { Turn } from './play';

const injection = starttlsResponseInjection({ octets: '250 injected\r\n' });
const BEFORE: readonly Turn[] = [
  ['server', '220 x\r\n'],
  ['client', 'STARTTLS\r\n'],
];

describe('starttls-response-injection', () => {
  test('the octets are in the same piece as the 220, and come once', () => {
    const out = play(injection, [
      ...BEFORE,
      ['server', '220 Ready\r\n'],
      ['client', '\x16\x03\x01'],
      ['server', '\x16\x03\x03220 Ready\r\n'],
    ]);
    expect(pieces(out, 'server')).toEqual(['220 x\r\n', '220 Ready\r\n250 injected\r\n', '\x16\x03\x03220 Ready\r\n']);
  });

  test('they come behind the last line of a 220 of several', () => {
    expect(heard(play(injection, [...BEFORE, ['server', '220-a\r\n220 b\r\n']]), 'server')).toBe(
      '220 x\r\n220-a\r\n220 b\r\n250 injected\r\n',
    );
  });

  test('a refused STARTTLS and a plain greeting are left alone', () => {
    expect(heard(play(injection, [...BEFORE, ['server', '454 later\r\n']]), 'server')).toBe('220 x\r\n454 later\r\n');
  });

  test('every split offset gives the same octets', () => {
    expectSameHowever(injection, [
      ...BEFORE,
      ['server', '220-a\r\n220 Ready\r\n'],
      ['client', '\x16\x03\x01abc\r\n'],
      ['server', '\x16220 x\r\n'],
    ]);
  });

  test('explains itself', () => {
    expect(injection.explain()).toBe(
      'Puts 14 octets of plaintext behind the 220 to STARTTLS, in the same piece: "250 injected\\r\\n".',
    );
  });
});

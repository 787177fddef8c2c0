// One session from greeting to QUIT, for the boxes that strike at a moment of it.

import type { Aim, MomentName } from '../../src/middlebox/aim';
import type { Turn } from './play';

export function aimAt(moment: MomentName, octets = 1, nth = 1): Aim {
  return { moment, octets, nth };
}

export const SESSION: readonly Turn[] = [
  ['server', '220-a\r\n220 b\r\n'],
  ['client', 'EHLO a\r\n'],
  ['server', '250 ok\r\n'],
  ['client', 'MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n'],
  ['server', '250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n'],
  ['client', 'one\r\ntwo\r\n.\r\nQUIT\r\n'],
  ['server', '250 taken\r\n221 bye\r\n'],
  ['client', { fin: true }],
];

export const UP_TO_DATA = 'EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n';
export const UP_TO_354 = '220-a\r\n220 b\r\n250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n';

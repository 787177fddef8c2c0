import type { Aim } from '../../src/middlebox/aim';
import { explainAim } from '../../src/middlebox/aim';
import { aimAt } from './session';

describe('explainAim', () => {
  test.each<[Aim, string]>([
    [aimAt('greeting'), 'right after the greeting'],
    [aimAt('after-ehlo'), 'after EHLO or HELO, before its reply'],
    [aimAt('after-rcpt', 1, 2), 'after RCPT, before its reply the second time'],
    [aimAt('mid-content', 3000), 'after 3000 octets of content'],
    [aimAt('after-dot'), 'after the final dot, before its reply'],
  ])('%j', (aim, sentence) => {
    expect(explainAim(aim)).toBe(sentence);
  });
});

/** @jest-environment ./test/clients/detecting-environment.ts */
// The log explainer on sessions of real senders: what the log alone led to is held against what happened.

import type { Availability } from '../../src/clients/driver';
import { scoreLog } from '../../src/gauntlet/explain-score';
import { playFieldTraffic, type FieldTraffic } from '../../src/gauntlet/field-traffic';

/** Put there by the environment. */
declare const detectedClients: Readonly<Record<string, Availability>>;

const missing = ['postfix', 'exim'].filter((name) => detectedClients[name]?.available !== true);
const on = missing.length === 0 ? describe : describe.skip;

on(`Postfix, Exim and scripted senders${missing.length === 0 ? '' : ` (not run: no ${missing.join(', ')})`}`, () => {
  let traffic: FieldTraffic;
  beforeAll(async () => (traffic = await playFieldTraffic(1)), 300_000);

  test('met what they were sent to meet', () => {
    const met = new Set(traffic.truth.map(({ cause }) => cause));
    expect(met).toEqual(
      new Set([
        null,
        'authentication-failed',
        'fixup-or-fallback',
        'mtu-or-stall',
        'refused-blacklist',
        'refused-host',
        'refused-recipient',
        'refused-relay',
        'refused-sender',
      ]),
    );
  });

  test.each([
    ['verified wordings only', false, 0.25],
    ['inferred wordings too', true, 0.8],
  ])('are attributed rightly, with %s', (_, inferred, share) => {
    const sessions = traffic.truth.map(({ peer, cause }) => ({ address: peer, cause }));
    const { zero, attributed, wrong } = scoreLog(traffic.log(inferred), sessions, null);
    expect(zero).toBeGreaterThan(20);
    expect(attributed / zero).toBeGreaterThan(share);
    expect(wrong / attributed).toBeLessThanOrEqual(0.05);
  });
});

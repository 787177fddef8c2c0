import { scaled } from '../../src/gauntlet/scaled';
import { loadScenarioText } from '../../src/scenario/load';
import type { Scenario } from '../../src/scenario/scenario';

/** Every kind of span there is, as so many times a base of its own. */
function withSpans(times: number): Scenario {
  const ms = (base: number): string => `${base * times} ms`;
  const text = `
name: spans
title: 'Every span there is'
persona: plain
states: { grey: sender+recipient }
server:
  policies:
    idleTimeout: ${ms(1000)}
    connections: { rate: { messages: 3, per: ${ms(2000)} } }
  closed: { for: ${ms(300)} }
  listen: { after: ${ms(400)} }
  path: [{ latency: 20 ms }]
rules:
  - { on: RCPT, when: { not: { state: { grey: '>= ${ms(500)}' } } }, set: { state: grey }, reply: '450 Later' }
  - { on: MAIL, hold: { until: RCPT, atMost: ${ms(600)} }, reply: '250 OK' }
  - { on: EHLO, do: [{ wait: ${ms(700)} }, { reply: 250, dribble: { octets: 1, every: ${ms(80)} } }] }
  - { on: HELP, do: [{ raw: "214 x\\r\\n", as: 214, dribble: { octets: 1, every: ${ms(90)} } }] }
  - { on: NOOP, do: [{ deaf: ${ms(100)} }, { mute: ${ms(200)} }] }
  - { on: idle, after: ${ms(1100)}, every: ${ms(1200)}, reply: '421 Bye' }
  - { on: content, after: 4 KB, do: [mute] }
connections:
  - [{ on: QUIT, delay: ${ms(1300)}, reply: 221 }]
window: ${ms(1400)}
`;
  return loadScenarioText(text, 'spans.yaml');
}

test('every span of the scenario is multiplied, octets and the path are not', () => {
  expect(scaled(withSpans(10), 0.1)).toEqual(withSpans(1));
  expect(withSpans(10)).not.toEqual(withSpans(1));
});

test('what the client asked for is multiplied when it is known', () => {
  const asked = loadScenarioText(
    `
name: asked
title: 'It waits as long as it is told'
persona: plain
rules:
  - { on: NOOP, when: { argument: '/(?<long>\\d+)/' }, do: [{ wait: '{long} s' }, { reply: 250 }] }
`,
    'asked.yaml',
  );
  const [wait] = scaled(asked, 0.1).rules[0]?.steps ?? [];
  expect(wait).toMatchObject({ step: 'wait', ms: { captured: { name: 'long', factor: 100 } } });
});

test('real time changes nothing', () => {
  const scenario = withSpans(1);
  expect(scaled(scenario, 1)).toBe(scenario);
});

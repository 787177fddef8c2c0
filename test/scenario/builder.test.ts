// Scenarios in code: the same values as from a file, the same refusals, and nothing shared between two builds.

import { PLAIN_HABITS } from '../../src/scenario/assemble';
import { scenario } from '../../src/scenario/builder';
import type { Scenario } from '../../src/scenario/scenario';
import { problemsOf, read } from './reading';

/** Places and names differ between a file and code; everything else must not. */
function withoutPlaces({ rules, ...others }: Scenario): unknown {
  return { ...others, rules: rules.map((rule) => ({ ...rule, at: null })) };
}

test('code and file mean the same', () => {
  const built = scenario('case')
    .title('A busy server')
    .persona('domino-6.5')
    .server({ hostname: 'a.example', extensions: ['SIZE', 'STARTTLS'], policies: { size: '10 MB' } })
    .path([{ latency: '20 ms' }, 'pix-fixup'])
    .states({ grey: 'peer' })
    .submit({ to: 'a@example.com', content: 'dots' })
    .expect({ obligations: ['no-retry-after-5yz'], messages: 0 })
    .patience('minutes')
    .window('30 s')
    .tags('a', 'b')
    .sender('ratware')
    .on('RCPT', { recipient: /x/i, not: { sender: /y/ }, state: { grey: '>= 5 s' } })
    .delay('1 s..2 s')
    .reply(550, { dribble: '1 s' })
    .times(2)
    .per('connection')
    .id('mine')
    .on(['MAIL', 'EHLO'])
    .set({ state: 'grey' })
    .pass()
    .on('content')
    .after('4 KB')
    .hold({ lines: 2 })
    .raw({ hex: '0d0a' }, { as: 250 })
    .next('swallow')
    .on('idle')
    .after('5 s')
    .every('1 s')
    .probability(0.5)
    .uncounted()
    .reply(['421 bye', 250])
    .reset()
    .on('any')
    .mute('3 s')
    .close()
    .build(() => PLAIN_HABITS);
  const text = `
name: case
title: A busy server
persona: domino-6.5
server: { hostname: a.example, extensions: [SIZE, STARTTLS], policies: { size: 10 MB } }
path: [{ latency: 20 ms }, pix-fixup]
states: { grey: peer }
submit: { to: a@example.com, content: dots }
expect: { obligations: [no-retry-after-5yz], messages: 0 }
patience: minutes
window: 30 s
tags: [a, b]
sender: ratware
rules:
  - { on: RCPT, when: { recipient: /x/i, not: { sender: /y/ }, state: { grey: ">= 5 s" } }, delay: 1 s..2 s, reply: 550, dribble: 1 s, times: 2, per: connection, id: mine }
  - { on: [MAIL, EHLO], set: { state: grey }, pass: true }
  - { on: content, after: 4 KB, hold: { lines: 2 }, raw: { hex: 0d0a }, as: 250, then: swallow }
  - { on: idle, after: 5 s, every: 1 s, probability: 0.5, counts: false, reply: ["421 bye", 250], then: reset }
  - { on: any, do: [{ mute: 3 s }], then: close }
`;
  expect(built).toEqual(withoutPlaces(read(text)));
});

test('every step has a method, in the order of the calls', () => {
  const { rules } = scenario()
    .on('RCPT')
    .reply('450 a')
    .delay('1 s')
    .raw(Buffer.from([0xff, 0x0a]))
    .deaf('2 s')
    .ignore()
    .mute()
    .build();
  expect(rules[0]?.steps.map((step) => step.step)).toEqual(['reply', 'wait', 'raw', 'deaf', 'ignore', 'mute']);
  expect(rules[0]?.steps[2]).toEqual({ step: 'raw', octets: '\xff\n' });
});

test('a mistake is named with the rule and the key it is in', () => {
  expect(problemsOf(() => scenario('x').on('MAIL').reply(250).on('RCPT').reply('no').build())).toEqual([
    'scenario "x" built in code, rules.1.do.0.reply: the reply begins with "no"; expected a three-digit code and a blank; write e.g. "550 …", or use raw: for other octets',
  ]);
  expect(problemsOf(() => scenario('x').on('RCPT').build())[0]).toContain('rules.0: the rule does nothing');
  expect(problemsOf(() => scenario('x').on('RCPT').delay('3').reply(550).build())[0]).toContain(
    'the duration 3 has no unit',
  );
});

test('building twice gives the same, and a later rule is not in the earlier build', () => {
  const builder = scenario('x').on('MAIL').reply(250);
  const first = builder.build();
  expect(builder.build()).toEqual(first);
  builder.on('RCPT').reply(550);
  expect(first.rules).toHaveLength(1);
  expect(builder.build().rules).toHaveLength(2);
});

test('a builder can be returned from an async function: it is not mistaken for a promise', async () => {
  const builder = scenario('x').on('MAIL').reply(250);
  expect(await (async () => builder)()).toBe(builder);
});

test('a built scenario is plain JSON', () => {
  const built = scenario('x').on('MAIL', { nth: '2..' }).reply(250).build();
  expect(JSON.parse(JSON.stringify(built))).toEqual(built);
});

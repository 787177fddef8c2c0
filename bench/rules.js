// What rules cost: the engine's time for a command that no rule names and for one that all of them name, with 1, 100 and
// 10,000 rules. In this process, without a socket. `node bench/rules.js`.
'use strict';

const { join } = require('node:path');
const { performance } = require('node:perf_hooks');
const { table } = require('./figures');
const { SCENARIOS } = require('./servers/scenarios');

const load = (name) => require(join(__dirname, '..', 'dist', name));
const { compileServer } = load('scenario/compile');
const { step } = load('scenario/engine');
const { loadPersona } = load('scenario/persona-load');
const { newSession } = load('scenario/session');
const { createWorld } = load('scenario/world');

const PEER = { address: '127.0.0.1', port: 40_000 };
const MOMENT = {
  now: 1000.5,
  wallClock: Date.now(),
  waiting: 0,
  pendingLines: [],
  lastReplySeq: 1,
  lastActivityAt: 1000.1,
  received: 100,
};
const ROUNDS = 5;
const ROUND_MS = 200;

const line = (text) => ({ kind: 'line', line: { text, terminator: 'CRLF', cut: false, firstSeq: 2 } });

/** Microseconds a step, the least of several rounds. */
function microseconds(run) {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now();
    let calls = 0;
    for (; performance.now() - from < ROUND_MS; calls++) run();
    least = Math.min(least, ((performance.now() - from) * 1000) / calls);
  }
  return least;
}

function measure(count) {
  const from = performance.now();
  const built = SCENARIOS.rules(count).build();
  const compiled = compileServer(built, 0, loadPersona('domino-6.5'));
  const readyMs = performance.now() - from;
  const world = createWorld();
  const take = (session, input) => step(compiled, world, session, input, MOMENT).session;
  const opened = take(newSession(1, 1, PEER, PEER), { kind: 'opened', refusal: null });
  const mailed = take(take(opened, line('EHLO a.example')), line('MAIL FROM:<sender@example.com>'));
  return [
    String(count),
    microseconds(() => take(mailed, line('NOOP'))).toFixed(2),
    microseconds(() => take(mailed, line('RCPT TO:<somebody@example.com>'))).toFixed(2),
    readyMs.toFixed(0),
  ];
}

const head = ['rules on RCPT', 'NOOP, µs', 'RCPT, µs', 'made ready, ms'];
process.stdout.write(`${table([head, ...[1, 100, 10_000].map(measure)])}\n`);

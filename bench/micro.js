// One figure per function of the hot path: nanoseconds a call, the least of several rounds, since whatever disturbs a round
// only makes it longer. `node bench/micro.js [words of the name]`. For comparing two states of the code on one machine.
'use strict';

const path = require('node:path');
const { performance } = require('node:perf_hooks');

const DIST = process.env.DIST ?? path.join(__dirname, '..', 'dist');
const load = (name) => require(path.join(DIST, name));

const { compileServer } = load('scenario/compile');
const { scenario } = load('scenario/builder');
const { step } = load('scenario/engine');
const { loadPersona } = load('scenario/persona-load');
const { newSession } = load('scenario/session');
const { createWorld } = load('scenario/world');
const { commandEvent, replyEvent } = load('server/session-events');
const { parseCommand, parseMail } = load('smtp/command');
const { ContentMeter } = load('wire/content-meter');
const { systemClock } = load('wire/clock');
const { LineReader } = load('wire/line-reader');
const { MailDataReader } = load('wire/mail-data');
const { OctetQueue } = load('wire/octet-queue');
const { OctetSlab } = load('wire/octet-slab');
const { Trace, DEFAULT_TRACE_BOUNDS } = load('wire/trace');
const { createStatistics, countSession, count } = load('domino/statistics');

const ROUNDS = 7;
const ROUND_MS = 60;

let sink = 0;

/** Runs in bursts so that the clock costs nothing, until a round is full. */
function nanoseconds(run) {
  for (let warm = 0; warm < 20_000; warm++) sink += run() === undefined ? 0 : 1;
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    let calls = 0;
    const from = performance.now();
    let took = 0;
    while (took < ROUND_MS) {
      for (let burst = 0; burst < 200; burst++) sink += run() === undefined ? 0 : 1;
      calls += 200;
      took = performance.now() - from;
    }
    least = Math.min(least, (took * 1e6) / calls);
  }
  return least;
}

// --- what is measured --------------------------------------------------------------------------------------------

const MAIL = Buffer.from('MAIL FROM:<sender@example.com>\r\n', 'latin1');
const ARGUMENT = 'FROM:<sender@example.com>';
const LINE = `${'X'.repeat(78)}\r\n`;
const content = (octets) => Buffer.from(`${LINE.repeat(octets / LINE.length)}.\r\n`, 'latin1');
const MOMENT = {
  now: 1000.123,
  wallClock: Date.now(),
  waiting: 0,
  pendingLines: [],
  lastReplySeq: 1,
  lastActivityAt: 1000.1,
  received: 100,
};

const compiled = compileServer(scenario('micro').persona('domino-6.5').build(), 0, loadPersona('domino-6.5'));
const world = createWorld();
const take = (session, input) => step(compiled, world, session, input, MOMENT).session;
const line = (text) => ({ kind: 'line', line: { text, terminator: 'CRLF', cut: false, firstSeq: 2 } });
const PEER = { address: '127.0.0.1', port: 40_000 };
const opened = take(newSession(1, 1, PEER, PEER), { kind: 'opened', refusal: null });
const greeted = take(opened, line('EHLO client.example.com'));
const mailed = take(greeted, line('MAIL FROM:<sender@example.com>'));
const addressed = take(mailed, line('RCPT TO:<rcpt@example.com>'));
const receiving = take(addressed, line('DATA'));
const summary = new ContentMeter(true, 0).finish();

function aLine() {
  const queue = new OctetQueue();
  const reader = new LineReader(queue, 65_536);
  return () => {
    queue.push(MAIL, 1, 1);
    return reader.take('crlf');
  };
}

function mailData(octets) {
  const data = content(octets);
  return () => {
    const queue = new OctetQueue();
    const reader = new MailDataReader(Infinity);
    queue.push(data, 1, 1);
    reader.take(queue);
    return reader.finish(true);
  };
}

function meter(octets) {
  const data = content(octets).subarray(0, -3);
  return () => {
    const counting = new ContentMeter(true, 0);
    counting.feed(data);
    return counting.finish();
  };
}

const aCommand = {
  kind: 'line',
  text: 'MAIL FROM:<sender@example.com>',
  terminator: 'CRLF',
  offset: 0,
  length: 32,
  cut: false,
  firstSeq: 1,
  firstAt: 1.5,
  lastSeq: 1,
  lastAt: 1.5,
};
const STAMP = { seq: 1, at: 1.5 };
const aReply = {
  effect: 'reply',
  octets: '250 sender@example.com... Sender OK\r\n',
  code: 250,
  source: { kind: 'persona', situation: 'mail-ok' },
  answers: true,
  raw: false,
  as: null,
  dribble: null,
};

function recording() {
  const trace = new Trace(1, 0, systemClock(), { last: 0 }, DEFAULT_TRACE_BOUNDS, null);
  return () => trace.append(commandEvent(aCommand, 'MAIL', null, trace.stamp(1.5)));
}

function counting() {
  const session = countSession(createStatistics());
  const event = commandEvent(aCommand, 'MAIL', null, STAMP);
  return () => count(session, event);
}

function keeping(octets) {
  const slab = new OctetSlab();
  const read = Buffer.alloc(octets, 'x');
  return () => slab.keep(read);
}

const clock = systemClock();

const FUNCTIONS = {
  'engine: connect': () => take(newSession(1, 1, PEER, PEER), { kind: 'opened', refusal: null }),
  'engine: EHLO': () => take(opened, line('EHLO client.example.com')),
  'engine: MAIL': () => take(greeted, line('MAIL FROM:<sender@example.com>')),
  'engine: RCPT': () => take(mailed, line('RCPT TO:<rcpt@example.com>')),
  'engine: DATA': () => take(addressed, line('DATA')),
  'engine: end of data': () => take(receiving, { kind: 'message', summary }),
  'engine: NOOP': () => take(greeted, line('NOOP')),
  parseCommand: () => parseCommand('MAIL FROM:<sender@example.com>'),
  parseMail: () => parseMail(ARGUMENT),
  'a line from the queue': aLine(),
  'mail data, 4 KiB': mailData(4096),
  'mail data, 64 KiB': mailData(65_536),
  'content meter, 4 KiB': meter(4096),
  'content meter, 64 KiB': meter(65_536),
  'event of a command': () => commandEvent(aCommand, 'MAIL', null, STAMP),
  'event of a reply': () => replyEvent(aReply, 7, 0, 100, STAMP),
  'trace.append': recording(),
  'statistics of an event': counting(),
  'slab, 40 octets': keeping(40),
  'slab, 4 KiB': keeping(4096),
  'clock.now': () => clock.now(),
};

const words = process.argv.slice(2);
for (const [name, run] of Object.entries(FUNCTIONS)) {
  if (!words.every((word) => name.includes(word))) continue;
  process.stdout.write(`${name.padEnd(26)} ${nanoseconds(run).toFixed(0).padStart(8)} ns\n`);
}
if (sink < 0) process.exitCode = 1;

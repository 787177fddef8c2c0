// `npm run bench`: every server on this machine, in turns, under the same load. Prints a table per case and leaves the
// figures as JSON in bench/results/. Only ratios within one run say anything: the load generator shares the machine.
//
//   npm run bench -- [--quick] [--only new,reused] [--servers ours,smtp-sink] [--rounds 7] [--seconds 1.5]
'use strict';

const { execFileSync } = require('node:child_process');
const { mkdirSync, writeFileSync } = require('node:fs');
const os = require('node:os');
const { join } = require('node:path');
const { parseArgs } = require('node:util');
const { CASES } = require('./cases');
const { spread, summary, table } = require('./figures');
const { GENERATOR, send } = require('./load');
const { PEERS } = require('./peers');

const REFERENCE = 'smtp-sink';
const OURS = 'ours';
/** Rounds that are not counted: a runtime that compiles as it goes is not itself before. */
const WARM_UP_ROUNDS = 3;
/** Messages of the first run of those that tell how fast a server is, so that each of its rounds takes about as long. */
const PROBE_MESSAGES = 200;
const PROBE_OCTETS = 256 * 2 ** 20;
/** They go on, with twice as many messages each, until one takes this long: a runtime that compiles as it goes is then warm. */
const PROBE_SECONDS = 0.4;

function options() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: Object.keys(CASES).join(',') },
      servers: { type: 'string', default: '' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
    },
  });
  const names = values.only.split(',');
  const unknown = names.find((name) => CASES[name] === undefined);
  if (unknown !== undefined) {
    throw new Error(`no case "${unknown}"; expected some of ${Object.keys(CASES).join(', ')}`);
  }
  return {
    cases: names,
    servers: values.servers === '' ? null : values.servers.split(','),
    rounds: Number(values.rounds ?? (values.quick ? 3 : 7)),
    seconds: Number(values.seconds ?? (values.quick ? 0.5 : 1.5)),
  };
}

// --- one case ----------------------------------------------------------------------------------------------------

function workOf({ octets, sessions, reuse, recipients }, messages) {
  return { octets, sessions, reuse, recipients, messages: Math.max(2 * sessions, Math.round(messages)) };
}

/** How many messages fill a round: tried out on a process of its own, whose count is not used. */
async function probe(peer, load, seconds) {
  const running = await peer.start(Infinity);
  try {
    let work = workOf(load, Math.min(PROBE_MESSAGES, PROBE_OCTETS / load.octets));
    for (;;) {
      const took = await send(running.host, running.port, work);
      if (took >= PROBE_SECONDS) return workOf(load, (work.messages / took) * seconds);
      work = workOf(load, 2 * work.messages);
    }
  } finally {
    await running.child.stop();
  }
}

/** Starts a server with all that is known of it; the trouble it makes is its result. */
async function enter(peer, load, { rounds, seconds }) {
  const missing = peer.missing();
  if (missing !== null) return { peer, absent: missing };
  const lane = { peer, rounds: [] };
  try {
    lane.work = await probe(peer, load, seconds);
    lane.expected = lane.work.messages * (WARM_UP_ROUNDS + rounds);
    lane.running = await peer.start(lane.expected);
  } catch (error) {
    lane.trouble = `did not start: ${error.message}`;
  }
  return lane;
}

async function oneRound(lane, counts) {
  if (lane.running === undefined || lane.trouble !== undefined) return;
  const { child, host, port } = lane.running;
  try {
    const before = child.cpu();
    const seconds = await send(host, port, lane.work);
    const after = child.cpu();
    if (!counts) return;
    lane.rounds.push({
      rate: lane.work.messages / seconds,
      userUs: ((after.userMs - before.userMs) * 1000) / lane.work.messages,
      systemUs: ((after.systemMs - before.systemMs) * 1000) / lane.work.messages,
    });
  } catch (error) {
    lane.trouble = error.message;
  }
}

/** Messages are counted where they arrive: a server that lost one has not done the work it is compared by. */
async function leave(lane) {
  if (lane.running === undefined) return;
  const { child, messages } = lane.running;
  try {
    lane.peakKiB = child.memory().peakKiB;
    const taken = await messages();
    if (lane.trouble === undefined && taken !== lane.expected) {
      lane.trouble = `${lane.expected} messages were sent and ${taken} arrived`;
    }
  } catch (error) {
    lane.trouble ??= error.message;
  } finally {
    await child.stop();
  }
}

async function measure(name, settings) {
  const load = CASES[name];
  const wanted = PEERS.filter((peer) =>
    settings.servers === null ? load.wide || peer.widely : settings.servers.includes(peer.name),
  );
  const lanes = [];
  for (const peer of wanted) lanes.push(await enter(peer, load, settings));
  for (let round = 1 - WARM_UP_ROUNDS; round <= settings.rounds; round++) {
    // There and back again, so that what drifts does not always meet the same one.
    for (const lane of round % 2 === 0 ? lanes : [...lanes].reverse()) await oneRound(lane, round > 0);
    process.stderr.write(`\r${name}: round ${round} of ${settings.rounds} `);
  }
  process.stderr.write('\n');
  for (const lane of lanes) await leave(lane);
  return lanes.map((lane) => result(lane, lanes, load));
}

// --- what came of it ---------------------------------------------------------------------------------------------

/** Taken round by round, since the two compared then ran next to each other. Null when one of them did not run. */
function ratio(lane, other) {
  if (other?.rounds === undefined || other.trouble !== undefined) return null;
  return summary(other.rounds.map(({ rate }, round) => lane.rounds[round].rate / rate));
}

function result(lane, lanes, load) {
  const { peer, absent, trouble, rounds = [], work, peakKiB } = lane;
  if (absent !== undefined) return { server: peer.name, absent };
  if (trouble !== undefined) return { server: peer.name, trouble };
  const laneOf = (name) => lanes.find((other) => other.peer.name === name);
  const of = (figure) => summary(rounds.map((round) => round[figure]));
  return {
    server: peer.name,
    messagesPerRound: work.messages,
    messagesPerSecond: of('rate'),
    mebibytesPerSecond: (of('rate').median * load.octets) / 2 ** 20,
    toReference: ratio(lane, laneOf(REFERENCE)),
    oursToThis: laneOf(OURS)?.trouble === undefined && laneOf(OURS) !== undefined ? ratio(laneOf(OURS), lane) : null,
    userMicroseconds: of('userUs'),
    systemMicroseconds: of('systemUs'),
    peakMiB: peakKiB / 1024,
  };
}

const HEAD = [
  'server',
  'messages/s',
  'spread',
  'MiB/s',
  `× ${REFERENCE}`,
  'spread',
  `${OURS} × this`,
  'user µs',
  'system µs',
  'peak MiB',
];

function row(figures) {
  const { server, absent, trouble, messagesPerSecond: rate, mebibytesPerSecond, toReference, oursToThis } = figures;
  const note = absent ?? trouble;
  if (note !== undefined) return [`${server}: ${note}`, ...HEAD.slice(1).map(() => '')];
  const digits = rate.median < 100 ? 1 : 0;
  return [
    server,
    rate.median.toFixed(digits),
    spread(rate, digits),
    mebibytesPerSecond.toFixed(mebibytesPerSecond < 10 ? 1 : 0),
    toReference === null ? '' : toReference.median.toFixed(2),
    toReference === null ? '' : spread(toReference, 2),
    oursToThis === null ? '' : oursToThis.median.toFixed(2),
    figures.userMicroseconds.median.toFixed(0),
    figures.systemMicroseconds.median.toFixed(0),
    figures.peakMiB.toFixed(0),
  ];
}

function machine() {
  const [cpu] = os.cpus();
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: os.cpus().length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()}`,
    node: process.version,
    load: os.loadavg(),
    generator: GENERATOR,
    postfix: version('postconf', ['-h', 'mail_version']),
  };
}

function version(program, args) {
  try {
    return execFileSync(program, args, { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}

async function main() {
  const settings = options();
  const { cases, ...report } = settings;
  const record = { date: new Date().toISOString(), machine: machine(), settings: report, cases: {} };
  for (const name of cases) {
    const figures = await measure(name, settings);
    record.cases[name] = { ...CASES[name], figures };
    process.stdout.write(`\n${name}: ${CASES[name].title}\n\n${table([HEAD, ...figures.map(row)])}\n`);
    if (figures.some(({ trouble }) => trouble !== undefined)) process.exitCode = 1;
  }
  const folder = join(__dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${record.date.replaceAll(':', '-')}.json`);
  writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
  process.stdout.write(`\nfigures: ${file}\n`);
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
});

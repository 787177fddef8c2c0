// Many connections and large messages: what a connection costs that stalls and what it costs the others, whether memory stays
// where it is over connections one after another, and what a message costs that is not saved. One part after another:
//
//   node bench/scale.js [stalled] [tls] [serial] [huge] [--connections 10000] [--serial 200000] [--gibibytes 1,4]
//                       [--rounds 7] [--messages 10000] [--nightly]
//
// `--nightly`: a million connections one after another. Memory is the server's resident memory as /proc tells it, beyond the
// idle server that listens; nothing is collected for the occasion. Needs a limit on open files beyond the number of
// connections (ulimit -n), for the server as for the crowd.
'use strict';

const { fork } = require('node:child_process');
const { join } = require('node:path');
const { parseArgs } = require('node:util');
const { Child } = require('./child');
const { summary, spread, table } = require('./figures');
const { send } = require('./load');
const { STALLED_FROM } = require('./servers/scenarios');

const LOAD = { octets: 4096, sessions: 20, reuse: true, recipients: 1 };
/** Kept by a server that is filled up: from here on memory may not grow. */
const SERIAL_STEPS = 10;
const WATCH_MS = 100;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const mib = (kib) => (kib / 1024).toFixed(0);

async function startServer(scenario, kind = 'memory') {
  const child = new Child(process.execPath, [join(__dirname, 'servers', 'gauntlet.js'), kind, scenario]);
  const { listening } = await child.fact();
  return { child, ...listening };
}

/** Connections held open by a process of their own, so that they are not counted as ours. */
function stall({ host, port }, count, from, manner) {
  const crowd = fork(join(__dirname, 'crowd.js'), [host, String(port), String(count), manner, ...from]);
  const ready = new Promise((resolve, reject) => {
    crowd.once('message', resolve);
    crowd.once('exit', (code) => reject(new Error(`the crowd went home with code ${code}`)));
  });
  return { crowd, ready };
}

/** @returns messages a second, and the server's CPU time for each of them, µs */
async function deliver(server, messages) {
  const before = server.child.cpu();
  const seconds = await send(server.host, server.port, { ...LOAD, messages });
  const after = server.child.cpu();
  const cpuMs = after.userMs + after.systemMs - before.userMs - before.systemMs;
  return { rate: messages / seconds, cpuUs: (cpuMs * 1000) / messages };
}

const HEAD = ['connections that stall', 'how many', 'KiB each', 'CPU while they wait, %', 'opened in, s'];

/** What each costs, by the way it stalls: a new server for each, as it is after its start. */
async function costOfEach(scenario, name, from, connections, manner) {
  const server = await startServer(scenario);
  await sleep(500);
  const before = server.child.memory().nowKiB;
  const beganAt = performance.now();
  const { crowd, ready } = stall(server, connections, [from], manner);
  await ready;
  const opened = (performance.now() - beganAt) / 1000;
  const after = server.child.memory().nowKiB;
  const cpu = server.child.cpu();
  await sleep(5000);
  const waited = server.child.cpu();
  crowd.kill();
  await server.child.stop();
  const cpuShare = (waited.userMs + waited.systemMs - cpu.userMs - cpu.systemMs) / 50;
  return [
    name,
    String(connections),
    ((after - before) / connections).toFixed(1),
    cpuShare.toFixed(1),
    opened.toFixed(1),
  ];
}

/**
 * Two servers that were started and warmed up alike, one with the crowd and one without, loaded in turns: what else runs on
 * the machine meets both.
 */
async function othersBeside({ connections, rounds, messages }) {
  const [quiet, crowded] = [await startServer('stalls'), await startServer('stalls')];
  const warmUp = async (server) => {
    for (let round = 0; round < 3; round++) await deliver(server, messages);
  };
  for (const server of [quiet, crowded]) await warmUp(server);
  const { crowd, ready } = stall(crowded, connections, Object.values(STALLED_FROM), 'plain');
  await ready;
  const found = { quiet: [], crowded: [] };
  for (let round = 0; round < rounds; round++) {
    const turns = [
      ['quiet', quiet],
      ['crowded', crowded],
    ];
    for (const [name, server] of round % 2 === 0 ? turns : turns.reverse()) {
      found[name].push(await deliver(server, messages));
    }
  }
  crowd.kill();
  for (const { child } of [quiet, crowded]) await child.stop();
  const of = (figure, digits) => {
    const ratios = summary(found.crowded.map((round, index) => round[figure] / found.quiet[index][figure]));
    const [without, beside] = [found.quiet, found.crowded].map((rows) => summary(rows.map((row) => row[figure])));
    const cell = (numbers, places) => `${numbers.median.toFixed(places)} (${spread(numbers, places)})`;
    return [cell(without, digits), cell(beside, digits), cell(ratios, 2)];
  };
  return [
    ['20 others deliver', 'without a crowd', `beside ${connections} that stall`, 'ratio, round by round'],
    ['messages/s', ...of('rate', 0)],
    ['CPU time of a message, µs', ...of('cpuUs', 0)],
  ];
}

async function stalled(settings) {
  const rows = [];
  for (const [name, from] of Object.entries(STALLED_FROM)) {
    rows.push(await costOfEach('stalls', name, from, settings.connections, 'plain'));
  }
  return `${table([HEAD, ...rows])}\n\n${table(await othersBeside(settings))}`;
}

async function tls({ connections }) {
  const from = STALLED_FROM['black-hole'];
  const rows = [await costOfEach('stalls-tls', 'in TLS, black hole', from, connections, 'tls')];
  return table([HEAD, ...rows]);
}

/** Connections one after another, twenty at a time, one message each. */
async function serial({ serial: count }) {
  const server = await startServer('plain');
  const rows = [];
  let sent = 0;
  for (let step = 1; step <= SERIAL_STEPS; step++) {
    const messages = Math.round(count / SERIAL_STEPS);
    await send(server.host, server.port, { ...LOAD, reuse: false, messages });
    sent += messages;
    const { nowKiB, peakKiB } = server.child.memory();
    rows.push([String(sent), mib(nowKiB), mib(peakKiB)]);
  }
  const arrived = await server.child.messages();
  await server.child.stop();
  if (arrived !== sent) throw new Error(`${sent} messages were sent and ${arrived} arrived`);
  return table([['connections one after another', 'resident, MiB', 'peak, MiB'], ...rows]);
}

function streamOne({ host, port }, octets) {
  const beganAt = performance.now();
  const sender = fork(join(__dirname, 'stream-one.js'), [host, String(port), String(octets)]);
  return new Promise((resolve, reject) => {
    sender.once('exit', (code) => {
      if (code === 0) resolve((performance.now() - beganAt) / 1000);
      else reject(new Error(`the message was not delivered: the sender ended with code ${code}`));
    });
  });
}

/** One message of so many GiB to a server of its own, which keeps nothing of it; the most that was resident meanwhile. */
async function huge({ gibibytes }) {
  const rows = [];
  for (const size of gibibytes.split(',').map(Number)) {
    const server = await startServer('plain');
    await streamOne(server, 4096);
    const before = server.child.memory().nowKiB;
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, server.child.memory().nowKiB)), WATCH_MS);
    const took = await streamOne(server, size * 2 ** 30);
    clearInterval(watch);
    const arrived = await server.child.messages();
    await server.child.stop();
    if (arrived !== 2) throw new Error(`2 messages were sent and ${arrived} arrived`);
    rows.push([`${size} GiB`, mib(before), mib(most - before), ((size * 1024) / took).toFixed(0)]);
  }
  return table([['one message', 'resident before, MiB', 'most beyond it, MiB', 'MiB/s'], ...rows]);
}

const PARTS = { stalled, tls, serial, huge };

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      connections: { type: 'string', default: '10000' },
      serial: { type: 'string', default: '200000' },
      gibibytes: { type: 'string', default: '1,4' },
      rounds: { type: 'string', default: '7' },
      messages: { type: 'string', default: '10000' },
      nightly: { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.find((name) => PARTS[name] === undefined);
  if (unknown !== undefined) throw new Error(`no part "${unknown}"; expected some of ${Object.keys(PARTS).join(', ')}`);
  const settings = {
    connections: Number(values.connections),
    serial: values.nightly ? 1_000_000 : Number(values.serial),
    rounds: Number(values.rounds),
    messages: Number(values.messages),
    gibibytes: values.gibibytes,
  };
  for (const name of positionals.length === 0 ? Object.keys(PARTS) : positionals) {
    process.stdout.write(`${await PARTS[name](settings)}\n\n`);
  }
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  // Not by the exit code alone: a server that is still there would be waited for. It ends with our end of its input.
  process.exit(2);
});

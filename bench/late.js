// How late a delay is, under load: twenty clients ask for replies that are delayed while twenty others deliver.
//
//   node bench/late.js [--ms 100] [--replies 2000] [--no-load]
//
// Told twice: from the record (reply minus command, on the server's clock: what the server is answerable for) and as the
// client saw it, which has the lateness of the client's own process in it. A plain `net` server with nothing but
// setTimeout, in a process of its own, is asked at the same time: what the machine costs meets both.
'use strict';

const net = require('node:net');
const { join } = require('node:path');
const { performance } = require('node:perf_hooks');
const { parseArgs } = require('node:util');
const { Child } = require('./child');
const { table } = require('./figures');
const { send } = require('./load');
const { DELAYED_FROM } = require('./servers/scenarios');

const CLIENTS = 20;
const LOAD = { octets: 4096, sessions: 20, reuse: true, recipients: 1, messages: 5000 };

/** Asks so many times, one after another. @returns how long each reply took, ms */
function ask({ host, port }, times) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, localAddress: DELAYED_FROM, noDelay: true });
    const took = [];
    let askedAt = 0;
    socket.on('error', reject);
    socket.on('data', () => {
      if (askedAt !== 0) took.push(performance.now() - askedAt);
      if (took.length === times) {
        socket.destroy();
        resolve(took);
        return;
      }
      askedAt = performance.now();
      socket.write('NOOP\r\n');
    });
  });
}

async function start(program, ...args) {
  const child = new Child(process.execPath, [join(__dirname, 'servers', program), ...args]);
  const { listening } = await child.fact();
  return { child, ...listening };
}

const askAll = async (server, replies) =>
  (await Promise.all(Array.from({ length: CLIENTS }, () => ask(server, Math.ceil(replies / CLIENTS))))).flat();

function row(name, spans, ms) {
  const late = spans.map((span) => span - ms).sort((a, b) => a - b);
  const at = (share) => late[Math.min(late.length - 1, Math.floor(late.length * share))].toFixed(1);
  return [name, String(late.length), at(0), at(0.5), at(0.99), at(1)];
}

async function main() {
  const { values } = parseArgs({
    options: {
      ms: { type: 'string', default: '100' },
      replies: { type: 'string', default: '2000' },
      'no-load': { type: 'boolean', default: false },
    },
  });
  const ms = Number(values.ms);
  const ours = await start('gauntlet.js', 'lateness', 'delays', values.ms);
  const plain = await start('late-net.js', values.ms);
  // As it runs: compiled, and with as much on the record as it keeps.
  await send(ours.host, ours.port, LOAD);
  const enough = new AbortController();
  const loading = (async () => {
    while (!values['no-load'] && !enough.signal.aborted) await send(ours.host, ours.port, LOAD);
  })();
  const [seen, seenPlain] = await Promise.all([ours, plain].map((server) => askAll(server, Number(values.replies))));
  enough.abort();
  await loading;
  ours.child.process.stdin.write('facts\n');
  const { spans } = await ours.child.fact();
  await ours.child.stop();
  await plain.child.stop();
  const head = [`late by, ms, with a delay of ${ms} ms`, 'replies', 'earliest', 'median', '99 of 100', 'latest'];
  const rows = [
    row('on the record', spans, ms),
    row('as the client saw it', seen, ms),
    row('a net server with setTimeout, as the client saw it', seenPlain, ms),
  ];
  process.stdout.write(`${table([head, ...rows])}\n`);
  if (spans.some((span) => span < ms)) throw new Error('a reply came early');
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
});

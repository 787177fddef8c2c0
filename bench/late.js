// How late a delay is, under load: twenty clients ask for replies that are delayed by 100 ms while twenty others deliver.
// `node bench/late.js [--ms 100] [--replies 1000]`. Seen from the client, so its own lateness is in it.
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

async function main() {
  const { values } = parseArgs({
    options: { ms: { type: 'string', default: '100' }, replies: { type: 'string', default: '1000' } },
  });
  const ms = Number(values.ms);
  const child = new Child(process.execPath, [join(__dirname, 'servers', 'gauntlet.js'), 'memory', 'delays', values.ms]);
  const { listening } = await child.fact();
  const enough = new AbortController();
  const loading = (async () => {
    while (!enough.signal.aborted) await send(listening.host, listening.port, LOAD);
  })();
  const each = Math.ceil(Number(values.replies) / CLIENTS);
  const took = (await Promise.all(Array.from({ length: CLIENTS }, () => ask(listening, each)))).flat();
  enough.abort();
  await loading;
  await child.stop();
  const late = took.map((time) => time - ms).sort((a, b) => a - b);
  const at = (share) => `${late[Math.min(late.length - 1, Math.floor(late.length * share))].toFixed(1)} ms`;
  const rows = [
    ['replies', String(late.length)],
    ['earliest', at(0)],
    ['median', at(0.5)],
    ['99 of 100', at(0.99)],
    ['latest', at(1)],
  ];
  process.stdout.write(`${table([[`late by, with a delay of ${ms} ms`, ''], ...rows])}\n`);
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
});

// How the cost of a message grows: with sessions at once, with recipients, with octets, and with what is on the record already.
// `node bench/growth.js`. The server's CPU time for each message, user and system: it does not change with what
// else the machine does as a rate does.
'use strict';

const { join } = require('node:path');
const { Child } = require('./child');
const { table } = require('./figures');
const { send } = require('./load');

const USUAL = { octets: 4096, sessions: 20, reuse: true, recipients: 1 };
const SWEEPS = [
  ['sessions at once', 'sessions', [1, 10, 100, 1000], 20_000],
  ['recipients', 'recipients', [1, 10, 100, 1000], 10_000],
  ['octets', 'octets', [1024, 4096, 65_536, 1_048_576, 16_777_216], 20_000],
];
/** So that a large case does not take minutes: octets and recipients in all. */
const MOST = { octets: 2 ** 30, recipients: 200_000 };

async function startServer() {
  const child = new Child(process.execPath, [join(__dirname, 'servers', 'gauntlet.js'), 'memory']);
  const { listening } = await child.fact();
  return { child, ...listening };
}

async function microseconds({ child, host, port }, work) {
  const before = child.cpu();
  await send(host, port, work);
  const after = child.cpu();
  return ((after.userMs + after.systemMs - before.userMs - before.systemMs) * 1000) / work.messages;
}

async function sweep([title, what, values, most]) {
  const rows = [];
  for (const value of values) {
    const work = { ...USUAL, [what]: value };
    const messages = Math.min(most, MOST.octets / work.octets, MOST.recipients / work.recipients);
    const server = await startServer();
    const full = { ...work, messages: Math.max(2 * work.sessions, Math.floor(messages)) };
    await microseconds(server, full);
    const each = await microseconds(server, full);
    await server.child.stop();
    rows.push([String(value), each.toFixed(0), (each / (what === 'octets' ? value / 1024 : value)).toFixed(1)]);
  }
  return table([
    [title, 'CPU of a message, µs', what === 'octets' ? 'a KiB, µs' : `for each of the ${title}, µs`],
    ...rows,
  ]);
}

/** One server, the same load again and again: connections that have been there must cost nothing. */
async function overTime() {
  const server = await startServer();
  const rows = [];
  const work = { ...USUAL, messages: 20_000 };
  for (let sent = 0; sent < 200_000; sent += work.messages) {
    const each = await microseconds(server, work);
    if (sent % 40_000 === 0) rows.push([String(sent), each.toFixed(0)]);
  }
  await server.child.stop();
  return table([['messages before', 'CPU of a message, µs'], ...rows]);
}

async function main() {
  for (const each of SWEEPS) process.stdout.write(`${await sweep(each)}\n\n`);
  process.stdout.write(`${await overTime()}\n`);
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
});

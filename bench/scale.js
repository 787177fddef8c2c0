// Many connections: how much memory each costs that stalls, what they cost the others, and whether memory stays where it is
// over connections one after another. `node bench/scale.js [--connections 2000] [--serial 20000] [--rounds 5]`; the figures
// of docs/performance.md are with 10000 and 200000. Needs a limit on open files beyond the number of connections.
'use strict';

const { fork } = require('node:child_process');
const { join } = require('node:path');
const { parseArgs } = require('node:util');
const { Child } = require('./child');
const { summary, spread, table } = require('./figures');
const { send } = require('./load');
const { STALLED_FROM } = require('./servers/scenarios');

const LOAD = { octets: 4096, sessions: 20, reuse: true, recipients: 1 };

async function startServer() {
  const child = new Child(process.execPath, [join(__dirname, 'servers', 'gauntlet.js'), 'memory', 'stalls']);
  const { listening } = await child.fact();
  return { child, ...listening };
}

/** Connections held open by a process of their own, so that they are not counted as ours. */
function stall(host, port, count) {
  const crowd = fork(join(__dirname, 'crowd.js'), [host, String(port), String(count), ...Object.values(STALLED_FROM)]);
  const ready = new Promise((resolve, reject) => {
    crowd.once('message', resolve);
    crowd.once('exit', (code) => reject(new Error(`the crowd went home with code ${code}`)));
  });
  return { crowd, ready };
}

async function rates(server, rounds, messages) {
  const found = [];
  for (let round = 0; round < rounds; round++) {
    found.push(messages / (await send(server.host, server.port, { ...LOAD, messages })));
  }
  return summary(found);
}

async function stalled({ connections, rounds, messages }) {
  const server = await startServer();
  // Warmed up first: what the server needs in any case is not what a connection costs.
  await rates(server, 3, messages);
  const undisturbed = await rates(server, rounds, messages);
  const before = server.child.memory().nowKiB;
  const { crowd, ready } = stall(server.host, server.port, connections);
  await ready;
  const after = server.child.memory().nowKiB;
  const disturbed = await rates(server, rounds, messages);
  crowd.kill();
  await server.child.stop();
  return [
    ['stalled connections', String(connections)],
    ['memory each, KiB', ((after - before) / connections).toFixed(1)],
    ['messages/s without them', `${undisturbed.median.toFixed(0)} (${spread(undisturbed, 0)})`],
    ['messages/s with them', `${disturbed.median.toFixed(0)} (${spread(disturbed, 0)})`],
    ['ratio', (disturbed.median / undisturbed.median).toFixed(2)],
  ];
}

async function oneAfterAnother({ serial }) {
  const server = await startServer();
  const rows = [];
  const steps = 5;
  for (let step = 1; step <= steps; step++) {
    const messages = Math.round(serial / steps);
    await send(server.host, server.port, { ...LOAD, reuse: false, messages });
    rows.push([`resident after ${step * messages}, MiB`, (server.child.memory().nowKiB / 1024).toFixed(0)]);
  }
  await server.child.stop();
  return rows;
}

async function main() {
  const { values } = parseArgs({
    options: {
      connections: { type: 'string', default: '2000' },
      serial: { type: 'string', default: '20000' },
      rounds: { type: 'string', default: '5' },
      messages: { type: 'string', default: '10000' },
    },
  });
  const settings = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
  const rows = [...(await stalled(settings)), ...(await oneAfterAnother(settings))];
  process.stdout.write(`${table([['many connections', ''], ...rows])}\n`);
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
});

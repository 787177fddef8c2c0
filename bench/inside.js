// What Domino's statistics and console log cost: CPU time (user and system, all threads) of one command beyond the same
// server without them. Three processes serve the same load in turns; what is compared are rounds that ran side by side.
//
//   npm run build && node bench/inside.js [--rounds 101] [--messages 1000] [--load new,reused]
'use strict';

const { join } = require('node:path');
const { parseArgs } = require('node:util');
const { Child } = require('./child');
const { spread, summary, table } = require('./figures');
const { send } = require('./load');

const KINDS = ['none', 'statistics', 'lines', 'log'];
const WARM_UP_ROUNDS = 15;
/** Commands of a message; the end of mail data, which is none, is not counted though it costs as much as one. */
const LOADS = {
  new: { octets: 1024, sessions: 20, recipients: 1, reuse: false, commands: 5 },
  reused: { octets: 1024, sessions: 20, recipients: 1, reuse: true, commands: 3 },
  alone: { octets: 1024, sessions: 1, recipients: 1, reuse: true, commands: 3 },
};

async function start(kind) {
  const child = new Child(process.execPath, [join(__dirname, 'servers', 'inside.js'), kind]);
  const { listening } = await child.fact();
  return { kind, child, listening, costs: [] };
}

/** @returns CPU time of the server per command, µs */
async function oneRound({ child, listening }, work) {
  const before = await child.ask();
  await send(listening.host, listening.port, work);
  const after = await child.ask();
  const taken = after.messages - before.messages;
  if (taken !== work.messages) throw new Error(`${work.messages} messages were sent and ${taken} arrived`);
  const used = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system;
  return used / (work.messages * work.commands);
}

async function measure(name, rounds, messages) {
  const work = { ...LOADS[name], messages };
  const lanes = [];
  for (const kind of KINDS) lanes.push(await start(kind));
  for (let round = 1 - WARM_UP_ROUNDS; round <= rounds; round++) {
    // There and back again, so that what drifts does not always meet the same one.
    for (const lane of round % 2 === 0 ? lanes : [...lanes].reverse()) {
      const cost = await oneRound(lane, work);
      if (round > 0) lane.costs.push(cost);
    }
    process.stderr.write(`\r${name}: round ${round} of ${rounds} `);
  }
  process.stderr.write('\n');
  for (const { child } of lanes) await child.stop();
  return lanes;
}

function rows(name, lanes) {
  const [without] = lanes;
  return lanes.map(({ kind, costs }) => {
    const whole = summary(costs);
    const beyond = summary(costs.map((cost, round) => cost - without.costs[round]));
    const difference = kind === 'none' ? ['', ''] : [beyond.median.toFixed(2), spread(beyond, 2)];
    return [`${name}: ${kind}`, whole.median.toFixed(2), spread(whole, 2), ...difference];
  });
}

async function main() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '101' },
      messages: { type: 'string', default: '1000' },
      load: { type: 'string', default: Object.keys(LOADS).join(',') },
    },
  });
  const lines = [];
  for (const name of values.load.split(',')) {
    if (LOADS[name] === undefined)
      throw new Error(`no load "${name}"; expected some of ${Object.keys(LOADS).join(', ')}`);
    lines.push(...rows(name, await measure(name, Number(values.rounds), Number(values.messages))));
  }
  const head = ['load: server', 'CPU µs a command', 'spread', 'beyond none', 'spread'];
  process.stdout.write(`${table([head, ...lines])}\n`);
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
});

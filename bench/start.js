// From process start to listening, as a ratio to `node -e 0`, in turns. `node bench/start.js [ROUNDS]`. Wall-clock time: on
// two cores a start uses both (the compiler's and the collector's threads).
'use strict';

const { spawn } = require('node:child_process');
const { join } = require('node:path');
const { performance } = require('node:perf_hooks');
const { spread, summary, table } = require('./figures');

const ROOT = join(__dirname, '..');
const CLI = join(ROOT, 'bin', 'smtp-gauntlet.js');
const LISTENING = /listening/;
const library = (scenario) =>
  `require(${JSON.stringify(ROOT)}).startMockServer(${JSON.stringify(scenario)}).then(() => console.log('listening'))`;

const STARTS = [
  { name: 'node -e 0', args: ['-e', '0'], until: null },
  {
    name: 'a net server that listens',
    args: ['-e', "require('net').createServer().listen(0, () => console.log('listening'))"],
    until: LISTENING,
  },
  { name: 'the library is loaded', args: ['-e', `require(${JSON.stringify(ROOT)})`], until: null },
  { name: 'startMockServer("plain")', args: ['-e', library('plain')], until: LISTENING },
  { name: 'smtp-gauntlet serve plain', args: [CLI, 'serve', 'plain', '-p', '0'], until: LISTENING },
  { name: 'smtp-gauntlet serve (with TLS)', args: [CLI, 'serve', '-p', '0'], until: LISTENING },
];

/** Milliseconds until it says so, or ends. */
function time({ args, until }) {
  return new Promise((resolve, reject) => {
    const beganAt = performance.now();
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const hear = (octets) => {
      said += octets;
      if (until?.test(said) !== true) return;
      resolve(performance.now() - beganAt);
      child.kill('SIGKILL');
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => {
      if (until === null && code === 0) resolve(performance.now() - beganAt);
      else reject(new Error(`it ended with code ${code}: ${said}`));
    });
  });
}

async function main() {
  const rounds = Number(process.argv[2] ?? 11);
  const took = STARTS.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, start] of STARTS.entries()) {
      const ms = await time(start);
      // The first round fills the file cache.
      if (round > 0) took[index].push(ms);
    }
  }
  const rows = STARTS.map(({ name }, index) => {
    const ratios = summary(took[index].map((ms, round) => ms / took[0][round]));
    return [name, summary(took[index]).median.toFixed(0), ratios.median.toFixed(1), spread(ratios, 1)];
  });
  process.stdout.write(`${table([['process start', 'ms', '× node -e 0', 'spread'], ...rows])}\n`);
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
});

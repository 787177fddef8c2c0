// Our own server with as much of Domino's inside as is asked for: `node inside.js KIND`. `none` neither counts nor logs: the
// desk is told of no event, which only a benchmark can want, so it is done here and not by an option of the server.
'use strict';

const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { startMockServer } = require('../../dist');
const { RotatingFile } = require('../../dist/cli/rotating-file');
const { DominoDesk } = require('../../dist/mock/domino-desk');
const { report } = require('./reporting');
const { SCENARIOS } = require('./scenarios');

const [, , kind = 'none'] = process.argv;

/** What `serve --log-file` writes to. */
function logFile() {
  const folder = mkdtempSync(join(tmpdir(), 'gauntlet-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const trouble = (reason) => process.stderr.write(`${reason}\n`);
  const file = new RotatingFile(join(folder, 'console.log'), { mostOctets: 10e6, kept: 5, trouble });
  return (line) => file.line(line);
}

const OPTIONS = {
  none: () => {
    DominoDesk.prototype.event = () => undefined;
    return {};
  },
  statistics: () => ({}),
  lines: () => ({ onLogLine: () => undefined }),
  log: () => ({ onLogLine: logFile() }),
};

async function main() {
  const options = OPTIONS[kind]();
  const server = await startMockServer(SCENARIOS.plain(), { keepContent: false, ...options });
  report(server, () => server.store.all().length + server.store.dropped);
}

void main();

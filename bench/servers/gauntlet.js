// Our own server, as built: `node gauntlet.js KIND [SCENARIO [NUMBER]]`. Kinds differ in what is kept of a dialogue, and
// where; the scenario, of scenarios.js, is one with the Domino 6.5 persona and no rules unless another is named. Accepted
// messages are counted by the server's own statistics.
'use strict';

const { createWriteStream, mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { startMockServer } = require('../../dist');
const { writeTraceLine } = require('../../dist/wire/trace-json');
const { report } = require('./reporting');
const { SCENARIOS } = require('./scenarios');

const [, , kind = 'memory', name = 'plain', number = '0'] = process.argv;

/** A folder of this process, gone when it is. */
function ownFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'gauntlet-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Every event as a line of JSON, behind one another in one file. */
function traceToDisk() {
  const file = createWriteStream(join(ownFolder(), 'trace.jsonl'));
  return { onEvent: (_trace, event) => void file.write(`${writeTraceLine(event)}\n`) };
}

/** Milliseconds between each NOOP and its reply. */
const spans = [];
const askedAt = new Map();

function noteSpan({ connection }, event) {
  if (event.type === 'command' && event.event === 'NOOP') askedAt.set(connection, event.at);
  if (event.type !== 'reply' || !askedAt.has(connection)) return;
  spans.push(event.at - askedAt.get(connection));
  askedAt.delete(connection);
}

const OPTIONS = {
  memory: () => ({}),
  bare: () => ({ traceBounds: { octets: 0, events: 4 }, keepContent: false, keptConnections: 0 }),
  lateness: () => ({ onEvent: noteSpan }),
  disk: traceToDisk,
  save: () => ({ save: ownFolder() }),
  'save-no-fsync': () => ({ save: ownFolder(), fsync: false }),
};

async function main() {
  const options = OPTIONS[kind];
  if (options === undefined) throw new Error(`no kind ${kind}; expected one of ${Object.keys(OPTIONS).join(', ')}`);
  const server = await startMockServer(SCENARIOS[name](Number(number)), options());
  report(
    server,
    () => server.desk.statistics.messagesProcessed,
    () => ({ spans }),
  );
}

void main();

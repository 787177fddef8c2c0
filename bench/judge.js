// How long judging takes: a record of 100,000 commands, as many connections and as one. `node bench/judge.js [COMMANDS]`.
'use strict';

const { join } = require('node:path');
const { performance } = require('node:perf_hooks');
const { table } = require('./figures');

const load = (name) => require(join(__dirname, '..', 'dist', name));
const { judgeTrial } = load('judge/judge');
const { readTraceText } = load('wire/trace-text');
const { TRIAL_SCHEMA_VERSION } = load('wire/trial-record');

const [, , commands = '100000'] = process.argv;

const GREETING = `S: 220 mx.example.com ESMTP
C: EHLO client.example
S: 250 mx.example.com
`;
const MESSAGE = `C: MAIL FROM:<a@client.example>
S: 250 Sender OK
C: RCPT TO:<b@example.com>
S: 250 Recipient OK
C: DATA
S: 354 go ahead
C: From: <a@client.example>
C: Message-ID: <1@client.example>
C:
C: text
C: .
S: 250 taken
`;
const GOODBYE = `C: QUIT
S: 221 Bye
`;
const COMMANDS_OF = { connection: 5, message: 3 };

function manyConnections(count) {
  const one = (_, index) =>
    `# connection ${index + 1} from 192.0.2.7:${1024 + (index % 60_000)}\n${GREETING}${MESSAGE}${GOODBYE}`;
  return Array.from({ length: Math.ceil(count / COMMANDS_OF.connection) }, one).join('');
}

function oneConnection(count) {
  return `${GREETING}${MESSAGE.repeat(Math.ceil((count - 2) / COMMANDS_OF.message))}${GOODBYE}`;
}

function trialOf(text) {
  const traces = readTraceText(text);
  const endedAt = Math.max(...traces.map(({ events }) => events.at(-1)?.at ?? 0).slice(-1000));
  return {
    schemaVersion: TRIAL_SCHEMA_VERSION,
    writtenBy: 'bench',
    startedAt: '2004-02-18T09:52:07.000Z',
    clockOrigin: '0',
    scenario: { name: 'bench', title: 'A long record' },
    seed: 1,
    windowMs: 30_000,
    timeScale: 1,
    client: { name: 'client', version: null, role: 'mta', capabilities: [] },
    submissions: [],
    outcomes: [],
    end: 'client-finished',
    endedAt,
    traces,
  };
}

function judged(name, text) {
  const record = trialOf(text);
  const seen = record.traces.reduce(
    (sum, { events }) => sum + events.filter(({ type }) => type === 'command').length,
    0,
  );
  const from = performance.now();
  const { verdicts } = judgeTrial(record, { rfc: 5321 });
  return [name, String(seen), String(verdicts.length), ((performance.now() - from) / 1000).toFixed(2)];
}

const count = Number(commands);
const rows = [judged('many connections', manyConnections(count)), judged('one connection', oneConnection(count))];
process.stdout.write(`${table([['record', 'commands', 'verdicts', 'seconds'], ...rows])}\n`);

// The servers that are measured beside each other: how each is started, and how the messages it has taken are counted on
// its side. One that is not installed is named as absent, never left out in silence.
'use strict';

const { execFileSync } = require('node:child_process');
const net = require('node:net');
const { join } = require('node:path');
const { tmpdir } = require('node:os');
const { Child, ServerTrouble } = require('./child');
const { sendOne } = require('./send-one');

/**
 * @typedef {object} Running
 * @property {Child} child
 * @property {string} host
 * @property {number} port
 * @property {() => Promise<number>} messages taken so far
 */

const HERE = (name) => join(__dirname, 'servers', name);

function onPath(program) {
  try {
    return execFileSync('/bin/sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}

/** A free port, for servers that cannot choose one themselves. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function listens(child, port) {
  for (;;) {
    const open = await new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.once('data', () => socket.end('QUIT\r\n') && resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
    });
    if (open) return;
    await child.inTime(new Promise((resolve) => setTimeout(resolve, 50)));
  }
}

/** A program that speaks as servers/reporting.js does. */
function ourProgram(command, args) {
  return async () => {
    const child = new Child(command, args);
    const { listening } = await child.fact();
    return { child, ...listening, messages: () => child.messages() };
  };
}

/**
 * smtp-sink counts without printing when it is told after how many messages to end: with one more than expected, it must
 * be there at the end, and go with the next message.
 */
async function startSink(expected) {
  const port = await freePort();
  const limit = expected === Infinity ? [] : ['-M', String(expected + 1)];
  const root = process.getuid() === 0 ? ['-u', 'nobody'] : [];
  const child = new Child('smtp-sink', [...root, ...limit, `127.0.0.1:${port}`, '1024']);
  await listens(child, port);
  const messages = async () => {
    if (child.process.exitCode !== null) return Infinity;
    await sendOne('127.0.0.1', port);
    const patience = new Promise((resolve) => setTimeout(resolve, 2000, false));
    const ended = await Promise.race([child.gone.then(() => true), patience]);
    return ended ? expected : NaN;
  };
  return { child, host: '127.0.0.1', port, messages };
}

/** On the path, else where fetch-peers.sh puts it when it is not told otherwise. */
function maildev() {
  const fetched = join(tmpdir(), 'smtp-gauntlet-bench-peers', 'node_modules', '.bin', 'maildev');
  return onPath('maildev') ?? onPath(fetched);
}

async function startMaildev() {
  const [smtp, web] = [await freePort(), await freePort()];
  const child = new Child(maildev(), ['--silent', '--ip', '127.0.0.1', '-s', String(smtp), '-w', String(web)]);
  await listens(child, smtp);
  // Version 3 has it under /api, those before it have not.
  const count = async () => {
    for (const path of ['api/email', 'email']) {
      const answer = await fetch(`http://127.0.0.1:${web}/${path}`);
      if (answer.ok) return (await answer.json()).length;
    }
    return NaN;
  };
  const before = await count();
  const messages = async () => (await count()) - before;
  return { child, host: '127.0.0.1', port: smtp, messages };
}

const always = () => null;
const ours = (kind) => ourProgram(process.execPath, [HERE('gauntlet.js'), kind]);

function needsProgram(program) {
  return () => (onPath(program) === null ? `${program} is not installed` : null);
}

function needsAiosmtpd() {
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import aiosmtpd'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'aiosmtpd is not installed for /usr/bin/python3 (. bench/fetch-peers.sh)';
  }
}

/** In the order of the table. `missing` says why it cannot be measured, or null; `widely` whether in every case. */
const PEERS = [
  { name: 'smtp-sink', missing: needsProgram('smtp-sink'), start: startSink, widely: true },
  { name: 'ours', missing: always, start: ours('memory'), widely: true },
  { name: 'ours bare', missing: always, start: ours('bare'), widely: true },
  { name: 'ours trace to disk', missing: always, start: ours('disk'), widely: false },
  { name: 'ours --save', missing: always, start: ours('save'), widely: false },
  { name: 'ours --save --no-fsync', missing: always, start: ours('save-no-fsync'), widely: false },
  { name: 'bare net server', missing: always, start: ourProgram(process.execPath, [HERE('bare.js')]), widely: true },
  {
    name: 'smtp-server without its delay',
    missing: always,
    start: ourProgram(process.execPath, [HERE('stock.js'), 'undelayed']),
    widely: true,
  },
  {
    name: 'smtp-server',
    missing: always,
    start: ourProgram(process.execPath, [HERE('stock.js'), 'delayed']),
    widely: false,
  },
  {
    name: 'aiosmtpd',
    missing: needsAiosmtpd,
    start: ourProgram('/usr/bin/python3', [HERE('aiosmtpd_server.py')]),
    widely: true,
  },
  {
    name: 'maildev',
    missing: () => (maildev() === null ? 'maildev is not installed (. bench/fetch-peers.sh)' : null),
    start: startMaildev,
    widely: false,
  },
];

module.exports = { PEERS, ServerTrouble, onPath };

// Puts load on a server and times it: by Postfix's smtp-source, else by our own sender, each in a process of its own.
'use strict';

const { spawn } = require('node:child_process');
const { join } = require('node:path');
const { performance } = require('node:perf_hooks');
const { onPath } = require('./peers');

const GENERATOR = onPath('smtp-source') === null ? 'bench/sender.js' : 'smtp-source';

/**
 * @typedef {object} Work
 * @property {number} messages in all
 * @property {number} octets of one message
 * @property {number} sessions at once
 * @property {boolean} reuse whether a connection carries many messages
 * @property {number} recipients of one message
 */

function commandFor(host, port, work) {
  const { messages, octets, sessions, reuse, recipients } = work;
  if (GENERATOR !== 'smtp-source') {
    return [process.execPath, [join(__dirname, 'sender.js'), host, String(port), JSON.stringify(work)]];
  }
  const options = { '-s': sessions, '-m': messages, '-l': octets, '-r': recipients };
  return [
    'smtp-source',
    [
      ...Object.entries(options).flatMap(([option, value]) => [option, String(value)]),
      ...(reuse ? ['-d'] : []),
      ...['-f', 'sender@example.com', '-t', 'rcpt@example.com', `${host}:${port}`],
    ],
  ];
}

/**
 * @param {Work} work
 * @returns {Promise<number>} how long it took, seconds
 * @throws when the generator gave up
 */
function send(host, port, work) {
  const [command, args] = commandFor(host, port, work);
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (octets) => (said = (said + octets).slice(-500)));
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve((performance.now() - startedAt) / 1000);
      else reject(new Error(`the load generator gave up: ${said.trim()}`));
    });
  });
}

module.exports = { GENERATOR, send };

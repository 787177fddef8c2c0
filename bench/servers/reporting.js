// How a server under measurement talks to the harness: it says where it listens, and how many messages it has taken and
// how much CPU time it has used when it is asked (a line on standard input). Used by every server here that is our own program.
'use strict';

const readline = require('node:readline');

/**
 * @param {{host: string, port: number}} address
 * @param {() => number} messages taken so far
 * @param {() => object} facts whatever else can be asked for
 */
function report({ host, port }, messages, facts = () => ({})) {
  const say = (fact) => process.stdout.write(`${JSON.stringify(fact)}\n`);
  readline.createInterface({ input: process.stdin }).on('line', (question) => {
    say(question === 'facts' ? facts() : { messages: messages(), cpu: process.cpuUsage() });
  });
  process.stdin.on('end', () => process.exit());
  say({ listening: { host, port } });
}

module.exports = { report };

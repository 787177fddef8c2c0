// One small message to a server, and nothing measured: the last one that makes smtp-sink end.
'use strict';

const net = require('node:net');

const LINES = ['HELO bench', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA', '.', 'QUIT'];

/** Resolves when the server has answered the final dot, or is gone. */
function sendOne(host, port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, host);
    let next = 0;
    socket.on('data', () => {
      const line = LINES[next++];
      if (line !== undefined) socket.write(`${line}\r\n`);
      else socket.end();
    });
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
  });
}

module.exports = { sendOne };

// One message of any size, streamed: `node stream-one.js HOST PORT OCTETS`. smtp-source ends at 2 GiB, and sender.js makes a
// message before it sends it.
'use strict';

const net = require('node:net');

const [, , host, port, octets] = process.argv;
const PIECE = Buffer.from(`${'x'.repeat(78)}\r\n`.repeat(13_107), 'latin1');
const LINES = ['EHLO bench.example.com', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA'];

const socket = net.connect(Number(port), host);
let left = Number(octets);
let next = 0;

function stream() {
  while (left > 0) {
    const piece = left >= PIECE.length ? PIECE : PIECE.subarray(0, Math.ceil(left / 80) * 80);
    left -= piece.length;
    if (!socket.write(piece)) return;
  }
  socket.off('drain', stream);
  socket.write('.\r\n');
}

socket.on('data', (reply) => {
  const code = reply.toString('latin1', 0, 3);
  if (code === '354') {
    socket.on('drain', stream);
    stream();
  } else if (code >= '400') {
    process.stderr.write(reply);
    process.exit(1);
  } else if (next < LINES.length) socket.write(`${LINES[next++]}\r\n`);
  else if (code === '221') socket.end();
  else socket.write('QUIT\r\n');
});
socket.on('close', () => process.exit(left > 0 ? 1 : 0));

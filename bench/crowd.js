// Connections that are opened and then only stand there: `node crowd.js HOST PORT COUNT FROM…`. Each comes from one of the
// given addresses, in turn, says EHLO where it was greeted, and waits. Tells its parent when all of them stand.
'use strict';

const net = require('node:net');

const [, , host, port, count, ...addresses] = process.argv;
/** No more than this at once are being opened: the listening socket has a queue of 511. */
const AT_ONCE = 200;
const SETTLE_MS = 1000;

let opened = 0;
let standing = 0;

function open() {
  if (opened === Number(count)) return;
  const localAddress = addresses[opened++ % addresses.length];
  const socket = net.connect({ host, port: Number(port), localAddress });
  socket.once('connect', () => {
    standing++;
    open();
    if (standing === Number(count)) setTimeout(() => process.send({ standing }), SETTLE_MS);
  });
  socket.once('data', () => socket.write('EHLO crowd.example.com\r\n'));
  socket.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
}

for (let i = 0; i < AT_ONCE; i++) open();

// Connections that are opened and then only stand there: `node crowd.js HOST PORT COUNT plain|tls FROM…`. Each comes from one
// of the given addresses, in turn, says EHLO where it was greeted, and waits; with `tls` it says STARTTLS after that and waits
// behind the handshake. Tells its parent when all of them stand.
'use strict';

const net = require('node:net');
const tls = require('node:tls');

const [, , host, port, count, manner, ...addresses] = process.argv;
/** No more than this at once are being opened: the listening socket has a queue of 511. */
const AT_ONCE = 200;
const SETTLE_MS = 1000;
const HELLO = 'EHLO crowd.example.com\r\n';

let opened = 0;
let standing = 0;

function open() {
  if (opened === Number(count)) return;
  const localAddress = addresses[opened++ % addresses.length];
  const socket = net.connect({ host, port: Number(port), localAddress });
  socket.on('error', goHome);
  if (manner === 'tls') return secure(socket);
  socket.once('connect', stands);
  socket.once('data', () => socket.write(HELLO));
}

const CONTEXT = tls.createSecureContext();

/** The greeting, EHLO, STARTTLS, the handshake, and an EHLO inside. */
function secure(socket) {
  const lines = [HELLO, 'STARTTLS\r\n'];
  socket.on('data', () => {
    const line = lines.shift();
    if (line !== undefined) return socket.write(line);
    socket.removeAllListeners('data');
    const inside = tls.connect({ socket, secureContext: CONTEXT, rejectUnauthorized: false }, () => {
      inside.write(HELLO);
      stands();
    });
    inside.on('error', goHome);
    inside.resume();
  });
}

function stands() {
  standing++;
  open();
  if (standing === Number(count)) setTimeout(() => process.send({ standing }), SETTLE_MS);
}

function goHome(error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

for (let i = 0; i < AT_ONCE; i++) open();

// A `net` server that answers each read after so many milliseconds, by nothing but setTimeout: `node late-net.js MS`. What a
// delay is late by in it, the runtime and the machine are answerable for.
'use strict';

const net = require('node:net');
const { report } = require('./reporting');

const ms = Number(process.argv[2]);

const server = net.createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.write('220 late.example.com ESMTP\r\n');
  socket.on('data', () => setTimeout(() => socket.write('250 late\r\n'), ms));
});

server.listen({ port: 0, host: '127.0.0.1' }, () =>
  report({ host: '127.0.0.1', port: server.address().port }, () => 0),
);

// Our own load generator, for machines without Postfix's smtp-source: the same work, described by the same options.
// `node sender.js HOST PORT '{"messages":1000,"octets":4096,"sessions":20,"reuse":true,"recipients":1}'`. Ends with 1 when a
// server refuses anything.
'use strict';

const net = require('node:net');

const [, , host, port, work] = process.argv;
const { messages, octets, sessions, reuse, recipients } = JSON.parse(work);

const LINE = `${'X'.repeat(78)}\r\n`;
const HEADER = 'From: <sender@example.com>\r\nTo: <rcpt@example.com>\r\nSubject: load\r\n\r\n';

function makeContent() {
  const body = LINE.repeat(Math.ceil(octets / LINE.length)).slice(0, Math.max(0, octets - HEADER.length - 2));
  return Buffer.from(`${HEADER}${body}\r\n.\r\n`, 'latin1');
}

const content = makeContent();
const envelope = [
  'MAIL FROM:<sender@example.com>\r\n',
  ...Array.from({ length: recipients }, (_, index) => `RCPT TO:<${index}rcpt@example.com>\r\n`),
  'DATA\r\n',
  content,
];

let left = messages;
let done = 0;

function fail(why) {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}

/** One connection: greeting, EHLO, then the envelope again and again, or once. */
function session() {
  if (left === 0) return;
  left--;
  const socket = net.connect({ port: Number(port), host, noDelay: true });
  // The greeting is answered by EHLO, the reply to EHLO by the first line of the envelope.
  let at = -2;
  let reply = '';
  const next = () => {
    at++;
    if (at === -1) return socket.write('EHLO bench.example.com\r\n');
    if (at < envelope.length) return socket.write(envelope[at]);
    if (at > envelope.length) return socket.end();
    if (++done === messages) process.exitCode = 0;
    if (!reuse || left === 0) return socket.write('QUIT\r\n');
    left--;
    at = 0;
    return socket.write(envelope[at]);
  };
  socket.on('data', (received) => {
    reply += received.latin1Slice();
    if (!/^\d{3}(?: .*)?\r\n$/m.test(reply) || !reply.endsWith('\r\n')) return;
    if (reply.charCodeAt(0) > 0x33) fail(`refused: ${reply}`);
    reply = '';
    next();
  });
  socket.on('error', (error) => fail(error.message));
  socket.on('close', () => (at > envelope.length ? session() : fail('the server closed the connection')));
}

process.exitCode = 1;
for (let i = 0; i < sessions; i++) session();

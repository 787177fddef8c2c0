// The runtime's own limit: a `net` server that says what an SMTP client wants to hear and keeps nothing. It looks for
// the ends of lines and of mail data only, so what a mock server needs beyond this is what the mock costs.
'use strict';

const net = require('node:net');
const { report } = require('./reporting');

const END = Buffer.from('\r\n.\r\n', 'latin1');
const LF = 10;
const NOTHING = Buffer.alloc(0);
const REPLIES = new Map([
  ['DATA', '354 go ahead\r\n'],
  ['QUIT', '221 bye\r\n'],
]);

let messages = 0;

const server = net.createServer({ noDelay: true }, (socket) => {
  let inContent = false;
  let kept = NOTHING;
  socket.on('error', () => socket.destroy());
  socket.write('220 bare.example.com ESMTP\r\n', 'latin1');
  socket.on('data', (octets) => {
    let rest = kept.length === 0 ? octets : Buffer.concat([kept, octets]);
    for (;;) {
      const at = inContent ? rest.indexOf(END) : rest.indexOf(LF);
      if (at < 0) break;
      const verb = inContent ? '.' : rest.latin1Slice(0, 4);
      if (inContent) messages++;
      rest = rest.subarray(inContent ? at + END.length : at + 1);
      inContent = verb === 'DATA';
      socket.write(REPLIES.get(verb) ?? '250 ok\r\n', 'latin1');
      if (verb === 'QUIT') socket.end();
    }
    // The end of mail data may be split, so its last octets stay; a command line stays as a whole.
    kept = inContent ? rest.subarray(Math.max(0, rest.length - END.length + 1)) : rest;
  });
});

server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
  const { port } = server.address();
  report({ host: '127.0.0.1', port }, () => messages);
});

// The smtp-server package as it is: `node stock.js delayed`, and in a subclass that greets at once instead of after the
// 100 ms in which it looks for early talkers: `node stock.js undelayed`. It counts messages and keeps nothing.
'use strict';

const { SMTPServer } = require('smtp-server');
const { SMTPConnection } = require('smtp-server/lib/smtp-connection');
const { report } = require('./reporting');

class UndelayedConnection extends SMTPConnection {
  init() {
    this._setListeners(() => this.connectionReady());
  }
}

class UndelayedServer extends SMTPServer {
  connect(socket, socketOptions) {
    const connection = new UndelayedConnection(this, socket, socketOptions);
    this.connections.add(connection);
    connection.on('error', (error) => this._onError(error));
    connection.on('connect', (session) => this._onClientConnect(session));
    connection.init();
  }
}

let messages = 0;

const Kind = process.argv[2] === 'undelayed' ? UndelayedServer : SMTPServer;
const server = new Kind({
  logger: false,
  authOptional: true,
  disableReverseLookup: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  onData(stream, _session, done) {
    stream.resume();
    stream.on('end', () => {
      messages++;
      done();
    });
  },
});

// A client that goes away is its own affair; what is lost shows in the count.
server.on('error', () => undefined);
server.listen(0, '127.0.0.1', () => {
  report({ host: '127.0.0.1', port: server.server.address().port }, () => messages);
});

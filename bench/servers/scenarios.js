// The scenarios that are measured, by name: what gauntlet.js is told to be. Each takes one number.
'use strict';

const { scenario } = require('../../dist');

/** Whoever comes from these addresses is stalled in one way each; everybody else is served. All are loopback. */
const STALLED_FROM = { greeting: '127.0.0.2', tarpit: '127.0.0.3', 'black-hole': '127.0.0.4' };
/** Its commands are answered late; everybody else's at once. */
const DELAYED_FROM = '127.0.0.5';

const plain = () => scenario('bench').persona('domino-6.5');

const SCENARIOS = {
  plain,
  stalls: () =>
    plain()
      .on('connect', { peer: STALLED_FROM.greeting })
      .delay('1 h')
      .on('connect', { peer: STALLED_FROM.tarpit })
      .reply('220 slow.example.com ESMTP', { dribble: { octets: 1, every: '10 s' } })
      .on('EHLO', { peer: STALLED_FROM['black-hole'] })
      .mute(),
  'stalls-tls': () =>
    plain()
      .server({ extensions: ['SIZE', 'STARTTLS'] })
      .on('EHLO', { peer: STALLED_FROM['black-hole'], tls: true })
      .mute(),
  delays: (ms) => plain().on('NOOP', { peer: DELAYED_FROM }).delay(`${ms} ms`).reply('250 late'),
  rules: (count) => {
    let built = plain();
    for (let i = 0; i < count; i++) built = built.on('RCPT', { recipient: `nobody-${i}@*` }).reply(550);
    return built;
  },
};

module.exports = { DELAYED_FROM, SCENARIOS, STALLED_FROM };

// Blacklists and whitelists, DNS and private: their order, their actions, looked up at connect and answered at MAIL (A11).

import { greeted, lines, past, serve, type Played } from './play';

const policies = (text: string): string => `server: { policies: { ${text} } }`;
const mail = (played: Played): string => past(played.client('EHLO a\r\n')).client('MAIL FROM:<a@b>\r\n').said();
const connected = (text: string, peer = '192.0.2.7'): Played => serve(policies(text)).connect({ peer });

const LISTED = 'listed: [192.0.2.0/24]';

describe('the DNS blacklist', () => {
  test('greeting and EHLO are normal; MAIL is refused with the address and the site', () => {
    const played = connected(`dnsBlacklist: [{ site: bl.example, ${LISTED} }]`);
    played.server('220 mail.example.com ESMTP Service ready');
    expect(mail(played)).toBe('554 Mail from host 192.0.2.7 is not accepted, it is listed at bl.example\r\n');
    expect(played.replies().at(-1)).toBe('554 MAIL dnsBlacklist');
    expect(played.events('note')).toMatchObject([
      { fact: 'blacklisted', detail: '192.0.2.7 is listed at bl.example: reject' },
    ]);
  });

  test('%s in a message of its own is the address, then the site', () => {
    const message = `message: 'Your host %s was found in the DNS Blacklist at %s'`;
    const played = connected(`dnsBlacklist: [{ site: bl.example, ${LISTED}, ${message} }]`);
    expect(mail(played)).toBe('554 Your host 192.0.2.7 was found in the DNS Blacklist at bl.example\r\n');
  });

  test('braces in that message name nothing', () => {
    const played = connected(`dnsBlacklist: [{ site: bl.example, ${LISTED}, message: 'see {this} %s' }]`);
    expect(mail(played)).toBe('554 see {this} 192.0.2.7\r\n');
  });

  test.each(['log', 'tag'])('action %s notes it and takes the mail', (action) => {
    const played = connected(`dnsBlacklist: [{ site: bl.example, ${LISTED}, action: ${action} }]`);
    expect(mail(played)).toBe('250 OK\r\n');
    expect(played.events('note')).toMatchObject([{ fact: 'blacklisted', detail: expect.stringContaining(action) }]);
  });

  test('the first site that lists the peer ends the search', () => {
    const sites = `[{ site: one.example, listed: [198.51.100.1] }, { site: two.example, ${LISTED}, action: log }, { site: three.example, ${LISTED} }]`;
    const played = connected(`dnsBlacklist: ${sites}`);
    expect(mail(played)).toBe('250 OK\r\n');
    expect(played.events('note')).toMatchObject([{ detail: '192.0.2.7 is listed at two.example: log' }]);
  });

  test('IPv6 peers are not looked up', () => {
    const played = connected(`dnsBlacklist: [{ site: bl.example, listed: ['2001:db8::/32'] }]`, '2001:db8::1');
    expect(mail(played)).toBe('250 OK\r\n');
  });

  test('every MAIL of the connection is refused', () => {
    const played = past(connected(`dnsBlacklist: [{ site: bl.example, ${LISTED} }]`).client('EHLO a\r\n'));
    expect(played.client(lines('MAIL FROM:<a@b>', 'MAIL FROM:<a@b>')).codes()).toEqual([554, 554]);
  });
});

describe('real look-ups', () => {
  const RESOLVER = 'resolver: "127.0.0.1:5353"';

  test('are asked at connect, one per site, and MAIL waits for what matters', () => {
    const played = connected(`dnsBlacklist: [{ site: one.example, ${RESOLVER} }, { site: two.example, ${RESOLVER} }]`);
    expect([...played.questions.entries()]).toMatchObject([
      ['black:one.example', { ask: 'listed', address: '192.0.2.7', site: 'one.example' }],
      ['black:two.example', { ask: 'listed', site: 'two.example' }],
    ]);
    expect(mail(played)).toBe('');
    played.answer('black:two.example', true).server();
    played.answer('black:one.example', false);
    expect(played.codes()).toEqual([554]);
  });

  test('a hit of the first site needs no answer of the second', () => {
    const played = connected(`dnsBlacklist: [{ site: one.example, ${RESOLVER} }, { site: two.example, ${RESOLVER} }]`);
    played.answer('black:one.example', true);
    expect(mail(played)).toContain('one.example');
  });

  test('commands other than MAIL do not wait', () => {
    const played = past(connected(`dnsBlacklist: [{ site: one.example, ${RESOLVER} }]`));
    expect(played.client(lines('EHLO a', 'NOOP', 'RSET')).codes()).toEqual([250, 250, 250]);
  });

  test('a rule that answers MAIL does not wait either', () => {
    const scenario = `${policies(`dnsBlacklist: [{ site: one.example, ${RESOLVER} }]`)}\nrules: [{ on: MAIL, reply: '250 rule' }]`;
    greeted(scenario).client('MAIL FROM:<a@b>\r\n').server('250 rule');
  });

  test('IPv6 peers are not asked about', () => {
    expect(connected(`dnsBlacklist: [{ site: one.example, ${RESOLVER} }]`, '2001:db8::1').questions.size).toBe(0);
  });
});

describe('private lists', () => {
  test('a private blacklist refuses in words of its own', () => {
    const played = connected('privateBlacklist: { hosts: [192.0.2.7] }');
    expect(mail(played)).toBe('554 Mail from host 192.0.2.7 is not accepted, it is on our own list\r\n');
    expect(played.replies().at(-1)).toBe('554 MAIL privateBlacklist');
  });

  test('its message has one %s', () => {
    const played = connected(`privateBlacklist: { hosts: [192.0.2.7], message: 'Your host %s was blacklisted' }`);
    expect(mail(played)).toBe('554 Your host 192.0.2.7 was blacklisted\r\n');
  });

  test('action log takes the mail', () => {
    expect(mail(connected('privateBlacklist: { hosts: [192.0.2.7], action: log }'))).toBe('250 OK\r\n');
  });
});

describe('the order: private whitelist, private blacklist, DNS whitelist, DNS blacklist', () => {
  const PRIVATE_WHITE = 'privateWhitelist: { hosts: [192.0.2.7] }';
  const PRIVATE_BLACK = 'privateBlacklist: { hosts: [192.0.2.7] }';
  const DNS_WHITE = `dnsWhitelist: [{ site: wl.example, ${LISTED} }]`;
  const DNS_BLACK = `dnsBlacklist: [{ site: bl.example, ${LISTED} }]`;

  test.each([
    ['the private whitelist ends the search', [PRIVATE_WHITE, PRIVATE_BLACK, DNS_BLACK], '250'],
    ['the private blacklist goes before the DNS whitelist', [PRIVATE_BLACK, DNS_WHITE], '554'],
    ['the DNS whitelist goes before the DNS blacklist', [DNS_WHITE, DNS_BLACK], '250'],
    ['and last the DNS blacklist', [DNS_BLACK], '554'],
  ])('%s', (_what, lists, code) => {
    expect(mail(connected(lists.join(', '))).slice(0, 3)).toBe(code);
  });
});

test("Domino's words for a host on the list", () => {
  const played = serve(`persona: domino-6.5\n${policies(`dnsBlacklist: [{ site: bl.example, ${LISTED} }]`)}`).connect();
  expect(mail(played)).toBe('554 Connection denied based on policy reason.\r\n');
});

import { hostKey, linePatterns, recognise } from '../../src/domino/log-patterns';
import { LOG_WORDINGS } from '../../src/domino/log-wording';
import { fillTemplate, lineTemplate } from '../../src/domino/line-template';

const meaning = (text: string): string | undefined => recognise(text, linePatterns())?.pattern.means;

describe('the patterns of a log', () => {
  it.each([
    ['192.168.0.1 connected', 'connected'],
    ['mail.example.com (192.168.0.1) disconnected. 0 message[s] received', 'disconnected'],
    ['Originator: <originator>', 'originator'],
    ['Recipient: <recipient>', 'recipient'],
    ['Message 00364B87 (MessageID: <a@b>) received from 192.168.0.1 size 2320 bytes', 'message'],
    ['Message 00364B87 (MessageID: ) received from 192.168.0.1 size 2320 bytes', 'message'],
    ['Authentication failed for user guest ; connecting host 1.2.3.4', 'authentication-failed'],
    ['Authentication succeeded for user guest; connecting host 1.2.3.4', 'authenticated'],
    [
      'Connection from [185.143.223.110] rejected for policy reasons. IP address of connecting host not found in reverse DNS lookup.',
      'refused-host',
    ],
    ['Host 1.2.3.4 found in the DNS blacklist of bl.example.org', 'refused-blacklist'],
    ['Attempt to relay mail to <x@y> rejected for policy reasons. Something.', 'refused-relay'],
    ['Mail from spam@example.net rejected for policy reasons.', 'refused-sender'],
    ['Something new rejected for policy reasons', 'refused-other'],
    ['Started', 'restarted'],
    ['SSL handshake failed', 'tls-failed'],
  ])('%s', (text, means) => {
    expect(meaning(text)).toBe(means);
  });

  it.each(['Router has connected', '1.2.3.4 disconnected. some message[s] received', 'Hello', ' connected'])(
    'makes nothing of %j',
    (text) => {
      expect(meaning(text)).toBeUndefined();
    },
  );

  it('understands every line that the log writes for a session', () => {
    const values = {
      peer: 'mail.example.com (192.168.0.1)',
      address: '192.168.0.1',
      count: '3',
      size: '10',
      sender: '<a@b.example>',
      recipient: '<c@d.example>',
      site: 'bl.example.org',
    };
    for (const [id, { text, form }] of Object.entries(LOG_WORDINGS)) {
      if (form.startsWith('debug')) continue;
      const line = fillTemplate(lineTemplate(text), values);
      expect({ id, found: recognise(line, linePatterns())?.pattern.text }).toEqual({ id, found: text });
    }
  });

  it('takes the address out of a line whose words are not known', () => {
    expect(recognise('Host x (10.1.2.3) is in some blacklist', linePatterns())?.peer).toBe('10.1.2.3');
    expect(recognise('Blacklist hit for 2001:db8::25', linePatterns())?.peer).toBe('2001:db8::25');
    expect(recognise('Blacklist hit', linePatterns())?.peer).toBeNull();
  });

  it("tries a user's own patterns first", () => {
    const own = {
      text: '{peer} wurde abgewiesen: {why}',
      means: 'refused-sender',
      source: 'ours',
      confidence: 'seen',
    } as const;
    expect(recognise('1.2.3.4 wurde abgewiesen: Blacklist', linePatterns([own]))).toMatchObject({
      peer: '1.2.3.4',
      pattern: { means: 'refused-sender' },
    });
  });

  it('knows one host by its address, with a name or without', () => {
    expect(['192.168.0.1', 'mail.example.com (192.168.0.1)', '[192.168.0.1]'].map(hostKey)).toEqual(
      Array(3).fill('192.168.0.1'),
    );
  });
});

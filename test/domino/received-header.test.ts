import { receivedHeader, type ReceivedFacts } from '../../src/domino/received-header';
import type { CommandEvent } from '../../src/wire/trace-event';

const hello = (event: 'EHLO' | 'HELO', name: string): CommandEvent =>
  ({ type: 'command', event, line: `${event} ${name}` }) as CommandEvent;

const FACTS: ReceivedFacts = {
  hello: hello('EHLO', 'SZSMTP06'),
  peer: '10.30.3.20',
  host: 'mail.example.com',
  product: 'Lotus Domino',
  release: '8.5.3FP6',
  withVersion: true,
  date: { year: 2020, month: 5, day: 9, hour: 14, minute: 11, second: 37, hundredth: 49 },
  mailDate: 'Sat, 9 May 2020 14:11:37 +0000',
  number: 3_504_531,
};
const unfolded = (facts: Partial<ReceivedFacts>): string =>
  receivedHeader({ ...FACTS, ...facts }).replace(/\r\n +/g, ' ');

describe('the Received header', () => {
  it('has the words and blanks of a seen one', () => {
    expect(unfolded({})).toBe(
      'Received: from SZSMTP06 ([10.30.3.20]) by mail.example.com (Lotus Domino Release 8.5.3FP6) with ESMTP id 2020050914113749-3504531 ; Sat, 9 May 2020 14:11:37 +0000 \r\n',
    );
  });

  it('leaves the release out, and has a colon in release 5', () => {
    expect(unfolded({ withVersion: false })).toContain(' by mail.example.com with ESMTP id 2020050914113749-3504531 ;');
    expect(unfolded({ release: '5.0.12', number: 3312 })).toContain(' id 2020050914113749:3312 ;');
  });

  it('is one field whatever the client called itself', () => {
    const header = receivedHeader({ ...FACTS, hello: hello('HELO', 'a\r\n\x00\xff') });
    expect(header.split('\r\n').every((line, index) => index === 0 || line === '' || line.startsWith(' '))).toBe(true);
    expect(header).toContain('with SMTP id');
    expect(receivedHeader({ ...FACTS, hello: null })).toContain('from  ([10.30.3.20])');
  });
});

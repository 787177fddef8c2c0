import { advance, afterHandshake, currentOrLast, freshTransaction } from '../../src/smtp/transaction';
import type { Transaction } from '../../src/smtp/transaction';
import { EVENT_NAMES } from '../../src/smtp/vocabulary';

// The ladder: each rung is the one before plus one command that went well.
const greeted = advance(freshTransaction, 'EHLO', 250, { domain: 'client.example' });
const mailed = advance(greeted, 'MAIL', 250, { address: 'a@x.example', declaredSize: 1000, bodyParameter: '8BITMIME' });
const addressed = advance(mailed, 'RCPT', 250, { address: 'b@y.example' });
const chunked = advance(addressed, 'BDAT', 250, { last: false });

const none = {
  sender: null,
  recipients: [],
  attemptedSender: null,
  attemptedRecipients: 0,
  declaredSize: null,
  bodyParameter: null,
  viaBdat: false,
  failed: false,
};
const ended = { ...none, last: { sender: 'a@x.example', recipients: ['b@y.example'] } };

type Row = [string, Transaction, Parameters<typeof advance>[1], number, Parameters<typeof advance>[3], object];

const unchanged = (name: string, from: Transaction, event: Row[2], code: number, detail: Row[4] = {}): Row => [
  name,
  from,
  event,
  code,
  detail,
  from,
];

const ROWS: readonly Row[] = [
  ['EHLO 250 greets', freshTransaction, 'EHLO', 250, { domain: 'c' }, { ...none, hello: 'EHLO', heloName: 'c' }],
  ['HELO 250 greets, not for ESMTP', freshTransaction, 'HELO', 250, { domain: 'c' }, { hello: 'HELO', heloName: 'c' }],
  ['EHLO 299 greets', freshTransaction, 'EHLO', 299, { domain: 'c' }, { hello: 'EHLO' }],
  ['EHLO 250 resets the transaction', addressed, 'EHLO', 250, { domain: 'd' }, { ...ended, heloName: 'd' }],
  ['HELO 250 after EHLO falls back', greeted, 'HELO', 250, { domain: 'd' }, { hello: 'HELO', heloName: 'd' }],
  unchanged('EHLO 354 does not greet', freshTransaction, 'EHLO', 354, { domain: 'c' }),
  unchanged('EHLO 450 does not greet', freshTransaction, 'EHLO', 450, { domain: 'c' }),
  unchanged('EHLO 500 does not greet', freshTransaction, 'EHLO', 500, { domain: 'c' }),
  unchanged('a second EHLO refused leaves all as it was', addressed, 'EHLO', 503, { domain: 'd' }),

  ['MAIL 250 sets the sender', greeted, 'MAIL', 250, { address: 'a@b' }, { sender: 'a@b', attemptedSender: 'a@b' }],
  ['MAIL 250 takes the null path', greeted, 'MAIL', 250, { address: '' }, { sender: '', attemptedSender: '' }],
  ['MAIL 250 before EHLO counts', freshTransaction, 'MAIL', 250, { address: 'a@b' }, { hello: null, sender: 'a@b' }],
  ['MAIL 354 sets nothing', greeted, 'MAIL', 354, { address: 'a@b' }, { sender: null, attemptedSender: 'a@b' }],
  ['MAIL 451 sets nothing', greeted, 'MAIL', 451, { address: 'a@b' }, { sender: null, attemptedSender: 'a@b' }],
  ['MAIL 550 sets nothing', greeted, 'MAIL', 550, { address: 'a@b' }, { sender: null, last: null }],
  ['a nested MAIL 503 keeps the first sender', addressed, 'MAIL', 503, { address: 'n@n' }, { sender: 'a@x.example', recipients: ['b@y.example'], declaredSize: 1000 }], // prettier-ignore
  ['a nested MAIL 250 begins anew', addressed, 'MAIL', 250, { address: 'n@n' }, { ...ended, sender: 'n@n', attemptedSender: 'n@n' }], // prettier-ignore

  ['RCPT 250 adds', mailed, 'RCPT', 250, { address: 'b@y' }, { recipients: ['b@y'], attemptedRecipients: 1 }],
  ['RCPT 251 adds', mailed, 'RCPT', 251, { address: 'b@y' }, { recipients: ['b@y'] }],
  ['RCPT 250 adds behind the others', addressed, 'RCPT', 250, { address: 'c@y' }, { recipients: ['b@y.example', 'c@y'], attemptedRecipients: 2 }], // prettier-ignore
  ['RCPT 354 adds nothing', mailed, 'RCPT', 354, { address: 'b@y' }, { recipients: [], attemptedRecipients: 1 }],
  ['RCPT 450 adds nothing', mailed, 'RCPT', 450, { address: 'b@y' }, { recipients: [], attemptedRecipients: 1 }],
  ['RCPT 550 keeps those before', addressed, 'RCPT', 550, { address: 'c@y' }, { recipients: ['b@y.example'], attemptedRecipients: 2 }], // prettier-ignore
  ['RCPT 250 without MAIL adds all the same', greeted, 'RCPT', 250, { address: 'b@y' }, { sender: null, recipients: ['b@y'] }], // prettier-ignore

  unchanged('DATA 250 moves nothing here', addressed, 'DATA', 250),
  unchanged('DATA 354 moves nothing here', addressed, 'DATA', 354),
  unchanged('DATA 451 keeps the transaction', addressed, 'DATA', 451),
  unchanged('DATA 554 keeps the transaction', addressed, 'DATA', 554),

  [
    'BDAT 250 goes on',
    addressed,
    'BDAT',
    250,
    { last: false },
    { sender: 'a@x.example', viaBdat: true, failed: false },
  ],
  ['BDAT 354 goes on', addressed, 'BDAT', 354, { last: false }, { viaBdat: true, failed: false }],
  ['BDAT 451 fails the transaction', addressed, 'BDAT', 451, { last: false }, { sender: 'a@x.example', failed: true }],
  ['BDAT 554 fails the transaction', chunked, 'BDAT', 554, { last: false }, { viaBdat: true, failed: true }],
  ['a failed transaction stays so', { ...chunked, failed: true }, 'BDAT', 250, { last: false }, { failed: true }],
  ['BDAT LAST 250 ends it', chunked, 'BDAT', 250, { last: true }, ended],
  ['BDAT LAST 354 ends it', chunked, 'BDAT', 354, { last: true }, ended],
  ['BDAT LAST 554 ends it', chunked, 'BDAT', 554, { last: true }, ended],
  unchanged('BDAT without a size is no chunk', addressed, 'BDAT', 501),

  ['end-of-data 250 ends it', addressed, 'end-of-data', 250, {}, ended],
  ['end-of-data 354 ends it', addressed, 'end-of-data', 354, {}, ended],
  ['end-of-data 451 ends it', addressed, 'end-of-data', 451, {}, ended],
  ['end-of-data 554 ends it', addressed, 'end-of-data', 554, {}, ended],

  unchanged('AUTH 235 moves nothing here', addressed, 'AUTH', 235),
  unchanged('AUTH 334 moves nothing here', addressed, 'AUTH', 334),
  unchanged('AUTH 535 moves nothing here', addressed, 'AUTH', 535),
  unchanged('auth-response 235 moves nothing here', addressed, 'auth-response', 235),
  unchanged('STARTTLS 220 waits for the handshake', addressed, 'STARTTLS', 220),
  unchanged('STARTTLS 454 moves nothing', addressed, 'STARTTLS', 454),

  ['RSET 250 resets', addressed, 'RSET', 250, {}, { ...ended, hello: 'EHLO', heloName: 'client.example' }],
  ['RSET 250 after a chunk resets', { ...chunked, failed: true }, 'RSET', 250, {}, ended],
  ['RSET 221 resets', addressed, 'RSET', 221, {}, ended],
  unchanged('RSET 354 does not reset', addressed, 'RSET', 354),
  unchanged('RSET 421 does not reset', addressed, 'RSET', 421),
  unchanged('RSET 502 does not reset', addressed, 'RSET', 502),
  unchanged('an early reply to content leaves the end to the dot', addressed, 'content', 552),
  unchanged('QUIT 221 keeps what matchers ask for', addressed, 'QUIT', 221),
];

describe('state moves by the code that was sent', () => {
  test.each(ROWS)('%s', (_name, from, event, code, detail, expected) => {
    const before = structuredClone(from);
    const after = advance(from, event, code, detail);
    expect(after).toMatchObject(expected);
    expect(from).toEqual(before);
  });

  test.each(ROWS.filter((row) => row[1] === row[5]))('%s: the same value', (_name, from, event, code, detail) => {
    expect(advance(from, event, code, detail)).toBe(from);
  });

  test.each(EVENT_NAMES)('%s without a reply, or with a code of no class, moves nothing', (event) => {
    const detail = { domain: 'd', address: 'z@z', last: true };
    for (const code of [null, 99, 150, 600]) expect(advance(addressed, event, code, detail)).toBe(addressed);
  });
});

describe('what is kept of a transaction', () => {
  it('holds SIZE and BODY of the accepted MAIL until it is over', () => {
    expect(addressed).toMatchObject({ declaredSize: 1000, bodyParameter: '8BITMIME' });
    expect(advance(addressed, 'end-of-data', 250)).toMatchObject({ declaredSize: null, bodyParameter: null });
  });

  it('remembers the last one through resets without a transaction', () => {
    const done = advance(addressed, 'end-of-data', 250);
    const reset = advance(advance(done, 'RSET', 250), 'EHLO', 250, { domain: 'c' });
    expect(reset.last).toEqual(ended.last);
    expect(advance(reset, 'MAIL', 550, { address: 'z@z' }).last).toEqual(ended.last);
  });

  it('shows matchers the current transaction, else the last', () => {
    expect(currentOrLast(greeted)).toBeNull();
    expect(currentOrLast(addressed)).toBe(addressed);
    expect(currentOrLast(advance(addressed, 'end-of-data', 250))).toEqual(ended.last);
    expect(currentOrLast(advance(greeted, 'RCPT', 250, { address: 'b@y' }))?.recipients).toEqual(['b@y']);
  });

  it('is ungreeted and empty behind a TLS handshake', () => {
    expect(afterHandshake(addressed)).toEqual({ ...freshTransaction, last: ended.last });
  });
});

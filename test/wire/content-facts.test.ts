import { contentFacts, digestWithoutTraceHeaders, unstuff, withoutTerminator } from '../../src/wire/content-facts';
import { bytes } from './support';

describe('the final dot line', () => {
  it.each([
    ['a\r\n.\r\n', 'a\r\n'],
    ['.\r\n', ''],
    ['a\r\n', 'a\r\n'],
    ['a\n.\r\n', 'a\n.\r\n'],
    ['a.\r\n', 'a.\r\n'],
  ])('%j without it is %j', (raw, content) => {
    expect(withoutTerminator(bytes(raw)).toString('latin1')).toBe(content);
  });
});

it('takes one dot off each line that begins with one (RFC 5321 4.5.2)', () => {
  expect(unstuff(bytes('..a\r\n.b\r\nc.\r\n...\r\n')).toString('latin1')).toBe('.a\r\nb\r\nc.\r\n..\r\n');
});

it('counts over the octets on the wire', () => {
  expect(contentFacts(bytes('..a\r\nb\nc\r\r\n'))).toMatchObject({ lines: 2, stuffedDots: 1, bareLf: 1, bareCr: 1 });
});

describe('the digest without trace headers', () => {
  const message = 'From: a\r\nSubject: x\r\n\r\nReceived: is a word of the text\r\n';
  const digest = digestWithoutTraceHeaders(bytes(message));

  it.each([
    ['one hop', `Received: by mx;\r\n\tMon\r\n${message}`],
    ['two hops and a return path', `Return-Path: <a>\r\nReceived: one\r\nRECEIVED : two\r\n${message}`],
  ])('is the same after %s', (_, relayed) => {
    expect(digestWithoutTraceHeaders(bytes(relayed))).toBe(digest);
  });

  it('changes with any other header, and with the text', () => {
    expect(digestWithoutTraceHeaders(bytes(`X: y\r\n${message}`))).not.toBe(digest);
    expect(digestWithoutTraceHeaders(bytes(message.replace('Received: is', 'It is')))).not.toBe(digest);
  });
});

import { greeted, judged, withRecipient } from '../support';
import { HEADERS, sent, submittedAs } from './message';

const LINES = [...HEADERS, '', 'text', '.', '.x', '..', 'end'];
const STUFFED = [...HEADERS, '', 'text', '..', '..x', '...', 'end'];
const dotted = { submissions: [submittedAs(LINES)] };
const PLAIN = [...HEADERS, '', 'text'];
const plain = { submissions: [submittedAs(PLAIN)] };

function message(...lines: readonly string[]): string {
  return `${withRecipient()}${sent(...lines, '.')}S: 250 OK\n`;
}

describe('dot-stuffing', () => {
  const id = 'dot-stuffing';

  it('passes the message as submitted, stuffed dots taken off', () => {
    expect(judged(id, message(...STUFFED), dotted)).toMatchObject({
      verdict: 'pass',
      reason: 'The message is as submitted, with 3 of its dots stuffed.',
    });
  });

  it('does not count what a relay adds on top', () => {
    const relayed = message('Received: from x', '\tby y', 'Return-Path: <>', ...STUFFED);
    expect(judged(id, relayed, dotted).verdict).toBe('pass');
  });

  it('fails a line that begins with one dot', () => {
    expect(judged(id, message(...HEADERS, '', '.x'), plain)).toMatchObject({
      verdict: 'fail',
      reason: 'A line began with a dot that was not stuffed.',
    });
  });

  it('fails an end that came too early, with the rest as commands', () => {
    const early = `${withRecipient()}${sent(...HEADERS, '', 'text', '.', 'and more text', 'after it', '.')}S: 250 OK\nS: 500 ?\nS: 500 ?\nS: 500 ?`;
    const verdict = judged(id, early, dotted);
    expect(verdict).toMatchObject({
      verdict: 'fail',
      reason: 'The mail data ended at a dot that was not stuffed, and the rest came as commands.',
    });
    expect(verdict.evidence[0]?.text).toBe('C: and more text');
  });

  it('fails a message whose dots were not stuffed but look it', () => {
    const looks = { submissions: [submittedAs([...HEADERS, '', '..', 'end'])] };
    expect(judged(id, message(...HEADERS, '', '..', 'end'), looks)).toMatchObject({
      verdict: 'fail',
      reason: 'The message came as submitted, with no dot stuffed.',
    });
  });

  it('fails dots stuffed twice', () => {
    const once = { submissions: [submittedAs([...HEADERS, '', '.x', 'end'])] };
    expect(judged(id, message(...HEADERS, '', '...x', 'end'), once)).toMatchObject({
      verdict: 'fail',
      reason: 'The message has a dot too many where it was stuffed.',
    });
  });

  it('is inconclusive about stuffed dots of an unknown message', () => {
    expect(judged(id, message('Subject: x', '', '..'), plain).verdict).toBe('inconclusive');
  });

  it('does not apply where no line begins with a dot, nor to BDAT', () => {
    expect(judged(id, message(...PLAIN), plain).verdict).toBe('not-applicable');
    const chunk = `${greeted('CHUNKING')}C: MAIL FROM:<a@b.example>\nS: 250 OK\nC: RCPT TO:<c@d.example>\nS: 250 OK\nC: BDAT 3 LAST\nC\\| .\\r\\n\nS: 250 OK`;
    expect(judged(id, chunk).verdict).toBe('not-applicable');
  });

  it('does not take an end that was cut short for a dot unstuffed', () => {
    const cut = `${withRecipient()}C: DATA\nS: 354 go\nC\\: text\\r\\n.\\r\nC- RST`;
    expect(judged(id, cut, plain).verdict).toBe('not-applicable');
  });
});

describe('end-of-data-exact', () => {
  const id = 'end-of-data-exact';

  it('passes the dot right behind what was submitted', () => {
    expect(judged(id, message(...PLAIN), plain)).toMatchObject({
      verdict: 'pass',
      reason: 'The mail data ended by CRLF, dot, CRLF, right behind what was submitted.',
    });
  });

  it('passes a line end given to a message that had none', () => {
    expect(judged(id, message(...PLAIN), { submissions: [submittedAs(PLAIN, '')] }).verdict).toBe('pass');
  });

  it('fails an empty line that was added', () => {
    expect(judged(id, message(...PLAIN, ''), plain)).toMatchObject({
      verdict: 'fail',
      reason: 'An empty line that was not submitted came before the final dot.',
    });
  });

  it('fails an empty line behind a message that had no line end at all', () => {
    const bare = { submissions: [submittedAs(PLAIN, '')] };
    expect(judged(id, message(...PLAIN, ''), bare).verdict).toBe('fail');
  });

  it('fails a second dot', () => {
    const trace = `${withRecipient()}${sent(...PLAIN, '.', '.')}S: 250 OK\nS: 500 ?`;
    expect(judged(id, trace, plain)).toMatchObject({
      verdict: 'fail',
      reason: 'A second dot came behind the end of the mail data.',
    });
  });

  it('fails a message that never ends', () => {
    const trace = `${withRecipient()}${sent(...PLAIN)}+60s\nC- FIN`;
    expect(judged(id, trace, plain)).toMatchObject({
      verdict: 'fail',
      reason: expect.stringMatching(/^All \d+ octets of the message came, and never the final dot\.$/),
    });
  });

  it('fails a client that leaves in the middle', () => {
    const trace = `${withRecipient()}${sent(...HEADERS)}+1s\nC- FIN`;
    const verdict = judged(id, trace, plain);
    expect(verdict.verdict).toBe('fail');
    expect(verdict.reason).toMatch(/^It left 1 s after \d+ octets of mail data without the final dot\.$/);
    expect(verdict.evidence[0]?.text).toBe('C- FIN');
  });

  it('fails an end of bare LF, under the check of those', () => {
    const trace = `${withRecipient()}C: DATA\nS: 354 go\nC\\: text\\n.\\n\n+10s\nC- FIN`;
    expect(judged(id, trace, plain)).toMatchObject({
      verdict: 'fail',
      reason: 'The mail data ended with LF dot LF.',
      refersTo: 'no-bare-lf-cr',
    });
  });

  it.each([
    ['we had closed', 'S- FIN'],
    ['we had stopped reading', 'S! deaf\n+10s\nC- RST'],
    ['we had fallen silent', 'S! mute\n+10s\nC- FIN'],
    ['we had refused it in the middle', 'S? 552 too big\n+1s\nC- FIN'],
  ])('does not blame the client for leaving when %s', (_, end) => {
    expect(judged(id, `${withRecipient()}${sent(...HEADERS)}${end}`, plain).verdict).toBe('inconclusive');
  });

  it('is inconclusive about a message that cannot be compared', () => {
    expect(judged(id, message('Subject: x', '', 'text'), plain).verdict).toBe('inconclusive');
  });

  it('has no occasion without mail data', () => {
    expect(judged(id, withRecipient()).verdict).toBe('not-applicable');
  });
});

describe('rfc822-minimum', () => {
  const id = 'rfc822-minimum';

  it('passes a message with Date and From', () => {
    expect(judged(id, message(...PLAIN)).verdict).toBe('pass');
  });

  it('warns about nothing at all', () => {
    expect(judged(id, message())).toMatchObject({ verdict: 'warn', reason: 'The mail data were empty.' });
  });

  it('only tells of a missing header', () => {
    expect(judged(id, message('From: <a@b.example>', '', 'Date: in the text'))).toMatchObject({
      verdict: 'observed',
      reason: 'The message has no Date.',
    });
  });

  it('lets the lone dot for nobody be', () => {
    const trace = `${greeted('PIPELINING')}C: MAIL FROM:<a@b.example>\nC| RCPT TO:<c@d.example>\nC| DATA\nS: 250 OK\nS: 550 no\nS: 354 go\nC: .\nS: 554 no`;
    expect(judged(id, trace).verdict).toBe('not-applicable');
  });
});

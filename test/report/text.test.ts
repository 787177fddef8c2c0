import { updatedKnown } from '../../src/judge/known-findings';
import { reportText } from '../../src/report/text';
import { card, client, ran, said, unrun, verdict } from './cards';

const PLAIN = { color: false, width: 80 };

const FAIL = verdict('quit-before-close', 'broken', 'it closed the connection without QUIT', [
  said('C- FIN'),
  said('S: 554 no service'),
]);
const WARN = verdict('ehlo-first', 'broken', 'it began with HELO', [said('C: HELO client.example')]);
const KEPT = verdict('mail-syntax', 'pass', 'both were right');

const POSTFIX = client('postfix', [
  ran(
    'greeting-554',
    [
      WARN,
      FAIL,
      KEPT,
      verdict('greeting-554', 'broken', 'it left', [], { refersTo: 'quit-before-close' }),
      verdict('wait-for-greeting', 'not-applicable', 'no occasion'),
      verdict('idle-hang', 'observed', 'it stayed for 10 s'),
      verdict('timeout-mail', 'inconclusive', 'the trial ended first'),
      verdict('timeout-rcpt', 'inconclusive', 'the trial ended first'),
    ],
    { expectations: [{ met: false, detail: 'Expected 1 submitted message to be accepted; 0 came.' }] },
  ),
  unrun('starttls-strip', "can't use STARTTLS"),
  unrun('starttls-454', "can't use STARTTLS"),
  ran('silent', [], { end: 'never-connected' }),
]);

test('one client: findings first with their evidence, counts last', () => {
  expect(reportText(card([POSTFIX]), PLAIN)).toBe(`\
postfix 1.0 (MTA): 2 of 4 trials run, judged by RFC 5321, seed 7
----------------------------------------------------------------

FAIL  quit-before-close                 MUST     RFC 5321 4.1.1.10, 4.1.4
      Send QUIT before closing, also after an error.
      in greeting-554: It closed the connection without QUIT.
          C- FIN
          S: 554 no service

WARN  ehlo-first                        SHOULD   RFC 5321 2.2.1, 3.2, 4.1.1.1
      Open the session with EHLO.
      in greeting-554: It began with HELO.
          C: HELO client.example

UNMET greeting-554 expect[0]
      Expected 1 submitted message to be accepted; 0 came.

Broken as well, and counted once (1): greeting-554 (as quit-before-close)

Inconclusive (2)
  The trial ended first.
    timeout-mail, timeout-rcpt

Observed (1)
  idle-hang: It stayed for 10 s.

Passed (1): mail-syntax

Not run: can't use STARTTLS (2)
  starttls-strip, starttls-454
The client never connected (1)
  silent

postfix 1.0: 1 fail, 1 warn, 1 unmet, 1 counted elsewhere, 2 inconclusive, 1
  pass, 1 observed, 1 without occasion
`);
});

test('several clients: a matrix of what was not kept by all', () => {
  const exim = client('exim', [ran('greeting-554', [KEPT, verdict('ehlo-first', 'pass', 'it did')])], {
    version: null,
  });
  const text = reportText(card([POSTFIX, exim]), PLAIN);
  expect(text.slice(text.indexOf('All clients'))).toBe(`\
All clients

                                postfix 1.0 exim
greeting-554                    (ref)       -
ehlo-first                      warn        pass
quit-before-close               FAIL        -
timeout-mail                    open        -
timeout-rcpt                    open        -

2 more obligations were kept by every client that had the occasion. open =
inconclusive, seen = observed, (ref) = counted under another obligation, - = no
occasion.
`);
});

test('many clients are numbered, and the matrix goes on below', () => {
  const clients = Array.from({ length: 9 }, (_, index) => client(`sender-${index + 1}`, [ran('one', [FAIL])]));
  const text = reportText(card(clients), { color: false, width: 60 });
  expect(text).toContain('  [9] sender-9 1.0\n');
  expect(text).toContain(`${' '.repeat(32)}[1]   [2]   [3]   [4]\nquit-before-close               FAIL  FAIL`);
  expect(text).toContain(`${' '.repeat(32)}[9]\nquit-before-close               FAIL\n`);
});

test('a client that could not be run says why and nothing else', () => {
  const missing = client('swaks', [], { version: null, unavailable: 'not installed: Debian package swaks' });
  expect(reportText(card([missing]), PLAIN)).toBe(`\
swaks (MTA): 0 trials run, judged by RFC 5321, seed 7
-----------------------------------------------------
Could not be run: not installed: Debian package swaks
`);
});

test('known findings are marked, scaled ones too, and evidence of several connections is numbered', () => {
  const broken = verdict('quit-before-close', 'broken', 'it left', [said('C- FIN', 1), said('C- RST', 2)], {
    scaled: true,
  });
  const found = card([client('a', [ran('one', [broken])])], { timeScale: 0.1 });
  const text = reportText(found, { ...PLAIN, known: updatedKnown(null, found) });
  expect(text).toContain('Time was scaled by 0.1: every result is marked scaled.');
  expect(text).toContain('      Send QUIT before closing, also after an error. (scaled)\n');
  expect(text).toContain('      in one (known): It left.\n          #1 C- FIN\n          #2 C- RST\n');
});

test('beyond three trials the others are named, beyond four lines of evidence counted', () => {
  const evidence = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => said(`C: VRFY ${name}`));
  const broken = verdict('quit-before-close', 'broken', 'it left', evidence);
  const trials = ['one', 'two', 'three', 'four', 'five'].map((scenario) => ran(scenario, [broken]));
  const text = reportText(card([client('a', trials)]), PLAIN);
  expect(text).toContain('          C: VRFY d\n          … and 2 more\n');
  expect(text).toContain('      and in four, five\n');
  expect(text).not.toContain('in four:');
});

test('no line is wider than asked, whatever the client sent', () => {
  const long = verdict('quit-before-close', 'broken', `it said ${'x'.repeat(300)}`, [said(`C: ${'y'.repeat(300)}`)]);
  for (const width of [40, 80, 120]) {
    const lines = reportText(card([client('a', [ran('one', [long])]), POSTFIX]), { color: false, width }).split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width);
  }
});

test('escape sequences of a client never reach the terminal', () => {
  const evil = { met: false, detail: 'Expected QUIT; "\u001b]0;owned\u0007\u202e" stood there.' };
  const text = reportText(card([client('a', [ran('one', [], { expectations: [evil] })])]), PLAIN);
  expect(text).toContain('"\\x1B]0;owned\\x07\\u202E" stood there.');
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

test('colours change no column', () => {
  const colored = reportText(card([POSTFIX, POSTFIX]), { color: true, width: 80 });
  expect(colored).toContain('\u001b[1;31mFAIL  \u001b[0m');
  expect(colored.replace(/\u001b\[[\d;]*m/g, '')).toBe(reportText(card([POSTFIX, POSTFIX]), PLAIN));
});

test('a client that had to be stopped is told, one whose queue outlived the window is not', () => {
  const stopped = ran('one', [KEPT], { end: 'window-over', said: 'stopped before it had finished' });
  const queued = ran('two', [KEPT], { end: 'window-over' });
  expect(reportText(card([client('a', [stopped, queued])]), PLAIN)).toContain(
    '\n\nThe window was over (1)\n  one\n      in one: stopped before it had finished\n\n',
  );
});

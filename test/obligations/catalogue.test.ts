import {
  citationsUnder,
  formatCitation,
  levelUnder,
  nearestObligation,
  obligation,
  OBLIGATIONS,
} from '../../src/obligations/catalogue';
import type { Obligation, Phase } from '../../src/obligations/obligation';

/** What scenarios, known-findings files and reports rely on: the ids and their order. */
const IDS = [
  'wait-for-greeting',
  'greeting-multiline',
  'greeting-by-first-digit',
  'greeting-text-ignored',
  'greeting-554',
  'greeting-421',
  'silent-accept',
  'connect-refused-or-reset',
  'ehlo-first',
  'ehlo-fallback-same-connection',
  'ehlo-fallback-disconnect',
  'ehlo-4xx-not-helo',
  'ehlo-550-policy',
  'helo-no-extensions',
  'ehlo-multiline-parse',
  'ehlo-keywords-case-insensitive',
  'ehlo-unknown-keywords-ignored',
  'ehlo-arg-fqdn',
  'ehlo-literal-syntax',
  'rehello-resets',
  'reply-code-only',
  'reply-no-text',
  'reply-unknown-code-first-digit',
  'reply-out-of-range',
  'reply-multiline-any-command',
  'reply-multiline-mixed-codes',
  'reply-fragmented',
  'reply-coalesced-unsolicited',
  'reply-async-421',
  'reply-long-line',
  'reply-bare-lf',
  'reply-mangled-wrap',
  'reply-enhanced-code-mismatch',
  'no-pipelining-unless-advertised',
  'pipelining-stripped-midway',
  'pipeline-last-in-group',
  'pipeline-starttls-last',
  'pipeline-auth-last',
  'pipeline-bdat',
  'pipeline-check-all-replies',
  'pipeline-354-no-valid-rcpt',
  'pipeline-data-refused',
  'pipeline-window',
  'command-order',
  'mail-syntax',
  'mail-params-only-if-advertised',
  'mail-size-declared',
  'size-limit-respected',
  'size-552-handling',
  'size-452-handling',
  'mail-rejected-stops',
  'mail-5xx-not-cached',
  'mail-555-455',
  'null-sender-for-bounces',
  'envelope-case-preserved',
  'address-no-crlf-injection',
  'path-and-command-length',
  'rcpt-syntax',
  'rcpt-one-transaction',
  'rcpt-all-rejected-no-data',
  'rcpt-partial-accept',
  'rcpt-452-split',
  'rcpt-552-as-452',
  'rcpt-251-success',
  'rcpt-551-no-blind-redirect',
  'rcpt-252-259',
  'rcpt-556',
  'rcpt-postmaster',
  'dsn-params',
  'rcpt-duplicate',
  'no-content-before-354',
  'no-content-after-data-refused',
  'data-2xx-is-not-354',
  'data-no-args',
  'dot-stuffing',
  'end-of-data-exact',
  'no-bare-lf-cr',
  'no-smuggling-sequences',
  'line-length-998',
  'no-8bit-without-8bitmime',
  'body-8bitmime-declared',
  'bdat-only-if-chunking',
  'bdat-failure-stops',
  'smtputf8-gate',
  'headers-control-chars',
  'rfc822-minimum',
  'mid-data-reply',
  'data-block-timeout',
  'slow-reader-proportional',
  'dot-reply-timeout',
  'dot-4yz-retry',
  'dot-5yz-no-retry',
  'lost-after-dot',
  'early-dot-reply',
  'dot-split',
  'rset-after-failure',
  'rset-non-250',
  'quit-before-close',
  'quit-waits-for-221',
  'quit-non-221',
  'idle-hang',
  'connection-reuse',
  'half-close',
  'timeout-ehlo',
  'timeout-mail',
  'timeout-rcpt',
  'timeout-data-init',
  'timeout-then-quit',
  'timeout-starttls',
  'retry-after-4yz',
  'retry-not-immediate',
  'retry-interval-30min',
  'retry-backoff',
  'retry-gives-up-4-5d',
  'no-retry-after-5yz',
  'dead-host-cache',
  'mx-fallback',
  'mx-5yz-no-shopping',
  'single-copy-no-dup',
  'starttls-used-if-offered',
  'starttls-not-if-not-offered',
  'starttls-ehlo-again',
  'starttls-no-plaintext-after',
  'starttls-response-injection',
  'starttls-not-twice',
  'starttls-454',
  'starttls-handshake-fail',
  'tls-insufficient-quit',
  '530-must-starttls',
  'implicit-tls-465',
  'stripping-detected',
  'requiretls',
  'tls-required-no',
  'auth-only-if-offered',
  'auth-only-over-tls',
  'auth-once',
  'auth-initial-response',
  'auth-failure-bounded',
  'auth-layer-reehlo',
  'vrfy-expn-not-probed',
  'no-invented-verbs',
  'no-http-or-proxy',
  'trailing-junk-after-quit',
  'xclient-xforward-gate',
  'command-crlf',
  'ehlo-consistency',
];

const PHASE_SIZES: readonly (readonly [Phase, number])[] = [
  ['greeting', 8],
  ['hello', 12],
  ['replies', 13],
  ['pipelining', 11],
  ['mail', 13],
  ['rcpt', 13],
  ['content', 19],
  ['after-dot', 6],
  ['session', 8],
  ['timeouts', 6],
  ['retries', 10],
  ['tls', 14],
  ['auth', 6],
  ['hygiene', 7],
];

function named(id: string): Obligation {
  const entry = obligation(id);
  if (entry === undefined) throw new Error(`no obligation is called ${id}`);
  return entry;
}

function printed(id: string, rfc: 2821 | 5321): string[] {
  return citationsUnder(named(id), rfc).map(formatCitation);
}

describe('the catalogue', () => {
  test('holds 146 obligations, in the order of a session', () => {
    expect(OBLIGATIONS).toHaveLength(146);
    expect(OBLIGATIONS.map((entry) => entry.id)).toEqual(IDS);
  });

  test('uses no id twice', () => {
    expect(new Set(OBLIGATIONS.map((entry) => entry.id)).size).toBe(OBLIGATIONS.length);
  });

  test('keeps every phase together and whole', () => {
    const sizes = new Map<Phase, number>();
    for (const { phase } of OBLIGATIONS) sizes.set(phase, (sizes.get(phase) ?? 0) + 1);
    expect([...sizes]).toEqual(PHASE_SIZES);
    const changes = OBLIGATIONS.filter((entry, index) => entry.phase !== OBLIGATIONS[index - 1]?.phase);
    expect(changes).toHaveLength(PHASE_SIZES.length);
  });

  test.each(OBLIGATIONS)('$id has full sentences and a title that fits a line', (entry) => {
    for (const text of [entry.title, entry.provocation, entry.verdict]) {
      expect(text).toMatch(/^\S.*[^\s.]\.$/);
      expect(text).not.toMatch(/ {2}/);
    }
    expect(entry.title.length).toBeLessThan(110);
  });

  test.each(OBLIGATIONS)('$id cites a text for each MUST and SHOULD, under either RFC', (entry) => {
    for (const rfc of [2821, 5321] as const) {
      const level = levelUnder(entry, rfc);
      if (level !== 'MUST' && level !== 'SHOULD') continue;
      expect(citationsUnder(entry, rfc)).not.toHaveLength(0);
    }
  });

  test.each(OBLIGATIONS)('$id cites whole, different sections, each base text on its own side', (entry) => {
    const all = [...entry.sections, ...entry.sections2821];
    for (const { section } of all) expect(section).toMatch(/^\d+(\.\d+)*(\(\d\))?$/);
    expect(new Set(all.map(formatCitation)).size).toBe(all.length);
    expect(entry.sections.map((citation) => citation.rfc)).not.toContain(2821);
    expect(entry.sections2821.every((citation) => citation.rfc === 2821)).toBe(true);
  });

  test('says in level2821 only what differs', () => {
    const idle = OBLIGATIONS.filter((entry) => entry.level2821 === entry.level);
    expect(idle).toEqual([]);
  });

  test('refers in its texts only to ids that exist', () => {
    const references = OBLIGATIONS.flatMap((entry) => entry.verdict.match(/[a-z0-9]+(?:-[a-z0-9]+){2,}/g) ?? []);
    expect(references).toContain('quit-before-close');
    expect(references.filter((word) => obligation(word) === undefined)).toEqual([]);
  });

  test('binds by the retry section queueing clients alone', () => {
    const retries = OBLIGATIONS.filter((entry) => entry.phase === 'retries');
    expect(retries.every((entry) => entry.role === 'mta')).toBe(true);
    expect(named('quit-before-close').role).toBeUndefined();
  });

  test('has one entry that is about us and not about a client', () => {
    const fixtures = OBLIGATIONS.filter((entry) => entry.level === 'fixture');
    expect(fixtures.map((entry) => entry.id)).toEqual(['dot-split']);
  });
});

describe('obligation', () => {
  test('finds an entry by its id', () => {
    expect(obligation('dot-stuffing')?.phase).toBe('content');
  });

  test('does not guess', () => {
    expect(obligation('Dot-Stuffing')).toBeUndefined();
    expect(obligation('toString')).toBeUndefined();
  });
});

describe('nearestObligation', () => {
  test.each([
    ['dot-stufing', 'dot-stuffing'],
    ['quit-befor-close', 'quit-before-close'],
    ['no-retry-after-5xx', 'no-retry-after-5yz'],
    ['ehlo-fallback-same-conection', 'ehlo-fallback-same-connection'],
    ['rcpt-425-split', 'rcpt-452-split'],
  ])('takes %s for %s', (typed, meant) => {
    expect(nearestObligation(typed)).toBe(meant);
  });

  test('suggests nothing for a word that is none of ours', () => {
    expect(nearestObligation('postage-stamps')).toBeUndefined();
  });
});

describe('levelUnder', () => {
  test.each([
    ['a greeting of several lines', 'greeting-multiline', 'practice', 'MUST'],
    ['a greeting of 421', 'greeting-421', 'practice', 'SHOULD'],
    ['first digits beyond the classes', 'reply-out-of-range', 'practice', 'SHOULD'],
    ['a retry after 4yz to the dot', 'dot-4yz-retry', 'practice', 'SHOULD'],
    ['a repeat after 5yz to the dot', 'dot-5yz-no-retry', 'practice', 'SHOULD'],
    ['a repeat after any 5yz', 'no-retry-after-5yz', 'practice', 'SHOULD'],
    ['a repeat at another exchanger', 'mx-5yz-no-shopping', 'practice', 'SHOULD'],
    ['the queue of an MTA', 'retry-after-4yz', 'MUST', 'MUST'],
    ['the name in EHLO', 'ehlo-arg-fqdn', 'MUST', 'MUST'],
    ['leaving with QUIT', 'quit-before-close', 'MUST', 'MUST'],
    ['codes that came later', 'mail-555-455', 'practice', 'practice'],
    ['an extension', 'pipeline-check-all-replies', 'MUST', 'MUST'],
  ])('of %s', (_, id, under2821, under5321) => {
    expect(levelUnder(named(id), 2821)).toBe(under2821);
    expect(levelUnder(named(id), 5321)).toBe(under5321);
  });

  test('differs in nothing else', () => {
    const differing = OBLIGATIONS.filter((entry) => levelUnder(entry, 2821) !== levelUnder(entry, 5321));
    expect(differing).toHaveLength(7);
  });
});

describe('citationsUnder', () => {
  test('keeps the extensions under either base text', () => {
    expect(printed('no-pipelining-unless-advertised', 5321)).toEqual(['RFC 5321 4.3.1', 'RFC 2920 1', 'RFC 2920 3.1']);
    expect(printed('no-pipelining-unless-advertised', 2821)).toEqual(['RFC 2821 4.3.1', 'RFC 2920 1', 'RFC 2920 3.1']);
  });

  test('leaves out under 2821 what was written for 5321', () => {
    expect(printed('rcpt-556', 5321)).toEqual(['RFC 7504 4']);
    expect(printed('rcpt-556', 2821)).toEqual([]);
    expect(printed('line-length-998', 2821)).toEqual(['RFC 2821 4.5.3.1']);
  });

  test('is empty where nobody wrote it down', () => {
    expect(printed('rcpt-duplicate', 5321)).toEqual([]);
  });
});

// When a stall is a black hole, and when it is something else; and how either is told.

import type { MtuLabReport, MtuStep, MtuStepName } from '../../src/gauntlet/lab/lab-report';
import { mtuText } from '../../src/gauntlet/lab/mtu-text';
import { mtuVerdict } from '../../src/gauntlet/lab/mtu-verdict';

function flowed(name: MtuStepName): MtuStep {
  return {
    name,
    serverMtu: 1300,
    messageOctets: 64_000,
    client: { end: 'finished', exitCode: 0, outcome: 'accepted', words: '250 OK', endedAt: 40, stoppedAt: null },
    server: {
      connections: [{ at: 0, peerPort: 40001 }],
      handshake: null,
      goAhead: { at: 16, peerPort: 40001 },
      contentOctets: 64_003,
      accepted: [{ at: 30, peerPort: 40001, octets: 64_000, digest: 'abc' }],
      last: { at: 40, text: 'the connection was closed, by the client first' },
    },
    delivered: true,
    unchanged: true,
    gaveUpAt: null,
    retransmissions: [],
    kernel: null,
    counted: { tooBig: 0, icmp: 0, sentAgain: 0 },
    heal: null,
  };
}

function stalled(): MtuStep {
  const server = { ...flowed('stall').server, contentOctets: 0, accepted: [] };
  return {
    ...flowed('stall'),
    serverMtu: 1500,
    client: { end: 'timed-out', exitCode: null, outcome: 'unknown', words: 'stopped', endedAt: null, stoppedAt: 8016 },
    server: { ...server, last: { at: 16, text: 'said "354 Start mail input"' } },
    delivered: false,
    unchanged: false,
    retransmissions: [
      { count: 1, at: 239, rtoMs: 408, backoff: 1, unacked: 15, mss: 1448 },
      { count: 2, at: 668, rtoMs: 816, backoff: 2, unacked: 15, mss: 1448 },
    ],
    counted: { tooBig: 17, icmp: 0, sentAgain: 2 },
  };
}

function healed(): MtuStep {
  return {
    ...stalled(),
    client: flowed('stall').client,
    server: { ...stalled().server, accepted: [{ at: 6500, peerPort: 40001, octets: 64_000, digest: 'abc' }] },
    delivered: true,
    unchanged: true,
    counted: { tooBig: 18, icmp: 1, sentAgain: 40 },
    heal: { at: 4100, counted: { tooBig: 17, icmp: 0, sentAgain: 2 } },
  };
}

const verdict = (stall: MtuStep, mtuProbing = 0): ReturnType<typeof mtuVerdict> =>
  mtuVerdict([flowed('control'), flowed('short'), stall], mtuProbing);

test('control and short mail flow, full-size segments vanish, the kernel tries again: shown', () => {
  expect(verdict(stalled())).toMatchObject({ shown: true, healed: null });
  expect(verdict(stalled()).text).toMatch(/threw away 17 packets .* 2 of them new attempts/);
});

test('a control that fails proves that a stall would prove nothing', () => {
  const { shown, text } = mtuVerdict([{ ...stalled(), name: 'control' }], 0);
  expect(shown).toBe(false);
  expect(text).toMatch(/^The control failed: .*the last thing the server saw or did: said "354 Start mail input"/);
});

test('a short mail that does not pass is no black hole of that kind', () => {
  expect(mtuVerdict([flowed('control'), { ...stalled(), name: 'short' }], 0)).toMatchObject({ shown: false });
});

test.each<[string, Partial<MtuStep>, RegExp]>([
  ['nothing was too big', { counted: { tooBig: 0, icmp: 0, sentAgain: 2 } }, /the cause is another one/],
  ['the client was told', { counted: { tooBig: 17, icmp: 1, sentAgain: 2 } }, /no black hole/],
  ['nothing was sent again', { retransmissions: [] }, /not seen sending anything again/],
  ['it never came to 354', { server: { ...stalled().server, goAhead: null } }, /never came to mail data/],
])('a stall where %s is not shown', (_what, change, reason) => {
  const { shown, text } = verdict({ ...stalled(), ...change });
  expect(shown).toBe(false);
  expect(text).toMatch(reason);
});

test('a mail that got through: because it was small, by probing, or because this kernel shows no difference', () => {
  const through = { ...flowed('stall'), counted: { tooBig: 19, icmp: 0, sentAgain: 34 } };
  expect(verdict(flowed('stall')).text).toMatch(/none of its segments was too big/);
  expect(verdict(flowed('stall'), 2).text).toMatch(/tcp_mtu_probing 2 begins with small ones/);
  expect(verdict(through, 1).text).toMatch(/found a size that passes \(tcp_mtu_probing 1\)/);
  expect(verdict(through, 0)).toMatchObject({ shown: false });
  expect(verdict(through, 0).text).toMatch(/does not show the difference/);
});

test('healed: the same mail flows; what was counted before that decides, not the ICMP that healed it', () => {
  expect(verdict(healed())).toMatchObject({ shown: true, healed: 'flowed' });
});

test('healed too late: the client had gone, or the kernel did not try again in time', () => {
  const late = { ...stalled(), heal: healed().heal };
  expect(verdict(late)).toMatchObject({ shown: true, healed: 'not-yet' });
  const gone = { ...late, client: { ...late.client, endedAt: 3000, stoppedAt: null } };
  expect(verdict(gone)).toMatchObject({ shown: true, healed: 'client-gone' });
  expect(verdict({ ...late, gaveUpAt: 3000 })).toMatchObject({ shown: true, healed: 'client-gone' });
});

test('healed after the client had given up once: the mail arrives by another connection, and that is what is told', () => {
  const again = { at: 9000, peerPort: 40002, octets: 64_000, digest: 'abc' };
  const stall = { ...healed(), server: { ...healed().server, accepted: [again] } };
  expect(verdict(stall)).toMatchObject({ shown: true, healed: 'tried-again' });
  expect(mtuText(report([flowed('control'), flowed('short'), stall]))).toContain('by another connection');
});

test('a client that gave up and tried again: both moments are told', () => {
  const server = {
    ...stalled().server,
    connections: [
      { at: 0, peerPort: 40001 },
      { at: 266_400, peerPort: 40002 },
    ],
  };
  const text = mtuText(report([flowed('control'), flowed('short'), { ...stalled(), server, gaveUpAt: 180_090 }]));
  expect(text).toContain('180.090  The client gives up');
  expect(text).toContain('266.400  It connects again');
});

test('a mail that had arrived before anything was healed is not shown', () => {
  const before = { ...healed(), heal: { at: 9000, counted: { tooBig: 17, icmp: 0, sentAgain: 34 } } };
  expect(verdict(before)).toMatchObject({ shown: false });
});

test('a handshake that came to nothing is told: what the server says has to fit the far link as well', () => {
  const open = { ...stalled().server, handshake: 'started', goAhead: null } as const;
  const short = { ...stalled(), name: 'short', server: open } as const;
  expect(mtuVerdict([flowed('control'), short], 0).text).toMatch(/^Not even .*\(the TLS handshake came to nothing; /);
  const inside = { ...short, server: { ...open, handshake: 'secured' } } as const;
  expect(mtuVerdict([flowed('control'), inside], 0).text).not.toContain('handshake');
});

test('a segment sent again where all flowed is told, and is one segment', () => {
  const control = { ...flowed('control'), counted: { tooBig: 0, icmp: 0, sentAgain: 1 } };
  expect(mtuText(report([control]))).toMatch(/1 segment\s+sent again\./);
});

test('the text says whether TLS was spoken', () => {
  const steps = [flowed('control'), flowed('short'), stalled()];
  expect(mtuText(report(steps))).not.toContain('TLS');
  const text = mtuText({ ...report(steps), tls: 'required' });
  expect(text).toMatch(/Scenario plain, with\s+STARTTLS;/);
  expect(text).toContain('Greeting, TLS handshake, EHLO');
});

function report(steps: readonly MtuStep[]): MtuLabReport {
  return {
    schemaVersion: 1,
    lab: 'mtu',
    writtenBy: 'smtp-gauntlet 0',
    kernel: 'linux 6',
    client: { name: 'curl', version: '7.88.1', role: 'submission' },
    scenario: 'plain',
    tls: 'none',
    nearMtu: 1500,
    farMtu: 1300,
    mtuProbing: 0,
    patienceMs: 8000,
    healAfterMs: null,
    steps,
    verdict: mtuVerdict(steps, 0),
  };
}

test('the text keeps to 80 columns, with every kind of step', () => {
  const text = mtuText(report([flowed('control'), flowed('short'), healed(), flowed('cure')]));
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(text.replaceAll(/\s+/g, ' ')).toContain('The mail has arrived, 2.400 s later');
});

test('the text shows each retransmission, and cuts a long row in its middle', () => {
  expect(mtuText(report([flowed('control'), flowed('short'), stalled()]))).toContain(
    '              0.239 s           1       0.408 s       1 x          15   1448',
  );
  const rows = Array.from({ length: 30 }, (_, index) => ({
    count: index + 1,
    at: index * 1000,
    rtoMs: 120_000,
    backoff: 9,
    unacked: 15,
    mss: 1448,
  }));
  const long = mtuText(report([flowed('control'), flowed('short'), { ...stalled(), retransmissions: rows }]));
  expect(long.match(/120\.000 s/g)).toHaveLength(12);
});

test('octets that are not those submitted are mentioned for a client that adds nothing, not for an MTA', () => {
  const changed = report([{ ...flowed('control'), unchanged: false }]);
  expect(mtuText(changed).replaceAll(/\s+/g, ' ')).toContain('not with the octets that were submitted');
  const mta = { ...changed, client: { ...changed.client, role: 'mta' } } as const;
  expect(mtuText(mta)).not.toContain('not with');
});

// What ss prints, line by line as kernels print it, read into numbers.

import { closedAt, parseTcpInfo, retransmissions, type TcpSample } from '../../src/gauntlet/lab/tcp-info';

const STALLED =
  'ESTAB 0      44888  192.0.2.2:33886 198.51.100.2:25 timer:(on,1.140ms,3) ts sack cubic wscale:10,10 rto:1632 backoff:3 rtt:0.754/0.802 ato:40 mss:1448 pmtu:1500 rcvmss:536 advmss:1448 cwnd:1 ssthresh:7 bytes_sent:26142 bytes_retrans:4344 bytes_acked:79 bytes_received:186 segs_out:26 segs_in:8 data_segs_out:22 data_segs_in:6 send 15363395bps lastsnd:492 lastrcv:1960 lastack:1752 pacing_rate 2758778712bps delivered:5 busy:1968ms unacked:15 retrans:1/3 lost:15 rcv_space:14480 rcv_ssthresh:64088 notsent:23168 minrtt:0.012 snd_wnd:65536';
const IDLE =
  'ESTAB 0      0      192.0.2.2:33886 198.51.100.2:25 ts sack cubic wscale:10,10 rto:201 rtt:0.5/0.2 mss:1448 pmtu:1500 bytes_acked:79 lastsnd:3 lastrcv:3';

test('a stalled connection: time-out, back-off, what is in flight, what was sent again', () => {
  expect(parseTcpInfo(`${STALLED}\n`, 2000)).toEqual([
    {
      at: 2000,
      state: 'ESTAB',
      localPort: 33886,
      peerPort: 25,
      sendQueueOctets: 44888,
      timer: { kind: 'on', leftMs: 1140 },
      rtoMs: 1632,
      backoff: 3,
      mss: 1448,
      pmtu: 1500,
      unacked: 15,
      lost: 15,
      sentAgain: 3,
      notSentOctets: 23168,
      acknowledgedOctets: 79,
      lastSentMs: 492,
    },
  ]);
});

test('an idle connection has no timer, nothing in flight and nothing sent again', () => {
  const [idle] = parseTcpInfo(IDLE, 0);
  expect(idle).toMatchObject({ timer: null, backoff: 0, unacked: 0, lost: 0, sentAgain: 0, sendQueueOctets: 0 });
});

test('bytes_retrans, rcvmss and advmss are not taken for retrans and mss', () => {
  const [sample] = parseTcpInfo('ESTAB 0 0 192.0.2.2:1 198.51.100.2:25 rcvmss:536 advmss:1448 bytes_retrans:4344', 0);
  expect(sample).toMatchObject({ mss: null, sentAgain: 0 });
});

test.each([
  ['timer:(on,424ms,4)', 424],
  ['timer:(on,1.140ms,3)', 1140],
  ['timer:(on,9.007ms,5)', 9007],
  ['timer:(on,12sec,6)', 12_000],
  ['timer:(on,1min20sec,9)', 80_000],
  ['timer:(on,2min,9)', 120_000],
])('%s is %i ms', (words, leftMs) => {
  const [sample] = parseTcpInfo(`ESTAB 0 1 192.0.2.2:1 198.51.100.2:25 ${words} rto:1632`, 0);
  expect(sample?.timer).toEqual({ kind: 'on', leftMs });
});

test('a probe of a closed window is not the retransmission timer', () => {
  const [sample] = parseTcpInfo('ESTAB 0 9 192.0.2.2:1 198.51.100.2:25 timer:(persist,200ms,2) rto:201', 0);
  expect(sample?.timer?.kind).toBe('persist');
});

test('a closing connection without options is read, a line of something else is not', () => {
  const lines = 'FIN-WAIT-1 0 1 192.0.2.2:33886 198.51.100.2:25\nCannot open netlink socket: No such file\n\n';
  expect(parseTcpInfo(lines, 0).map(({ state }) => state)).toEqual(['FIN-WAIT-1']);
});

function sampled(at: number, sentAgain: number, lastSentMs: number): TcpSample {
  const [sample] = parseTcpInfo(STALLED, at);
  if (sample === undefined) throw new Error('no sample');
  return { ...sample, sentAgain, lastSentMs };
}

test('a connection was closed when it was last seen open, if that is long enough ago', () => {
  const states = ['ESTAB', 'CLOSE-WAIT', 'FIN-WAIT-1'].map((state, index) => ({
    ...sampled(index * 100, 1, 0),
    state,
  }));
  expect(closedAt(states, 5000)).toBe(100);
  expect(closedAt(states, 200)).toBeNull(); // the next asking may find it open again, of two at one moment
  expect(closedAt([], 5000)).toBeNull();
});

test('of several looks at one retransmission the one that was heard soonest tells when it left', () => {
  const found = retransmissions([sampled(700, 1, 60), sampled(750, 1, 500), sampled(900, 1, 640), sampled(950, 2, 10)]);
  expect(found.map(({ at, count }) => [at, count])).toEqual([
    [250, 1],
    [940, 2],
  ]);
});

test('a retransmission stands at the moment it left, and is told once', () => {
  const found = retransmissions([
    sampled(100, 0, 80),
    sampled(300, 1, 60),
    sampled(400, 1, 160),
    sampled(900, 3, 20),
    sampled(1000, 3, 120),
  ]);
  expect(found.map(({ at, count }) => [at, count])).toEqual([
    [240, 1],
    [880, 3],
  ]);
});

import { createAdmission, type AdmissionLimits } from '../../src/server/admission';

const A = '192.0.2.1';
const B = '192.0.2.2';

interface Asked {
  readonly handlers?: number | null;
  readonly connections?: Partial<AdmissionLimits['connections']>;
  readonly accept?: Partial<AdmissionLimits['accept']>;
}

const limits = ({ handlers = null, connections = {}, accept = {} }: Asked = {}): AdmissionLimits => ({
  handlers,
  connections: { max: null, perPeer: null, excess: '421', rate: null, ...connections },
  accept: { atOnce: null, excess: 'queue', total: null, ...accept },
});

/** Connections 1, 2, … of these peers, all at time 0. */
function arriving(asked: Asked, ...peers: readonly string[]) {
  const admission = createAdmission(limits(asked));
  return { admission, words: peers.map((peer, index) => admission.arrive(index + 1, peer, 0)) };
}

test('without limits everybody is served', () => {
  const { admission, words } = arriving({}, A, A, B);
  expect(words).toEqual(['serve', 'serve', 'serve']);
  expect(admission.counts).toEqual({ busy: 3, waiting: 0, peak: 3, total: 3, refused: 0 });
});

describe('handlers', () => {
  test('those above the number wait, and are served in the order they came', () => {
    const { admission, words } = arriving({ handlers: 2 }, A, A, B, B);
    expect(words).toEqual(['serve', 'serve', 'wait', 'wait']);
    expect(admission.leave(2)).toEqual([3]);
    expect(admission.leave(1)).toEqual([4]);
    expect(admission.leave(3)).toEqual([]);
    expect(admission.counts).toEqual({ busy: 1, waiting: 0, peak: 2, total: 4, refused: 0 });
  });

  test('one that gives up waiting frees no handler and is not served later', () => {
    const { admission } = arriving({ handlers: 1 }, A, A, B);
    expect(admission.leave(2)).toEqual([]);
    expect(admission.leave(1)).toEqual([3]);
  });

  test('one that leaves twice, or was never there, frees nothing', () => {
    const { admission } = arriving({ handlers: 1 }, A, A, A);
    expect(admission.leave(99)).toEqual([]);
    expect(admission.leave(1)).toEqual([2]);
    expect(admission.leave(1)).toEqual([]);
    expect(admission.counts).toMatchObject({ busy: 1, waiting: 1 });
  });

  test('a connection that waits still counts towards the limit that refuses', () => {
    const { words } = arriving({ handlers: 1, connections: { max: 2 } }, A, A, A);
    expect(words).toEqual(['serve', 'wait', 'too-many-connections']);
  });
});

describe('connections', () => {
  test('max: 421 above it, and room again after one has left', () => {
    const { admission, words } = arriving({ connections: { max: 1 } }, A, B);
    expect(words).toEqual(['serve', 'too-many-connections']);
    expect(admission.leave(2)).toEqual([]);
    expect(admission.leave(1)).toEqual([]);
    expect(admission.arrive(3, B, 0)).toBe('serve');
    expect(admission.counts).toEqual({ busy: 1, waiting: 0, peak: 1, total: 3, refused: 1 });
  });

  test('perPeer: another peer is not in the way', () => {
    expect(arriving({ connections: { perPeer: 1 } }, A, A, B).words).toEqual([
      'serve',
      'too-many-connections',
      'serve',
    ]);
  });

  test('perPeer: room again for that peer after one of its own has left', () => {
    const { admission, words } = arriving({ connections: { perPeer: 1 } }, A, A);
    expect(words).toEqual(['serve', 'too-many-connections']);
    admission.leave(1);
    expect(admission.arrive(3, A, 0)).toBe('serve');
  });

  test('queue: one that gives up waiting makes no room for its peer', () => {
    const { admission } = arriving({ connections: { perPeer: 1, excess: 'queue' } }, A, A);
    admission.leave(2);
    expect(admission.arrive(3, A, 0)).toBe('wait');
  });

  test('an IPv4 peer of a dual-stack socket is the same peer', () => {
    expect(arriving({ connections: { perPeer: 1 } }, A, `::ffff:${A}`).words).toEqual([
      'serve',
      'too-many-connections',
    ]);
  });

  test('refuse: a reset, for it was accepted already', () => {
    expect(arriving({ connections: { max: 1, excess: 'refuse' } }, A, B).words).toEqual(['serve', 'reset']);
  });

  test('queue: they wait, and a crowded peer does not hold up the one behind it', () => {
    const { admission, words } = arriving({ connections: { max: 2, perPeer: 1, excess: 'queue' } }, A, A, B, B);
    expect(words).toEqual(['serve', 'wait', 'serve', 'wait']);
    expect(admission.leave(3)).toEqual([4]);
    expect(admission.leave(4)).toEqual([]);
    expect(admission.leave(1)).toEqual([2]);
  });
});

describe('rate', () => {
  const RATE = { connections: { rate: { events: 'connections', count: 2, ms: 1000 } } } as const;

  test('so many in the time; exactly when the first is that old there is room again', () => {
    const admission = createAdmission(limits(RATE));
    expect(admission.arrive(1, A, 0)).toBe('serve');
    expect(admission.arrive(2, A, 400)).toBe('serve');
    expect(admission.arrive(3, A, 999)).toBe('rate-limited');
    expect(admission.arrive(4, B, 999)).toBe('serve');
    expect(admission.arrive(5, A, 1000)).toBe('serve');
    expect(admission.arrive(6, A, 1001)).toBe('rate-limited');
  });

  test('what was refused does not count: a client that keeps knocking gets in again', () => {
    const admission = createAdmission(limits({ connections: { rate: { events: 'connections', count: 1, ms: 1000 } } }));
    admission.arrive(1, A, 0);
    for (let at = 100; at < 1000; at += 100) expect(admission.arrive(at, A, at)).toBe('rate-limited');
    expect(admission.arrive(2, A, 1000)).toBe('serve');
  });

  test('a rate of messages is none of connections', () => {
    const rate = { events: 'messages', count: 1, ms: 1000 } as const;
    expect(arriving({ connections: { rate } }, A, A).words).toEqual(['serve', 'serve']);
  });
});

describe('accept', () => {
  test('one at a time, as Exim serves: the next waits', () => {
    const { admission, words } = arriving({ accept: { atOnce: 1 } }, A, B);
    expect(words).toEqual(['serve', 'wait']);
    expect(admission.leave(1)).toEqual([2]);
  });

  test.each([
    ['421', 'too-many-connections'],
    ['reset', 'reset'],
  ] as const)('one at a time, excess %s', (excess, word) => {
    expect(arriving({ accept: { atOnce: 1, excess } }, A, B).words).toEqual(['serve', word]);
  });

  test('total: whoever comes after is reset, also when all have left', () => {
    const { admission, words } = arriving({ accept: { total: 2 } }, A, A);
    expect(words).toEqual(['serve', 'serve']);
    admission.leave(1);
    admission.leave(2);
    expect(admission.arrive(3, A, 0)).toBe('reset');
  });

  test('the port speaks before the policies', () => {
    const asked = { accept: { atOnce: 1, excess: 'reset' }, connections: { max: 1 } } as const;
    expect(arriving(asked, A, B).words).toEqual(['serve', 'reset']);
  });
});

describe('change', () => {
  test('more handlers: those that wait are served', () => {
    const { admission } = arriving({ handlers: 1 }, A, A, A);
    expect(admission.change(limits({ handlers: 3 }))).toEqual([2, 3]);
  });

  test('fewer: nobody is sent away, nobody new is served', () => {
    const { admission } = arriving({ handlers: 2 }, A, A, A);
    expect(admission.change(limits({ handlers: 1 }))).toEqual([]);
    expect(admission.leave(1)).toEqual([]);
    expect(admission.leave(2)).toEqual([3]);
  });
});

test('50,000 that wait are served one by one without a search', () => {
  const { admission } = arriving({ handlers: 1 }, ...Array<string>(50_000).fill(A));
  for (let connection = 1; connection < 50_000; connection++) {
    expect(admission.leave(connection)[0]).toBe(connection + 1);
  }
});

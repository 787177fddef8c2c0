// What is sent: each case by the name that `--only` takes. Sizes are octets of the whole message.
'use strict';

const KIB = 1024;
const MIB = 1024 * KIB;
const USUAL = { octets: 4 * KIB, sessions: 20, recipients: 1 };

/** `wide`: with every server; the others with those that a comparison is asked of. */
const CASES = {
  new: { ...USUAL, reuse: false, wide: true, title: '4 KiB, a new connection for each message' },
  reused: { ...USUAL, reuse: true, wide: true, title: '4 KiB, connections reused' },
  'new-1k': { ...USUAL, octets: KIB, reuse: false, title: '1 KiB, a new connection for each message' },
  'reused-1k': { ...USUAL, octets: KIB, reuse: true, title: '1 KiB, connections reused' },
  'reused-1m': { ...USUAL, octets: MIB, reuse: true, title: '1 MiB, connections reused' },
  'reused-64m': { ...USUAL, octets: 64 * MIB, sessions: 2, reuse: true, title: '64 MiB, two connections reused' },
  'new-50': { ...USUAL, recipients: 50, reuse: false, title: '4 KiB to 50 recipients, a new connection for each' },
  'reused-50': { ...USUAL, recipients: 50, reuse: true, title: '4 KiB to 50 recipients, connections reused' },
};

module.exports = { CASES };

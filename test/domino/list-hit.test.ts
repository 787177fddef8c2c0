import { listHit } from '../../src/domino/list-hit';

describe('a blacklist hit', () => {
  it.each([
    ['10.0.0.1 is listed at bl.example.org: reject', { list: 'dns', white: false, site: 'bl.example.org' }],
    ['2001:db8::1 is listed at bl.example.org: tag', { list: 'dns', white: false, site: 'bl.example.org' }],
    [
      '10.0.0.1 is listed at private.whitelist.example: log',
      { list: 'dns', white: false, site: 'private.whitelist.example' },
    ],
    ['10.0.0.1 is listed at private blacklist: reject', { list: 'private', white: false, site: null }],
    ['10.0.0.1 is on the DNS whitelist wl.example.org', { list: 'dns', white: true, site: 'wl.example.org' }],
    ['10.0.0.1 is on the private whitelist', { list: 'private', white: true, site: null }],
    ['10.0.0.1', { list: 'dns', white: false, site: null }],
  ])('%s', (detail, hit) => {
    expect(listHit(detail)).toEqual(hit);
  });
});

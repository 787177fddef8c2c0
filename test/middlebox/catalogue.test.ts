import { readdirSync } from 'node:fs';
import path from 'node:path';

import fc from 'fast-check';

import { BOXES, buildBox, isBoxName } from '../../src/middlebox/catalogue';
import type { BoxName } from '../../src/middlebox/catalogue';
import type { Middlebox } from '../../src/middlebox/middlebox';
import { heard, octetByOctet, simulate } from './play';
import type { Turn } from './play';

const NAMES = Object.keys(BOXES).filter(isBoxName);

/** Boxes that have nothing to do in the session below, or are configured so. */
const QUIET: Partial<Record<BoxName, Middlebox>> = {
  'pix-fixup': buildBox('pix-fixup', { banner: 'none' }),
  'asa-inspect': buildBox('asa-inspect', { maskBanner: false }),
  'mtu-black-hole': buildBox('mtu-black-hole', { onlyFirst: 0 }),
  reset: buildBox('reset', { onlyFirst: 0 }),
  close: buildBox('close', { onlyFirst: 0 }),
  'half-open': buildBox('half-open', { onlyFirst: 0 }),
  corrupt: buildBox('corrupt', { probability: 0 }),
  'duplicate-reply': buildBox('duplicate-reply', { to: 'VRFY', nth: null, copies: 1 }),
  'swap-order': buildBox('swap-order', { nth: 1000 }),
  'transparent-proxy': buildBox('transparent-proxy', { banner: null, hello: null, extensions: null }),
  'nat-timeout': buildBox('nat-timeout', { idleMs: 1e9, next: 'rst' }),
};

/** RFC 5321 4.5.2: a line that begins with a dot gets another one. */
function stuffed(text: string): string {
  return text.replaceAll(/(^|\r\n)\./g, '$1..');
}

describe('catalogue', () => {
  test('every name is the name of its file', () => {
    const files = readdirSync(path.join(__dirname, '../../src/middlebox')).map((file) => file.replace(/\.ts$/, ''));
    for (const name of NAMES) expect(files).toContain(name);
  });

  test.each(NAMES)('%s builds from its defaults, knows its name and explains itself in one sentence', (name) => {
    const entry = BOXES[name];
    const box = buildBox(name);
    expect(box.name).toBe(name);
    expect(box.explain()).toMatch(/^[A-Z][^\n]*\.$/);
    expect(entry.title).toMatch(/^[A-Z].*[^.]$/);
    expect(JSON.parse(JSON.stringify(entry.defaults))).toEqual(entry.defaults);
  });

  test('a word that is no box is none, even if every object has it', () => {
    expect([isBoxName('latency'), isBoxName('pix'), isBoxName('toString')]).toEqual([true, false, false]);
  });

  test.each(NAMES)('property: %s with its fault off leaves every octet as it was, however cut', (name) => {
    const box = QUIET[name] ?? buildBox(name);
    const content = fc.string({ unit: fc.constantFrom('a', '.', '\r', '\n', '\r\n', '\xe9') });
    fc.assert(
      fc.property(content, fc.boolean(), (text, single) => {
        const client = [
          'HELO a\r\n',
          'MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n',
          `${stuffed(text)}\r\n.\r\n`,
          'QUIT\r\n',
        ];
        const server = ['220 x 2 0\r\n', '250 ok\r\n', '250 ok\r\n250 ok\r\n354 go\r\n', '250 ok\r\n', '221 bye\r\n'];
        const turns = server.flatMap((reply, nth): Turn[] => [
          ['server', reply, nth * 1e6],
          ...(client[nth] === undefined ? [] : [['client', client[nth], nth * 1e6 + 5e5] satisfies Turn]),
        ]);
        const ends: readonly Turn[] = [
          ['client', { fin: true }, 9e6],
          ['server', { fin: true }, 9e6],
        ];
        const { delivered } = simulate([box], [...(single ? octetByOctet(turns) : turns), ...ends]);
        expect([heard(delivered, 'client'), heard(delivered, 'server')]).toEqual([client.join(''), server.join('')]);
        expect(delivered.slice(-2).every((output) => 'fin' in output)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });
});

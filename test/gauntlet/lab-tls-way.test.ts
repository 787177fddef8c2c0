// Which way of TLS a scenario asks of a lab's client.

import { tlsWayOf } from '../../src/gauntlet/lab/tls-way';
import { loadScenario } from '../../src/scenario/load';

test.each([
  ['starttls-offered', 'required'],
  ['domino-hardened', 'required'],
  ['implicit-tls', 'implicit'],
  ['starttls-not-offered', null],
  ['plain', null],
])('%s: %s', (name, way) => {
  expect(tlsWayOf(loadScenario(name))).toBe(way);
});

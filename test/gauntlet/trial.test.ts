import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import type { ClientDriver } from '../../src/clients/driver';
import { runTrial } from '../../src/gauntlet/trial';
import { loadScenario } from '../../src/scenario/load';

let socket: Socket;
afterEach(() => socket.destroy());

test('an interrupt does not wait for a connection that a finished client left open', async () => {
  const stop = new AbortController();
  const driver: ClientDriver = {
    name: 'forgetful',
    title: 'A client that ends and leaves its connection open',
    role: 'submission',
    capabilities: ['several-recipients'],
    maxParallel: 1,
    detect: async () => ({ available: true, version: '1' }),
    async submit({ targets: [target] }) {
      socket = connect(target?.port ?? 0, target?.host);
      socket.on('error', () => undefined);
      await once(socket, 'data');
      setImmediate(() => stop.abort());
      return { outcomes: [], end: 'finished', log: '', exitCode: 0 };
    },
  };
  const options = { seed: 1, folder: null, clientVersion: null, timeScale: 1, signal: stop.signal };
  const result = await runTrial(loadScenario('plain'), driver, options);
  expect(result.ran && result.record.end).toBe('interrupted');
});

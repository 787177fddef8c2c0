// Running a program: what is kept of its output, when it is stopped, and who ends what it left running.

import { tmpdir } from 'node:os';
import { endMarkedProcesses, markedPrograms, markedProcesses } from '../../src/clients/marked-processes';
import { OUTPUT_LIMIT_OCTETS, runProcess } from '../../src/clients/run-process';
import type { ProcessRequest, ProcessResult } from '../../src/clients/run-process';

function run(script: string, request: Partial<ProcessRequest> = {}): Promise<ProcessResult> {
  const signal = new AbortController().signal;
  return runProcess({ program: process.execPath, args: ['-e', script], cwd: tmpdir(), env: {}, signal, ...request });
}

test('exit code and both outputs are kept apart', async () => {
  const result = await run(`console.log('out'); console.error('err'); process.exitCode = 4`);
  expect(result).toMatchObject({ exitCode: 4, killedBy: null, stopped: 'no', startError: null, survivors: [] });
  expect([result.stdout, result.stderr]).toEqual(['out\n', 'err\n']);
});

test('of a long output only the end is kept', async () => {
  const result = await run(`process.stdout.write('x'.repeat(${OUTPUT_LIMIT_OCTETS * 2}) + 'the end')`);
  expect(result.stdout).toHaveLength(OUTPUT_LIMIT_OCTETS);
  expect(result.stdout.endsWith('the end')).toBe(true);
});

test('a program that closes its standard input unread is no error', async () => {
  const result = await run(`process.stdin.destroy()`, { stdin: Buffer.alloc(4_000_000) });
  expect(result.exitCode).toBe(0);
});

test('a program that takes longer than it may is killed', async () => {
  const result = await run('setInterval(() => {}, 1000)', { timeoutMs: 50 });
  expect(result).toMatchObject({ stopped: 'timed-out', exitCode: null, killedBy: 'SIGKILL' });
});

test('an argument that cannot be passed on is reported, not thrown', async () => {
  const result = await run('', { args: ['a\0b'] });
  expect(result.startError).toContain('null bytes');
});

test('a daemon started under a shared mark goes on until its owner ends it', async () => {
  const sharedMark = 'a mark of this test';
  const daemon = `require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'],
    { detached: true, stdio: 'ignore' }).unref()`;
  await run(daemon, { sharedMark });
  expect(markedProcesses(sharedMark)).toHaveLength(1);
  expect(markedPrograms(sharedMark)).toEqual(['node']);
  expect(await endMarkedProcesses(sharedMark)).toEqual([]);
  expect(markedProcesses(sharedMark)).toEqual([]);
});

// The MTU lab on this machine's kernel: real namespaces, real segments, real retransmissions. Skipped by name where namespaces
// cannot be made; then only the refusal is tested. Each test looks for what is left afterwards.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { MtuLabReport, MtuStep, MtuStepName } from '../../src/gauntlet/lab/lab-report';
import { whyNoLab } from '../../src/gauntlet/lab/mtu-lab';
import { makeNetwork, NetworkError, removeNetwork, setBlackhole } from '../../src/gauntlet/lab/network';
import { BIN, cli, finished, start } from '../cli/support';

/** Tries it out: what a container forbids shows only then. */
function whyNotHere(): string | null {
  const reason = whyNoLab();
  if (reason !== null) return reason;
  const prefix = randomBytes(4).toString('hex');
  try {
    makeNetwork({ prefix, farMtu: 1300, mtuProbing: 0 });
    setBlackhole(prefix, true);
    return null;
  } catch (error) {
    if (error instanceof NetworkError) return error.message;
    throw error;
  } finally {
    removeNetwork(prefix);
  }
}

const reason = whyNotHere();
const on = reason === null ? test : test.skip;

function ip(...words: string[]): string {
  return spawnSync('ip', words, { encoding: 'utf8' }).stdout;
}

/** Everything a lab could leave: namespaces, files, processes. Other labs may run beside, so only what is new counts. */
function traces(): readonly string[] {
  const processes = readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
      return /gauntlet\/lab\/\w+-process\.js/.test(command) ? [`process ${pid} ${command}`] : [];
    } catch {
      return []; // gone meanwhile
    }
  });
  const files = readdirSync(tmpdir()).filter((name) => name.startsWith('smtp-gauntlet-lab-'));
  return [...ip('netns', 'list').split('\n').filter(Boolean), ...files, ...processes];
}

let before: readonly string[] = [];
const left = (): readonly string[] => traces().filter((what) => !before.includes(what));
beforeEach(() => {
  before = reason === null ? traces() : [];
});
afterEach(() => {
  if (reason === null) expect(left()).toEqual([]);
});

async function lab(...words: string[]): Promise<{ readonly code: number | null; readonly report: MtuLabReport }> {
  const { code, out, err } = await cli('lab', 'mtu', '--json', '-q', ...words);
  expect(err).toBe('');
  return { code, report: JSON.parse(out) as MtuLabReport };
}

function step(report: MtuLabReport, name: MtuStepName): MtuStep {
  const found = report.steps.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no step ${name}: ${report.verdict.text}`);
  return found;
}

describe(`lab mtu${reason === null ? '' : ` (not run: ${reason})`}`, () => {
  on('the control flows, a short mail flows, the mail of the control stalls, the time-out doubles', async () => {
    const { code, report } = await lab('--patience', '5');
    expect(report.verdict.text).toMatch(/^Shown: /);
    expect(code).toBe(0);
    expect(step(report, 'control')).toMatchObject({ delivered: true, unchanged: true, serverMtu: 1300 });
    // A kernel whose acknowledgement comes late, on a busy machine, sends again what had arrived: that is no matter of size.
    expect(step(report, 'control').counted).toMatchObject({ tooBig: 0, icmp: 0 });
    expect(step(report, 'short')).toMatchObject({ delivered: true, unchanged: true, serverMtu: 1500 });
    const stall = step(report, 'stall');
    expect(stall.delivered).toBe(false);
    expect(stall.server.last?.text).toMatch(/^said "354 /);
    expect(stall.counted.tooBig).toBeGreaterThan(stall.counted.sentAgain);
    expect(stall.counted.icmp).toBe(0);
    expect(stall.client).toMatchObject({ endedAt: null });
    expectDoubling(stall);
  });

  on('with STARTTLS the handshake passes, and the mail stalls as it does in clear', async () => {
    const { code, report } = await lab('--tls', '--patience', '3');
    expect(report.verdict.text).toMatch(/^Shown: /);
    expect(code).toBe(0);
    expect(report).toMatchObject({ tls: 'required', scenario: 'starttls-offered' });
    expect(step(report, 'short')).toMatchObject({ delivered: true, unchanged: true, server: { handshake: 'secured' } });
    expect(step(report, 'stall')).toMatchObject({
      delivered: false,
      server: { handshake: 'secured', contentOctets: 0 },
    });
  });

  on('healed, the same connection goes on; the MSS lowered again, a new one needs no ICMP', async () => {
    const { code, report } = await lab('--patience', '12', '--heal', '1');
    expect(code).toBe(0);
    expect(report.verdict.healed).toBe('flowed');
    const stall = step(report, 'stall');
    expect(stall).toMatchObject({ delivered: true, unchanged: true });
    expect(stall.server.connections).toHaveLength(1);
    expect(stall.heal?.counted.icmp).toBe(0);
    expect(stall.counted.icmp).toBeGreaterThan(0);
    expect(stall.client.outcome).toBe('accepted');
    expect(step(report, 'cure')).toMatchObject({ delivered: true, counted: { tooBig: 0, icmp: 0 } });
  });

  on('a command that gives up by itself: when, and in its own words', async () => {
    const giveUp = `const s = require('net').connect(+process.argv[2], process.argv[1]);
      let said = 0;
      const lines = ['EHLO c.example', 'MAIL FROM:<a@example.net>', 'RCPT TO:<b@example.com>', 'DATA'];
      s.on('data', (d) => { if (!/^\\d{3} /m.test(String(d))) return;
        if (String(d).startsWith('250') && said > 4) return void s.end('QUIT\\r\\n', () => process.exit(0));
        const line = lines[said++];
        s.write(line === undefined ? require('fs').readFileSync(process.argv[3]) + '\\r\\n.\\r\\n' : line + '\\r\\n');
        if (line === undefined) { clearTimeout(t); t = setTimeout(() => { console.error('no patience'); process.exit(7); }, 1500); }
      });
      let t = setTimeout(() => process.exit(8), 20000);`;
    const { code, report } = await lab(
      '--patience',
      '15',
      '--',
      process.execPath,
      '-e',
      giveUp,
      '{host}',
      '{port}',
      '{message}',
    );
    expect(report.verdict.text).toMatch(/^Shown: /);
    expect(code).toBe(0);
    const { client } = step(report, 'stall');
    expect(client).toMatchObject({ exitCode: 7, outcome: 'refused', stoppedAt: null });
    expect(client.words).toMatch(/no patience/);
    expect(client.endedAt).toBeGreaterThan(1500);
  });

  on('a kernel that finds a smaller size by itself shows no black hole, and the lab says so', async () => {
    const { code, report } = await lab('--mtu-probing', '2', '--patience', '10');
    expect(report.verdict.shown).toBe(false);
    expect(report.verdict.text).toMatch(/tcp_mtu_probing 2/);
    expect(code).toBe(3);
  });

  on('a client that cannot even send the control stops the lab there', async () => {
    const { code, report } = await lab('--', process.execPath, '-e', 'process.kill(process.pid, "SIGKILL")', '{host}');
    expect(report.steps.map(({ name }) => name)).toEqual(['control']);
    expect(report.verdict.text).toMatch(/^The control failed: .*SIGKILL/);
    expect(code).toBe(3);
  });

  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    on(`${name} in the middle of the stall removes everything and ends with 130`, async () => {
      const child = start('lab', 'mtu', '--patience', '60');
      const end = finished(child);
      await stalling(child);
      child.kill(name);
      child.kill(name);
      expect(await end).toMatchObject({ code: 130, out: '' });
    });
  }

  on('what a killed lab leaves is removed by "lab clean", and nothing else', async () => {
    const foreign = `foreign-${randomBytes(4).toString('hex')}`;
    ip('netns', 'add', foreign);
    const running = start('lab', 'mtu', '--patience', '60');
    const runningEnd = finished(running);
    try {
      await stalling(running);
      const ofRunning = left();
      const killed = start('lab', 'mtu', '--patience', '60');
      const killedEnd = finished(killed);
      await stalling(killed, [...before, ...ofRunning]);
      killed.kill('SIGKILL');
      await killedEnd;
      expect(left().filter((what) => !ofRunning.includes(what)).length).toBeGreaterThan(3);
      const { code, out } = await cli('lab', 'clean');
      expect(code).toBe(0);
      expect(out.match(/^removed gauntlet-/gm)).toHaveLength(3);
      expect(out).toMatch(new RegExp(`left alone: the lab \\w{8}, which process ${running.pid} is using`));
      expect(left().toSorted()).toEqual(ofRunning.toSorted());
    } finally {
      running.kill('SIGINT');
      await runningEnd;
      ip('netns', 'delete', foreign);
    }
  });

  on('the host gets no link, address, rule or route, and keeps its settings', async () => {
    const host = (): readonly string[] => [
      ip('-o', 'link'),
      ip('-o', 'address').replaceAll(/(?:valid|preferred)_lft \S+/g, ''),
      ip('rule'),
      ip('route', 'show', 'table', 'all'),
      ...['ip_forward', 'tcp_mtu_probing'].map((name) => readFileSync(`/proc/sys/net/ipv4/${name}`, 'latin1')),
    ];
    const untouched = host();
    const child = start('lab', 'mtu', '--patience', '60');
    const end = finished(child);
    await stalling(child);
    expect(host()).toEqual(untouched);
    child.kill('SIGINT');
    await end;
    expect(host()).toEqual(untouched);
  });
});

/** From one retransmission to the next the kernel's time-out doubles, and is waited for. */
function expectDoubling({ retransmissions, kernel }: MtuStep): void {
  const rows = retransmissions.filter(({ backoff }) => backoff > 0);
  expect(rows.length).toBeGreaterThanOrEqual(3);
  for (const [index, row] of rows.entries()) {
    const next = rows[index + 1];
    if (next === undefined) break;
    const waitMs = row.rtoMs ?? 0;
    // What it said it would wait it has waited; a busy machine asks it late, so the moments are not exact.
    expect(next.at - row.at).toBeGreaterThan(waitMs / 2);
    expect((next.rtoMs ?? 0) / waitMs).toBeCloseTo(2 ** (next.backoff - row.backoff), 1);
  }
  expect(kernel?.timer?.kind).toBe('on');
}

/** Resolves when a lab that was not there before has come so far that its client's kernel doubles its time-out. */
async function stalling(child: ChildProcess, known: readonly string[] = before): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`ended too soon, with ${child.exitCode}`);
    const clients = traces().filter((what) => /^gauntlet-\w+-client/.test(what) && !known.includes(what));
    for (const name of clients) {
      const sockets = spawnSync('ss', ['-N', name.split(' ')[0] ?? name, '-tinoOH'], { encoding: 'utf8' });
      if (/ backoff:\d/.test(sockets.stdout)) return;
    }
    await pause(100);
  }
}

describe('without root', () => {
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const readable =
    spawnSync(process.execPath, ['-e', 'require("fs").accessSync(process.argv[1])', BIN], nobody).status === 0;
  const may = readable ? test : test.skip;
  may(
    `it is refused, with the nearest thing that works${readable ? '' : ' (not run: others may not read this folder)'}`,
    async () => {
      const child = spawn(process.execPath, [BIN, 'lab', 'mtu', '--json'], nobody);
      const { code, out, err } = await finished(child);
      expect(code).toBe(3);
      expect(JSON.parse(out)).toMatchObject({ ran: false, nearest: 'smtp-gauntlet run mtu-stall' });
      expect(err).toMatch(/needs root|thing of Linux/);
      expect(err).toContain('smtp-gauntlet run mtu-stall');
    },
  );
});

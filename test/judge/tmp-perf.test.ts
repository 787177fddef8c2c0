import { CHECKS } from '../../src/judge/checks/index';
import { judgeTrial } from '../../src/judge/judge';
import { greeted, trial, withRecipient } from './support';

const many = (n: number) => Array.from({ length: n }, (_, i) => `C: RCPT TO:<r${i}@example.com>\nS: ${i % 3 === 0 ? 250 : i % 3 === 1 ? 551 : 252} x\n`).join('');
const cases: Record<string, (n: number) => string> = {
  rcpts: (n) => `${greeted('PIPELINING', 'SIZE')}C: MAIL FROM:<sender@client.example>\nS: 250 OK\n${many(n)}C: DATA\nS: 354 go\nC: x\nC: .\nS: 250 OK\nC: QUIT\nS: 221 bye`,
  group: (n) => `${greeted('PIPELINING')}C: MAIL FROM:<sender@client.example>\n${Array.from({ length: n }, (_, i) => `C| RCPT TO:<r${i}@example.com>\n`).join('')}${'S: 250 OK\n'.repeat(n + 1)}C: QUIT\nS: 221 bye`,
  messages: (n) => `${greeted('SIZE')}${Array.from({ length: n }, (_, i) => `C: MAIL FROM:<sender@client.example>\nS: 250 OK\nC: RCPT TO:<user@example.com>\nS: 250 OK\nC: DATA\nS: 354 go\nC: Message-ID: <${i}@x>\nC: \nC: .\nS: ${i % 2 ? 451 : 250} x\n`).join('')}C: QUIT\nS: 221 bye`,
  noops: (n) => `${greeted('PIPELINING')}${'C: NOOP\nS: 250 OK\n'.repeat(n)}C: QUIT\nS: 221 bye`,
  retries: (n) => `${withRecipient()}C: RSET\nS: 250 OK\n${'C: MAIL FROM:<sender@client.example>\nS: 250 OK\nC: RCPT TO:<user@example.com>\nS: 450 OK\nC: RSET\nS: 250 OK\n'.repeat(n)}C: QUIT\nS: 221 bye`,
};
it('perf', () => {
  for (const [name, make] of Object.entries(cases)) {
    const times = new Map<string, number[]>();
    for (const n of [1000, 4000]) {
      const record = trial(make(n), { submissions: [{ to: Array.from({ length: name === 'rcpts' ? n : 1 }, (_, i) => name === 'rcpts' ? `r${i}@example.com` : 'user@example.com') }] });
      const t0 = performance.now();
      judgeTrial(record, { rfc: 5321 }, []);
      times.set('(campaign)', [...(times.get('(campaign)') ?? []), performance.now() - t0]);
      const base = performance.now() - t0;
      for (const check of CHECKS) {
        const t = performance.now();
        judgeTrial(record, { rfc: 5321 }, [check]);
        times.set(check.id, [...(times.get(check.id) ?? []), performance.now() - t - base]);
      }
    }
    for (const [id, [a = 0, b = 0]] of times) if (b > 60 && b > 6 * a) console.log(name, id, Math.round(a), Math.round(b));
    console.log(name, 'campaign', times.get('(campaign)')?.map(Math.round));
  }
}, 600000);

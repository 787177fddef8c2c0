import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scriptedDriver } from '../../src/clients/scripted';
import { runTrial } from '../../src/gauntlet/trial';
import { loadScenario } from '../../src/scenario/load';
import { loadSender } from '../../src/scenario/sender';
import { judgeTrial } from '../../src/judge/judge';
import { obligation } from '../../src/obligations/catalogue';

const EXT = 'extensions: [PIPELINING, "SIZE 1000000", 8BITMIME, CHUNKING, DSN, SMTPUTF8]';
const head = (name: string, ext: string) => `name: ${name}\ntitle: t\npersona: plain\nserver:\n  hostname: mx.example.com\n  ${ext}\n`;
const submit2 = 'submit:\n  - { from: "Sender@Example.org", to: ["User@example.com", "second@example.com"], content: plain }\n';
const submit1 = (c: string) => `submit:\n  - { to: ["user@example.com"], content: ${c} }\n`;
const S: Record<string, string> = {
  plain: head('plain', EXT) + submit2 + 'window: 8 s\n',
  bare: head('bare', 'extensions: []') + submit2 + 'window: 8 s\n',
  held: head('held', EXT) + submit2 + 'rules:\n  - { on: [MAIL, RCPT, DATA, NOOP], delay: 2100 ms }\nwindow: 15 s\n',
  heldbare: head('heldbare', 'extensions: []') + submit2 + 'rules:\n  - { on: [MAIL, RCPT, DATA, NOOP], delay: 2100 ms }\nwindow: 15 s\n',
  mail552: head('mail552', EXT) + submit1('plain') + 'rules:\n  - { on: MAIL, reply: "552 5.3.4 too big" }\nwindow: 8 s\n',
  mail452: head('mail452', EXT) + submit1('plain') + 'rules:\n  - { on: MAIL, reply: "452 4.3.1 full" }\nwindow: 8 s\n',
  mail555: head('mail555', EXT) + submit1('plain') + 'rules:\n  - { on: MAIL, reply: "555 5.5.4 no" }\nwindow: 8 s\n',
  mailtwo: head('mailtwo', EXT) + 'submit:\n  - { to: ["a@example.com"], content: plain }\n  - { to: ["b@example.com"], content: plain }\n' + 'rules:\n  - { on: MAIL, times: 1, reply: "550 no" }\nwindow: 8 s\n',
  rcptall: head('rcptall', EXT) + submit2 + 'rules:\n  - { on: RCPT, reply: "550 5.1.1 no" }\nwindow: 8 s\n',
  rcptall354: head('rcptall354', EXT) + submit2 + 'rules:\n  - { on: RCPT, reply: "550 5.1.1 no" }\n  - { on: DATA, reply: "354 go" }\n  - { on: end-of-data, reply: "554 no valid recipients" }\nwindow: 8 s\n',
  mixed: head('mixed', EXT) + submit2 + 'rules:\n  - { on: RCPT, when: { recipient: "second@*" }, reply: "550 5.1.1 no" }\nwindow: 8 s\n',
  mixed4: head('mixed4', EXT) + submit2 + 'rules:\n  - { on: RCPT, when: { recipient: "second@*" }, reply: "450 4.1.1 no" }\nwindow: 8 s\n',
  r251: head('r251', EXT) + submit1('plain') + 'rules:\n  - { on: RCPT, reply: "251 will forward to <x@y.example>" }\nwindow: 8 s\n',
  r252: head('r252', EXT) + submit1('plain') + 'rules:\n  - { on: RCPT, reply: "252 fine" }\nwindow: 8 s\n',
  r551: head('r551', EXT) + submit1('plain') + 'rules:\n  - { on: RCPT, when: { recipient: "user@*" }, reply: "551 try <x@y.example>" }\nwindow: 8 s\n',
  r556: head('r556', EXT) + submit1('plain') + 'rules:\n  - { on: RCPT, reply: "556 no" }\nwindow: 8 s\n',
  datarefused: head('datarefused', EXT) + submit1('plain') + 'rules:\n  - { on: DATA, reply: "554 no" }\nwindow: 8 s\n',
  data250: head('data250', EXT) + submit1('plain') + 'rules:\n  - { on: DATA, reply: "250 ok" }\nwindow: 8 s\n',
  dots: head('dots', EXT) + submit1('dots') + 'window: 8 s\n',
  eight: head('eight', 'extensions: [SIZE]') + submit1('8bit') + 'window: 8 s\n',
  eight8: head('eight8', EXT) + submit1('8bit') + 'window: 8 s\n',
  size: head('size', 'extensions: ["SIZE 2000"]') + submit1('"20 KB"') + 'window: 8 s\n',
  smuggling: head('smuggling', EXT) + submit1('smuggling') + 'window: 8 s\n',
  long: head('long', EXT) + submit1('long-lines') + 'window: 8 s\n',
  nul: head('nul', EXT) + submit1('nofinal').replace('nofinal', 'no-final-newline') + 'window: 8 s\n',
  dot554: head('dot554', EXT) + submit1('plain') + 'rules:\n  - { on: end-of-data, reply: "554 no" }\nwindow: 8 s\n',
  dot451: head('dot451', EXT) + submit1('plain') + 'rules:\n  - { on: end-of-data, times: 1, reply: "451 no" }\nwindow: 8 s\n',
  lost: head('lost', EXT) + submit1('plain') + 'rules:\n  - { on: end-of-data, times: 1, do: [close] }\nwindow: 8 s\n',
  early: head('early', EXT) + submit1('plain') + 'rules:\n  - { on: content, do: [{ reply: "250 queued" }], then: continue }\n  - { on: end-of-data, reply: "554 no" }\nwindow: 8 s\n',
  mid552: head('mid552', EXT) + submit1('"100 KB"') + 'rules:\n  - { on: content, after: 20 KB, reply: "552 too big" }\nwindow: 8 s\n',
  bdat452: head('bdat452', EXT) + submit1('plain') + 'rules:\n  - { on: BDAT, reply: "452 full" }\nwindow: 8 s\n',
  auth: head('auth', 'extensions: [PIPELINING, "AUTH PLAIN LOGIN"]') + submit1('plain') + 'rules:\n  - { on: AUTH, delay: 2100 ms, reply: "535 no" }\nwindow: 8 s\n',
  starttls: head('starttls', 'extensions: [PIPELINING, STARTTLS]') + submit1('plain') + 'rules:\n  - { on: STARTTLS, delay: 2100 ms, reply: "454 no" }\nwindow: 8 s\n',
  stripped: head('stripped', EXT) + submit2 + 'rules:\n  - { on: EHLO, when: { connection: 2 }, reply: "250 mx.example.com" }\nwindow: 8 s\n',
};
const PHASES = new Set(['pipelining', 'mail', 'rcpt', 'content', 'after-dot']);

it('senders', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'mine-'));
  const only = process.env['SENDERS']?.split(',');
  const out: string[] = [];
  const names = readdirSync('senders').map((n) => n.replace('.yaml', '')).filter((n) => only === undefined ? true : only.includes(n));
  for (const [name, text] of Object.entries(S)) writeFileSync(join(dir, `${name}.yaml`), text);
  const SLOW = new Set(['retry-after-a-minute', 'idle-hanger', 'patient-for-ever', 'impatient', 'impatient-and-rude', 'slow-sender', 'well-behaved-mta', 'dead-host-prober', 'bounces-with-sender', 'plain-on-tls-port']);
  for (const name of names) {
    const sender = loadSender(name);
    const breaks = sender.breaks.filter((id) => PHASES.has(obligation(id)?.phase ?? ''));
    if (SLOW.has(name) && only === undefined) continue;
    if (breaks.length === 0 && !name.startsWith('well-behaved')) continue;
    const seen = new Map<string, string[]>();
    const results = await Promise.all(Object.keys(S).map(async (scenario) => {
      try {
        const ac = new AbortController();
        const t = setTimeout(() => ac.abort(), 12000);
        const r = await runTrial(loadScenario(join(dir, `${scenario}.yaml`)), scriptedDriver(sender), { seed: 1, folder: null, clientVersion: null, timeScale: 1, signal: ac.signal });
        clearTimeout(t);
        if (!r.ran) return;
        const j = judgeTrial(r.record, { rfc: 5321 });
        for (const v of j.verdicts) {
          if (!PHASES.has(obligation(v.obligation)?.phase ?? '')) continue;
          if (v.verdict !== 'fail' && v.verdict !== 'warn') continue;
          const list = seen.get(v.obligation) ?? [];
          list.push(`${scenario}:${v.verdict}${v.refersTo ? '->' + v.refersTo : ''} ${v.reason}`);
          seen.set(v.obligation, list);
        }
      } catch (e) { out.push(`!! ${name} ${scenario} ${(e as Error).message} ${String((e as Error).cause)}`); }
    }));
    void results;
    for (const id of breaks) out.push(`${seen.has(id) ? 'ok  ' : 'MISS'} ${name} ${id} ${seen.get(id)?.[0] ?? ''}`);
    for (const [id, list] of seen) if (!breaks.includes(id)) out.push(`EXTRA ${name} ${id} ${list.slice(0, 2).join(' | ')}`);
  }
  writeFileSync('/tmp/mine/out.txt', out.join('\n'));
}, 3_000_000);

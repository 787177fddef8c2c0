/** @jest-environment ./test/clients/detecting-environment.ts */
// Real mail clients against the real server: what each did is asserted from the trial record.

import { contentOf } from '../../src/judge/attempt';
import { readCampaign } from '../../src/judge/campaign';
import { CLIENT_DRIVERS } from '../../src/clients';
import type { Availability, ClientDriver } from '../../src/clients/driver';
import { runTrial, type TrialResult } from '../../src/gauntlet/trial';
import { connectionRecord, type ConnectionRecord } from '../../src/mock/connection-record';
import { scenario as built } from '../../src/scenario/builder';
import { loadScenario } from '../../src/scenario/load';
import type { Scenario } from '../../src/scenario/scenario';
import type { MessageEvent } from '../../src/wire/trace-event';
import { digestWithoutTraceHeaders } from '../../src/wire/content-facts';
import type { TrialRecord } from '../../src/wire/trial-record';

/** Put there by the environment. */
declare const detectedClients: Readonly<Record<string, Availability>>;

async function trial(driver: ClientDriver, scenario: Scenario | string): Promise<TrialRecord> {
  const value = typeof scenario === 'string' ? loadScenario(scenario) : scenario;
  const result: TrialResult = await runTrial(value, driver, {
    seed: 1,
    folder: null,
    clientVersion: null,
    timeScale: 1,
  });
  if (!result.ran) throw new Error(`not run: ${result.reason}`);
  return result.record;
}

const connectionsOf = (record: TrialRecord): readonly ConnectionRecord[] => record.traces.map(connectionRecord);
const messagesOf = (record: TrialRecord): readonly MessageEvent[] =>
  connectionsOf(record).flatMap(({ messages }) => messages);
const verbsOf = (connection: ConnectionRecord | undefined): readonly string[] =>
  connection?.commands.map(({ event }) => event) ?? [];

/** Messages of the submission itself; what an MTA sends back to the sender is its bounce (RFC 5321 4.5.5). */
const submitted = (record: TrialRecord): readonly MessageEvent[] =>
  messagesOf(record).filter(({ sender }) => sender !== '');

/** Of the content as it arrived, without the header fields that an MTA puts in front (RFC 5321 4.4). */
function digestOf(record: TrialRecord, message: MessageEvent | undefined): string | null {
  const dialogue = readCampaign(record).dialogues.find(({ record: trace }) =>
    trace.events.some((event) => event === message),
  );
  const content = dialogue === undefined || message === undefined ? null : contentOf(dialogue, message);
  return content === null ? null : digestWithoutTraceHeaders(content);
}

for (const driver of CLIENT_DRIVERS) {
  const detected = detectedClients[driver.name];
  const reason = detected?.available === true ? '' : ` (not run: ${detected?.reason ?? 'not detected'})`;
  const on = reason === '' ? test : test.skip;

  describe(`${driver.title}${reason}`, () => {
    on.each(['plain', 'domino-hardened'])('delivers through %s, content unchanged', async (name) => {
      const record = await trial(driver, name);
      const [message, ...more] = submitted(record);
      expect(more).toEqual([]);
      const [submission] = record.submissions;
      expect(message).toMatchObject({ sender: submission?.from, messageId: submission?.messageId, complete: true });
      expect(message?.recipients).toEqual(submission?.to);
      expect(readCampaign(record).stories[0]?.acceptedFor).toEqual(submission?.to);
      expect(digestOf(record, message)).toBe(submission?.digest);
      expect(record.end).toBe('client-finished');
    });

    on('speaks TLS to domino-hardened where it was asked to', async () => {
      if (!driver.capabilities.includes('starttls')) return;
      const base = loadScenario('domino-hardened');
      const record = await trial(driver, {
        ...base,
        submit: base.submit.map((one) => ({ ...one, tls: 'if-offered' })),
      });
      const [connection] = connectionsOf(record);
      expect(connection?.tls).toBe(true);
      expect(verbsOf(connection).slice(0, 3)).toEqual(['EHLO', 'STARTTLS', 'EHLO']);
      expect(submitted(record)).toHaveLength(1);
    });

    on('authenticates where it was asked to, and its password is not on the record', async () => {
      if (!driver.capabilities.includes('auth')) return;
      const scenario = built('auth')
        .server({
          auth: { mechanisms: ['PLAIN', 'LOGIN'], users: { user: 'pass-word' } },
          policies: { auth: 'required' },
        })
        .submit([
          { from: 'sender@example.org', to: 'someone@example.com', auth: { user: 'user', password: 'pass-word' } },
        ])
        .window('10 s')
        .build();
      const record = await trial(driver, scenario);
      expect(submitted(record)).toHaveLength(1);
      const notes = record.traces.flatMap(({ events }) => events.filter((event) => event.type === 'note'));
      expect(notes.find(({ fact }) => fact === 'authenticated')?.detail).toBe('user');
      const kept = JSON.stringify(
        record.traces.map(({ events }) => events.map((event) => ({ ...event, octets: undefined }))),
      );
      expect(kept).not.toContain(Buffer.from('pass-word').toString('base64'));
      expect(kept).not.toContain(Buffer.from('\0user\0pass-word').toString('base64'));
    });

    on('uses BDAT when CHUNKING is offered, if it knows it', async () => {
      const scenario = built('chunking')
        .server({ extensions: ['PIPELINING', 'CHUNKING', '8BITMIME', 'SIZE'] })
        .submit([{ from: 'sender@example.org', to: 'someone@example.com' }])
        .window('10 s')
        .build();
      const record = await trial(driver, scenario);
      const [message] = submitted(record);
      expect(message?.complete).toBe(true);
      // Of the six only Exim speaks BDAT; the others must go on with DATA.
      expect(message?.via).toBe(driver.name === 'exim' ? 'BDAT' : 'DATA');
    });

    on('goes on with HELO when EHLO is an unknown command', async () => {
      const record = await trial(driver, 'ehlo-500');
      const verbs = connectionsOf(record).map(verbsOf);
      expect(verbs[0]?.slice(0, 2)).toEqual(['EHLO', 'HELO']);
      expect(submitted(record)).toHaveLength(1);
    });

    on('goes on with HELO behind a PIX that mangles EHLO', async () => {
      const record = await trial(driver, 'pix-fixup');
      const [connection] = connectionsOf(record);
      const lines = connection?.lines ?? [];
      // A client that knows the starred banner may not even try EHLO.
      expect(lines.some((line) => /^(XXXX|HELO) /i.test(line))).toBe(true);
      expect(lines.some((line) => /^HELO /i.test(line))).toBe(true);
      expect(submitted(record)).toHaveLength(1);
    });

    on('stops when MAIL is refused by a blacklist', async () => {
      const record = await trial(driver, 'dnsbl-554');
      const [connection] = connectionsOf(record);
      const refused = connection?.commands.find(({ event }) => event === 'MAIL');
      expect(refused?.code).toBe(554);
      expect(submitted(record)).toEqual([]);
      // Without PIPELINING on offer nothing of the transaction may follow.
      expect(verbsOf(connection).filter((verb) => verb === 'RCPT' || verb === 'DATA')).toEqual([]);
    });

    on('sends no content when the only recipient is unknown', async () => {
      const scenario = built('unknown-recipient')
        .server({ policies: { recipients: { known: ['known@example.com'] } } })
        .submit([{ from: 'sender@example.org', to: 'unknown@example.com' }])
        .window('8 s')
        .build();
      const record = await trial(driver, scenario);
      const commands = connectionsOf(record).flatMap(({ commands: all }) => all);
      expect(commands.find(({ line }) => line.includes('unknown@example.com'))?.code).toBe(550);
      expect(submitted(record)).toEqual([]);
    });

    on('ends the session at a 421 to MAIL', async () => {
      const scenario = built('busy-at-mail')
        .on('MAIL')
        .reply('421 mail.example.com busy')
        .times(1)
        .window('20 s')
        .build();
      const record = await trial(driver, scenario);
      const [first] = connectionsOf(record);
      expect(first?.commands.find(({ event }) => event === 'MAIL')?.code).toBe(421);
      expect(
        verbsOf(first)
          .slice(verbsOf(first).indexOf('MAIL') + 1)
          .filter((verb) => verb !== 'QUIT'),
      ).toEqual([]);
      if (driver.capabilities.includes('retries')) expect(submitted(record)).toHaveLength(1);
    });

    on('bounces with the null reverse-path, and the bounce is told from a retry', async () => {
      if (!driver.capabilities.includes('bounces')) return;
      const scenario = built('bounce')
        .on('RCPT', { recipient: 'nobody@example.com' })
        .reply('550 nobody@example.com... No such user')
        .submit([{ from: 'sender@example.org', to: 'nobody@example.com' }])
        .window('12 s')
        .build();
      const record = await trial(driver, scenario);
      const campaign = readCampaign(record);
      expect(campaign.bounces).toHaveLength(1);
      expect(campaign.stories[0]).toMatchObject({ retries: [], repeats: [] });
      expect(campaign.stories[0]?.bounces).toHaveLength(1);
      const bounce = messagesOf(record).find(({ sender }) => sender === '');
      expect(bounce?.recipients).toEqual(['sender@example.org']);
    });
  });
}

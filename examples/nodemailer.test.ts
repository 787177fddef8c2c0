// How a project tests its own mail sending with jest: start the server as a scenario, send, look at what happened.

import { createTransport } from 'nodemailer';
import { scenario, startMockServer, type MockServer } from '../src/index';

let server: MockServer;
afterEach(() => server.stop());

const send = (to: string[]): Promise<unknown> =>
  createTransport({
    host: server.host,
    port: server.port,
    name: 'sender.example.net',
    // domino-hardened offers STARTTLS with a certificate of its own making; server.caFile() has its authority.
    tls: { rejectUnauthorized: false },
  }).sendMail({
    from: 'app@example.net',
    to,
    subject: 'Your order',
    text: 'It is on its way.',
  });

test('an order confirmation arrives', async () => {
  server = await startMockServer('domino-hardened');
  await send(['customer@example.com']);

  const message = await server.message();
  expect(message.sender).toBe('app@example.net');
  expect(message.recipients).toEqual(['customer@example.com']);
  expect(message.content?.toString()).toContain('It is on its way.');
});

test('our sender falls back to HELO when a firewall mangles EHLO', async () => {
  server = await startMockServer('pix-fixup');
  await send(['customer@example.com']);

  const [connection] = await server.connections({ count: 1 });
  expect(connection?.lines.map((line) => line.split(' ')[0])).toEqual(['XXXX', 'HELO', 'MAIL', 'RCPT', 'DATA']);
});

test('a recipient that is busy the first two times', async () => {
  server = await startMockServer(
    scenario('busy-twice').on('RCPT', { recipient: 'busy@*' }).reply('450 Mailbox busy').times(2),
  );
  await expect(send(['busy@example.com'])).rejects.toThrow('450 Mailbox busy');
  await expect(send(['busy@example.com'])).rejects.toThrow('450 Mailbox busy');
  await send(['busy@example.com']);
  expect(await server.messages({ count: 1 })).toHaveLength(1);
});

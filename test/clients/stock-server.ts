// The untouched SMTPServer on port 0, for clients to deliver to: it keeps what it takes, and refuses whom it is told to.
// Not our server: a client must be seen working before our server is judged by it, and the other way round.

import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';

export interface Taken {
  readonly from: string;
  readonly to: readonly string[];
  /** Dots unstuffed. */
  readonly content: Buffer;
  readonly secure: boolean;
  /** User and password with a slash between, or null. */
  readonly user: string | null;
  /** What the client called itself. */
  readonly clientName: string;
}

export interface StockServer {
  readonly port: number;
  readonly taken: readonly Taken[];
  close(): Promise<void>;
}

/** How often RCPT for an address is refused, and with which code. */
export interface Refusals {
  readonly [recipient: string]: { readonly code: number; readonly times: number };
}

export async function stockServer(refusals: Refusals = {}, options: SMTPServerOptions = {}): Promise<StockServer> {
  const taken: Taken[] = [];
  const refused = new Map<string, number>();
  const server = new SMTPServer({
    ...(await certificate()),
    authOptional: true,
    allowInsecureAuth: true,
    // With PIPELINING, Exim sends QUIT and FIN together with the end of the mail data and waits for the replies; the stock
    // server takes the FIN for the end of everything, and its 250 is lost.
    hidePIPELINING: true,
    closeTimeout: 100, // for the sessions of clients that were killed
    onAuth: (auth, _session, done) => done(null, { user: `${auth.username}/${auth.password}` }),
    onRcptTo({ address }, _session, done) {
      const refusal = refusals[address];
      const times = refused.get(address) ?? 0;
      if (refusal === undefined || times >= refusal.times) return done();
      refused.set(address, times + 1);
      return done(Object.assign(new Error('not you'), { responseCode: refusal.code }));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        taken.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          content: Buffer.concat(chunks),
          secure: session.secure,
          user: typeof session.user === 'string' ? session.user : null,
          clientName: session.hostNameAppearsAs,
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined); // a client that is killed resets its connection
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: portOf(server.server.address()),
    taken,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The port of a server that listens. */
export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('it does not listen on a port');
  return address.port;
}

let made: Promise<{ key: string; cert: string }> | null = null;

/** One certificate for all, signed by itself, for 127.0.0.1. */
function certificate(): Promise<{ key: string; cert: string }> {
  made ??= generate([{ name: 'commonName', value: 'mail.example.com' }], {
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  }).then(({ private: key, cert }) => ({ key, cert }));
  return made;
}

/** Writes that certificate into a folder, for clients that are to know its signer. */
export async function writeCertificate(folder: string): Promise<string> {
  const file = join(folder, 'authority.pem');
  await writeFile(file, (await certificate()).cert);
  return file;
}

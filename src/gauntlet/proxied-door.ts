// A door in front of a server: who comes through it comes from the address that was set, so that a load made on one machine
// looks like many hosts. The server is told in a PROXY header, or, where loopback addresses will do, the connection is made
// from there. Used by day.ts and field-traffic.ts. Passes octets, FIN and errors on, and changes none.

import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface ProxiedDoor {
  readonly host: string;
  readonly port: number;
  /** IPv4 address that connections come from, from the next one on. */
  comeFrom(address: string): void;
  close(): Promise<void>;
}

/**
 * Opens a door on loopback.
 * @param target a server; with `proxy-header` one that expects such a header, version 1
 * @param by with `local-address` only addresses of this machine can be come from: on Linux all of 127.0.0.0/8
 */
export function openProxiedDoor(
  target: { readonly host: string; readonly port: number },
  by: 'proxy-header' | 'local-address' = 'proxy-header',
): Promise<ProxiedDoor> {
  let address = '192.0.2.1';
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const inner = connect({
      host: target.host,
      port: target.port,
      allowHalfOpen: true,
      noDelay: true,
      ...(by === 'local-address' ? { localAddress: address } : {}),
    });
    if (by === 'proxy-header')
      inner.write(`PROXY TCP4 ${address} 127.0.0.1 ${client.remotePort ?? 0} ${target.port}\r\n`);
    join(client, inner);
    for (const socket of [client, inner]) {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      resolve({
        host: '127.0.0.1',
        port: (server.address() as AddressInfo).port,
        comeFrom: (from) => (address = from),
        close: () =>
          new Promise((closed) => {
            for (const socket of open) socket.destroy();
            server.close(() => closed());
          }),
      });
    });
  });
}

function join(client: Socket, server: Socket): void {
  client.pipe(server);
  server.pipe(client);
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const) {
    one.on('error', () => other.destroy());
    one.once('close', () => (one.readableEnded ? other.end() : other.destroy()));
  }
}

// A client of few words for tests of the door: dials, reads what comes, knows when it was refused. Every wait ends with an
// event of the socket.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Peer {
  readonly socket: Socket;
  /** Resolves when so many octets have come, with all that has. */
  read(octets: number): Promise<string>;
  /** Resolves when the other side has said FIN, with all that came before it; rejects on RST. */
  readToEnd(): Promise<string>;
}

/** @throws what the socket says, e.g. ECONNREFUSED */
export async function dial(port: number, host = '127.0.0.1'): Promise<Peer> {
  const socket = connect({ port, host, allowHalfOpen: true });
  await once(socket, 'connect');
  const heard: { text: string; ended: boolean; failure: Error | null } = { text: '', ended: false, failure: null };
  socket.on('data', (octets: Buffer) => (heard.text += octets.toString('latin1')));
  socket.on('end', () => (heard.ended = true));
  socket.on('error', (error) => (heard.failure = error));
  const until = async (isDone: () => boolean): Promise<string> => {
    while (!isDone() && !heard.ended && heard.failure === null) {
      await new Promise<void>((resolve) => {
        for (const event of ['data', 'end', 'error', 'close']) socket.once(event, () => resolve());
      });
    }
    if (heard.failure !== null) throw heard.failure;
    return heard.text;
  };
  return { socket, read: (octets) => until(() => heard.text.length >= octets), readToEnd: () => until(() => false) };
}

/** The code a connection attempt fails with, or `connected`. */
export async function dialling(port: number, host = '127.0.0.1'): Promise<string> {
  try {
    const { socket } = await dial(port, host);
    socket.destroy();
    return 'connected';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** Everything that comes, one by one, each waited for. */
export function inbox<Value>(): { put(value: Value): void; next(): Promise<Value> } {
  const values: Value[] = [];
  const takers: ((value: Value) => void)[] = [];
  return {
    put(value) {
      const taker = takers.shift();
      if (taker === undefined) values.push(value);
      else taker(value);
    },
    next() {
      const value = values.shift();
      return value === undefined ? new Promise((resolve) => takers.push(resolve)) : Promise.resolve(value);
    },
  };
}

// What the listener takes from smtp-server, one test per seam: when one fails after a new release of the package, its name
// says what broke.

import { once } from 'node:events';
import { createServer, Socket, type AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { ListenError, Listener, type ArrivedPeer, type ListenerOptions, type Member } from '../../src/server/listener';
import { dial, dialling, inbox, type Peer } from './peer';

interface Arrival {
  readonly socket: Socket;
  readonly peer: ArrivedPeer;
}

const open = new Set<Listener>();

afterEach(async () => {
  await Promise.all([...open].map((listener) => listener.stop()));
  open.clear();
});

function listening(options: Partial<ListenerOptions> = {}) {
  const arrivals = inbox<Arrival>();
  const listener = new Listener({
    proxyProtocol: false,
    closeTimeoutMs: 1,
    arrived: (socket, peer) => {
      arrivals.put({ socket: socket as Socket, peer });
      return null;
    },
    ...options,
  });
  open.add(listener);
  return { listener, arrivals };
}

/** A client that has connected, with both ends. */
async function connected(
  options: Partial<ListenerOptions> = {},
  host = '127.0.0.1',
): Promise<Arrival & { client: Peer }> {
  const { listener, arrivals } = listening(options);
  const { port } = await listener.listenOn(host, 0);
  const client = await dial(port, host);
  return { ...(await arrivals.next()), client };
}

describe('the seams to smtp-server', () => {
  test('connect gets the raw socket: nothing was said on it and no octet was taken', async () => {
    const { socket, client } = await connected();
    client.socket.write('EHLO early.example\r\n');
    const [octets] = (await once(socket, 'data')) as [Buffer];
    expect(socket.constructor).toBe(Socket);
    expect(octets.toString('latin1')).toBe('EHLO early.example\r\n');
    expect(socket.bytesWritten).toBe(0);
  });

  test('connect is what smtp-server calls, and it makes no session of its own', async () => {
    const { listener, arrivals } = listening();
    const { port } = await listener.listenOn('127.0.0.1', 0);
    await dial(port);
    await arrivals.next();
    expect(listener).toBeInstanceOf(SMTPServer);
    expect(listener.connections.size).toBe(0);
  });

  test('allowHalfOpen is honoured: after the client has said FIN it still gets a reply', async () => {
    const { socket, client } = await connected();
    socket.resume();
    client.socket.end('QUIT\r\n');
    await once(socket, 'end');
    expect(socket.writable).toBe(true);
    socket.end('221 Bye\r\n');
    expect(await client.readToEnd()).toBe('221 Bye\r\n');
  });

  test('the client is named by address and port', async () => {
    const { peer, client } = await connected();
    const local = { address: '127.0.0.1', port: client.socket.remotePort };
    expect(peer).toEqual({ remoteAddress: '127.0.0.1', remotePort: client.socket.localPort, local });
  });

  test('IPv6: the client is named by its IPv6 address', async () => {
    const { peer } = await connected({}, '::1');
    expect(peer.remoteAddress).toBe('::1');
  });

  test('dual stack: an IPv4 client on an IPv6 socket is named as IPv4', async () => {
    const { listener, arrivals } = listening();
    const { port } = await listener.listenOn('::ffff:127.0.0.1', 0);
    await dial(port, '127.0.0.1');
    const { socket, peer } = await arrivals.next();
    expect(socket.remoteAddress).toBe('::ffff:127.0.0.1');
    expect(peer.remoteAddress).toBe('127.0.0.1');
  });

  test('an RST between accept and connect ends nothing but that connection', async () => {
    const { listener, arrivals } = listening();
    const { port } = await listener.listenOn('127.0.0.1', 0);
    const client = await dial(port);
    client.socket.resetAndDestroy();
    const { socket } = await arrivals.next();
    socket.resume();
    while (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
    await dial(port);
    expect((await arrivals.next()).peer.remoteAddress).toBe('127.0.0.1');
  });
});

describe('the PROXY header', () => {
  const behindProxy = async (...writes: readonly string[]) => {
    const { listener, arrivals } = listening({ proxyProtocol: true });
    const { port } = await listener.listenOn('127.0.0.1', 0);
    const client = await dial(port);
    for (const octets of writes) await new Promise((resolve) => client.socket.write(octets, resolve));
    return { client, arrivals };
  };

  test('is parsed: the peer is the one it names, and the real one is told as well', async () => {
    const { client, arrivals } = await behindProxy('PROXY TCP4 192.0.2.7 127.0.0.1 51234 25\r\n');
    expect((await arrivals.next()).peer).toMatchObject({
      remoteAddress: '192.0.2.7',
      remotePort: 51_234,
      proxiedBy: { address: '127.0.0.1', port: client.socket.localPort },
    });
  });

  test('is stripped: the first octets of the dialogue are those behind it', async () => {
    const { arrivals } = await behindProxy('PROXY TCP6 2001:db8::7 ::1 51234 25\r\nEHLO x\r\n');
    const { socket, peer } = await arrivals.next();
    const [octets] = (await once(socket, 'data')) as [Buffer];
    expect(octets.toString('latin1')).toBe('EHLO x\r\n');
    expect(peer.remoteAddress).toBe('2001:db8::7');
  });

  test('is put together from pieces', async () => {
    const { arrivals } = await behindProxy('PRO', 'XY TCP4 192.0.2.7 127.0', '.0.1 51234 25\r', '\n');
    expect((await arrivals.next()).peer.remoteAddress).toBe('192.0.2.7');
  });

  test('PROXY UNKNOWN leaves the real peer', async () => {
    const { client, arrivals } = await behindProxy('PROXY UNKNOWN\r\n');
    const { peer } = await arrivals.next();
    expect(peer).toMatchObject({ remoteAddress: '127.0.0.1', remotePort: client.socket.localPort });
    expect(peer).not.toHaveProperty('proxiedBy');
  });

  test('a client without one is refused by smtp-server, and never arrives', async () => {
    const arrived = jest.fn(() => null);
    const { listener } = listening({ proxyProtocol: true, arrived });
    const { port } = await listener.listenOn('127.0.0.1', 0);
    const client = await dial(port);
    client.socket.write('EHLO x\r\n');
    expect(await client.readToEnd()).toBe('* BAD Invalid PROXY header\r\n');
    expect(arrived).not.toHaveBeenCalled();
  });

  test('without leave to expect one it is a line like any other', async () => {
    const { socket, client } = await connected();
    client.socket.write('PROXY UNKNOWN\r\n');
    const [octets] = (await once(socket, 'data')) as [Buffer];
    expect(octets.toString('latin1')).toBe('PROXY UNKNOWN\r\n');
  });
});

test.each([
  [false, '127.0.0.1'],
  [true, '127.0.0.1'],
  [false, '0.0.0.0'],
  [true, '0.0.0.0'],
])('both ends are named, lean %s, listening on %s', async (lean, host) => {
  const { listener, arrivals } = listening({ lean });
  const { port } = await listener.listenOn(host, 0);
  const client = await dial(port);
  expect((await arrivals.next()).peer).toEqual({
    remoteAddress: '127.0.0.1',
    remotePort: client.socket.localPort,
    local: { address: '127.0.0.1', port },
  });
});

describe.each([false, true])('stop, with lean connections: %s', (lean) => {
  const members = () => {
    const calls: string[] = [];
    const make = (socket: Socket): Member => ({
      send: (code, text) => {
        calls.push(`${code} ${text}`);
        socket.write(`${code} ${text}\r\n`);
      },
      close: () => {
        calls.push('close');
        socket.destroy();
      },
    });
    return { calls, make };
  };

  test('calls send, then close, on the sessions that are left after the close time-out', async () => {
    const { calls, make } = members();
    const there = inbox<Member>();
    const { listener } = listening({
      lean,
      arrived: (accepted) => {
        const socket = accepted as Socket;
        const member = make(socket);
        there.put(member);
        return member;
      },
    });
    const { port } = await listener.listenOn('127.0.0.1', 0);
    const client = await dial(port);
    await there.next();
    await listener.stop();
    expect(calls).toEqual(['421 Server shutting down', 'close']);
    expect(await client.readToEnd()).toBe('421 Server shutting down\r\n');
  });

  test('leaves alone a session that was forgotten', async () => {
    const { calls, make } = members();
    const there = inbox<Socket>();
    const { listener } = listening({
      lean,
      arrived: (accepted) => {
        const socket = accepted as Socket;
        there.put(socket);
        return make(socket);
      },
    });
    const { port } = await listener.listenOn('127.0.0.1', 0);
    await dial(port);
    listener.forget(await there.next());
    await listener.stop();
    expect(calls).toEqual([]);
  });

  test('waits for a session that ends in time, without a word to it', async () => {
    const { calls, make } = members();
    const there = inbox<Socket>();
    const { listener } = listening({
      lean,
      closeTimeoutMs: 60_000,
      arrived: (accepted) => {
        const socket = accepted as Socket;
        there.put(socket);
        return make(socket);
      },
    });
    const { port } = await listener.listenOn('127.0.0.1', 0);
    await dial(port);
    const socket = await there.next();
    const stopped = listener.stop();
    socket.destroy();
    await stopped;
    expect(calls).toEqual([]);
  });

  test('ends sockets that nobody made a session of', async () => {
    const { listener, arrivals } = listening({ lean });
    const { port } = await listener.listenOn('127.0.0.1', 0);
    await dial(port);
    const { socket } = await arrivals.next();
    await listener.stop();
    expect(socket.destroyed).toBe(true);
  });

  test('can be called twice, and on a listener that never listened', async () => {
    const { listener } = listening({ lean });
    await listener.stop();
    await listener.stop();
    expect(listener.isListening).toBe(false);
  });

  test('a closed port refuses while its sessions go on, and can be opened again', async () => {
    const { listener, arrivals } = listening({ lean });
    const { port } = await listener.listenOn('127.0.0.1', 0);
    const client = await dial(port);
    const { socket } = await arrivals.next();
    listener.closePort();
    expect(await dialling(port)).toBe('ECONNREFUSED');
    socket.write('250 still here\r\n');
    expect(await client.read(16)).toBe('250 still here\r\n');
    await listener.listenOn('127.0.0.1', port);
    expect(await dialling(port)).toBe('connected');
  });

  test('a port that closes with its last accept waits for that connection', async () => {
    const { listener, arrivals } = listening({ lean, closeTimeoutMs: 60_000 });
    listener.onAccept(() => listener.closePort());
    const { port } = await listener.listenOn('127.0.0.1', 0);
    const closed = new Promise<string>((resolve) => listener.server.once('close', () => resolve('the port is closed')));
    await dial(port);
    const { socket } = await arrivals.next();
    const next = new Promise<string>((resolve) => setImmediate(() => resolve('nothing yet')));
    expect(await Promise.race([closed, next])).toBe('nothing yet');
    socket.destroy();
    expect(await closed).toBe('the port is closed');
  });
});

describe('a port that cannot be had', () => {
  const refusal = async (host: string, port: number): Promise<ListenError> => {
    const failed = jest.fn();
    const { listener } = listening({ failed });
    const error: unknown = await listener.listenOn(host, port).catch((reason: unknown) => reason);
    expect(failed).not.toHaveBeenCalled();
    if (!(error instanceof ListenError)) throw new Error(`expected a ListenError, not ${String(error)}`);
    return error;
  };

  test('in use: says so and how to go on', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const error = await refusal('127.0.0.1', port);
    other.close();
    expect(error.code).toBe('EADDRINUSE');
    expect(error.message).toBe(
      `cannot listen on 127.0.0.1 port ${port}: another program has this port; stop that one, or choose another port (0 takes any free one)`,
    );
  });

  test('not an address of this machine', async () => {
    const error = await refusal('192.0.2.1', 0);
    expect(error.message).toBe(
      'cannot listen on 192.0.2.1 port 0: 192.0.2.1 is not an address of this machine; use 127.0.0.1',
    );
  });

  test('not a port at all', async () => {
    const error = await refusal('127.0.0.1', 70_000);
    expect(error.message).toBe('cannot listen on 127.0.0.1 port 70000: a port is a number from 0 to 65535');
  });

  test('afterwards the same listener can be opened elsewhere', async () => {
    const { listener } = listening();
    await expect(listener.listenOn('127.0.0.1', 70_000)).rejects.toThrow(ListenError);
    const { address, port } = await listener.listenOn('127.0.0.1', 0);
    expect(address).toBe('127.0.0.1');
    expect(await dialling(port)).toBe('connected');
  });
});

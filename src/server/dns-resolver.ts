// Real DNS questions for the policies that have a `resolver:`: is the peer on a DNS blacklist, does the sender's domain exist,
// has the peer a name. Asked over UDP, again over TCP when the answer was cut. Used by whoever runs the sessions. Keeps no
// cache (each connection asks anew, as a test wants to see), and never goes to a resolver off this machine unless allowed to.

import { createSocket } from 'node:dgram';
import { randomInt } from 'node:crypto';
import { connect, isIPv4, isIPv6 } from 'node:net';
import { decode, encode, RECURSION_DESIRED, streamEncode } from 'dns-packet';
import type { Answer, DecodedPacket } from 'dns-packet';
import type { LookUp } from '../scenario/effects';
import { Mistake } from '../scenario/mistake';
import { networks } from '../scenario/networks';
import { systemClock, type Clock } from '../wire/clock';

export interface LookUpOptions {
  /** Whether a resolver that is not on this machine may be asked. */
  readonly allowRemote: boolean;
  readonly clock?: Clock;
}

export interface ResolverAddress {
  readonly address: string;
  readonly port: number;
}

type QuestionType = 'A' | 'AAAA' | 'MX' | 'PTR';

/** `undecided`: time-out, SERVFAIL, a refusal, nobody there. */
type Found = 'yes' | 'no' | 'undecided';

interface Query {
  readonly id: number;
  readonly name: string;
  readonly type: QuestionType;
}

interface Asking {
  readonly resolver: ResolverAddress;
  readonly clock: Clock;
  readonly until: number;
}

interface Reply {
  readonly code: number;
  readonly truncated: boolean;
  readonly answers: readonly Answer[];
}

const LOOPBACK = networks(['127.0.0.0/8', '::1']);

/** RFC 1035 4.1.1. */
const NO_ERROR = 0;
const NAME_ERROR = 3;
const CODE_BITS = 0xf;

/**
 * For load time: what a scenario names as `resolver:`.
 * @param resolver "address:port", IPv6 in brackets
 * @throws Mistake when it is no such thing, or is off this machine without leave
 */
export function checkResolver(resolver: string, allowRemote: boolean): ResolverAddress {
  const [, inBrackets, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(resolver) ?? [];
  const address = inBrackets ?? plain ?? '';
  const port = Number(digits);
  const isAddress = inBrackets === undefined ? isIPv4(address) : isIPv6(address);
  if (!isAddress || !(port >= 1 && port <= 65_535)) {
    throw new Mistake(`"${resolver}" is not the address of a DNS server; expected e.g. "127.0.0.1:5353"`);
  }
  if (!allowRemote && !LOOPBACK.has(address)) {
    throw new Mistake(
      `the DNS server ${resolver} is not on this machine; a test that asks strangers tells them who was tested`,
      'use a server on 127.0.0.1, or allow remote resolvers',
    );
  }
  return { address, port };
}

/**
 * Asks one question. Never rejects: whatever goes wrong on the way leaves it undecided, and what is undecided is not held
 * against the client.
 * @returns `listed`: the list has the peer, which takes a clear answer; time-out, SERVFAIL and garbage mean not listed, as
 *   Domino has it. `domain`: false only when the resolver says there is neither MX nor address. `name`: false only when it
 *   says there is no PTR.
 */
export async function lookUp(question: LookUp, options: LookUpOptions): Promise<boolean> {
  const asking = begin(question, options);
  if (asking === null) return question.ask !== 'listed';
  switch (question.ask) {
    case 'listed':
      // Blacklists are asked about IPv4 peers only: Domino passes IPv6 ones by.
      if (!isIPv4(question.address)) return false;
      return (await ask(asking, `${reversedIpv4(question.address)}.${question.site}`, 'A', isListing)) === 'yes';
    case 'domain': {
      // An address literal (RFC 5321 4.1.3) needs no DNS.
      if (question.domain.startsWith('[')) return true;
      // RFC 5321 5.1: without MX, the address itself is the mail host.
      const types = ['MX', 'A', 'AAAA'] as const;
      const found = await Promise.all(types.map((type) => ask(asking, question.domain, type)));
      return found.some((each) => each !== 'no');
    }
    case 'name':
      return (await ask(asking, reverseName(question.address), 'PTR')) !== 'no';
  }
}

/** Null: a resolver that the loader should not have let through; nothing is sent to it. */
function begin(question: LookUp, { allowRemote, clock = systemClock() }: LookUpOptions): Asking | null {
  try {
    const resolver = checkResolver(question.resolver, allowRemote);
    return { resolver, clock, until: clock.now() + question.timeoutMs };
  } catch (error) {
    if (error instanceof Mistake) return null;
    throw error;
  }
}

/** RFC 5782 2.1: a listing is an A record in 127.0.0.0/8; any other address is a parked domain talking. */
function isListing(answer: Answer): boolean {
  return answer.type === 'A' && answer.data.startsWith('127.');
}

// --- one question ------------------------------------------------------------------------------------------------

async function ask(
  asking: Asking,
  name: string,
  type: QuestionType,
  counts: (answer: Answer) => boolean = (answer) => answer.type === type,
): Promise<Found> {
  if (!isDomainName(name)) return 'no';
  // Not from the seed: nothing that is played or recorded depends on it.
  const query: Query = { id: randomInt(0x1_0000), name, type };
  let reply = await askOverUdp(asking, query);
  if (reply?.truncated === true) reply = await askOverTcp(asking, query);
  if (reply?.code === NAME_ERROR) return 'no';
  if (reply?.code !== NO_ERROR) return 'undecided';
  return reply.answers.some(counts) ? 'yes' : 'no';
}

function askOverUdp(asking: Asking, query: Query): Promise<Reply | null> {
  const { address, port } = asking.resolver;
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  return settledInTime(
    asking,
    (settle) => {
      // RFC 5452 9.1: what does not answer this very question is passed over, and the wait goes on.
      socket.on('message', (octets) => {
        const reply = readReply(octets, query);
        if (reply !== null) settle(reply);
      });
      // A connected socket hears of a closed port at once (ICMP), and takes datagrams of that resolver only.
      socket.on('error', () => settle(null));
      socket.on('connect', () => {
        socket.send(encode(packetOf(query)), (error) => {
          if (error !== null) settle(null);
        });
      });
      socket.connect(port, address);
    },
    () => socket.close(),
  );
}

/** RFC 7766 8: each message behind its length in two octets. */
function askOverTcp(asking: Asking, query: Query): Promise<Reply | null> {
  const { address, port } = asking.resolver;
  const socket = connect({ host: address, port });
  return settledInTime(
    asking,
    (settle) => {
      let octets = Buffer.alloc(0);
      socket.on('data', (piece: Buffer) => {
        octets = Buffer.concat([octets, piece]);
        if (octets.length < 2) return;
        const end = 2 + octets.readUInt16BE(0);
        if (octets.length >= end) settle(readReply(octets.subarray(2, end), query));
      });
      socket.on('error', () => settle(null));
      socket.on('close', () => settle(null));
      socket.write(streamEncode(packetOf(query)));
    },
    () => socket.destroy(),
  );
}

/** Runs one exchange until it settles, or null when the time is over; tidies up once. */
function settledInTime(
  { clock, until }: Asking,
  run: (settle: (reply: Reply | null) => void) => void,
  tidy: () => void,
): Promise<Reply | null> {
  return new Promise((resolve) => {
    let settled = false;
    const settle = (reply: Reply | null): void => {
      if (settled) return;
      settled = true;
      alarm.cancel();
      tidy();
      resolve(reply);
    };
    const alarm = clock.alarm(until, () => settle(null));
    run(settle);
  });
}

// --- what is sent and read ---------------------------------------------------------------------------------------

function packetOf({ id, name, type }: Query): Parameters<typeof encode>[0] {
  return { type: 'query', id, flags: RECURSION_DESIRED, questions: [{ name, type }] };
}

/** @returns null for anything but an answer to this question */
function readReply(octets: Buffer, { id, name, type }: Query): Reply | null {
  let packet: DecodedPacket;
  try {
    packet = decode(octets);
  } catch {
    return null;
  }
  const [question] = packet.questions ?? [];
  const isOurs = question?.type === type && question.name.toLowerCase() === name.toLowerCase();
  if (packet.type !== 'response' || packet.id !== id || !isOurs) return null;
  return { code: (packet.flags ?? 0) & CODE_BITS, truncated: packet.flag_tc, answers: packet.answers ?? [] };
}

/** RFC 1035 2.3.4: labels of 1 to 63 octets, 253 in all. What cannot be asked about does not exist. */
function isDomainName(name: string): boolean {
  const lengths = name.split('.').map((label) => Buffer.byteLength(label));
  return Buffer.byteLength(name) <= 253 && lengths.every((length) => length >= 1 && length <= 63);
}

function reversedIpv4(address: string): string {
  return address.split('.').toReversed().join('.');
}

/** RFC 1035 3.5 and RFC 3596 2.5. */
function reverseName(address: string): string {
  if (!isIPv6(address)) return `${reversedIpv4(address)}.in-addr.arpa`;
  return `${ipv6Digits(address).split('').toReversed().join('.')}.ip6.arpa`;
}

/** All 32 hexadecimal digits, through the one form that a URL writes an address in. */
function ipv6Digits(address: string): string {
  const [withoutZone = ''] = address.split('%');
  const [head = '', tail] = new URL(`http://[${withoutZone}]/`).hostname.slice(1, -1).split('::');
  const groups = (text: string): string[] =>
    text === '' ? [] : text.split(':').map((group) => group.padStart(4, '0'));
  const front = groups(head);
  const back = groups(tail ?? '');
  return [...front, ...Array<string>(8 - front.length - back.length).fill('0000'), ...back].join('');
}

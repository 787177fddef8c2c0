// A tiny authoritative DNS server on this machine, over UDP and TCP: a blacklist to be listed on, a domain that exists, a
// resolver that is slow, silent or mad. Used by tests and by whoever plays a scenario with a `resolver:`. Knows no recursion,
// no delegation and no EDNS.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { AUTHORITATIVE_ANSWER, decode, encode, TRUNCATED_RESPONSE } from 'dns-packet';
import type { Answer, DecodedPacket, Question } from 'dns-packet';
import { systemClock, type Clock } from '../wire/clock';

export type ZoneRecord =
  | { readonly name: string; readonly type: 'A' | 'AAAA' | 'CNAME' | 'PTR' | 'TXT'; readonly data: string }
  | {
      readonly name: string;
      readonly type: 'MX';
      readonly data: { readonly preference: number; readonly exchange: string };
    };

export interface TestZoneOptions {
  readonly records: readonly ZoneRecord[];
  /** Before each answer. */
  readonly delayMs?: number;
  /** Answers with octets that are no DNS message. */
  readonly garbage?: boolean;
  /** Never answers. */
  readonly silent?: boolean;
  /** Answers SERVFAIL. */
  readonly failing?: boolean;
  /** Sends two false answers (127.0.0.2) before the true one: one with another id, one to another question. */
  readonly forged?: boolean;
  readonly clock?: Clock;
}

export interface AskedQuestion {
  readonly name: string;
  readonly type: string;
  readonly over: 'udp' | 'tcp';
}

export interface TestZone {
  /** As a scenario writes it: "127.0.0.1:5353". */
  readonly resolver: string;
  /** Oldest first. */
  readonly asked: readonly AskedQuestion[];
  /** Resolves when so many questions in all have been answered, or left unanswered as told. */
  dealtWith(count: number): Promise<void>;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
/** RFC 1035 4.2.1: longer answers are cut and asked for over TCP. */
const MOST_UDP_OCTETS = 512;
const SERVER_FAILURE = 2;
const NAME_ERROR = 3;
const MOST_ALIASES = 8;
/** UDP and TCP must get the same port, and the second may find it taken. */
const TRIES = 20;

/** Starts the server on a free port of 127.0.0.1. */
export async function startTestZone(options: TestZoneOptions): Promise<TestZone> {
  for (let tries = 1; ; tries++) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (tries >= TRIES || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}

async function startOnce(options: TestZoneOptions): Promise<TestZone> {
  const clock = options.clock ?? systemClock();
  const asked: AskedQuestion[] = [];
  const log = countedLog();
  const connections = new Set<Socket>();

  const take = (octets: Buffer, over: 'udp' | 'tcp', send: (octets: Buffer) => void): void => {
    const query = readQuery(octets);
    if (query === null) return;
    asked.push({ name: query.question.name, type: query.question.type, over });
    clock.alarm(clock.now() + (options.delayMs ?? 0), () => {
      for (const reply of repliesTo(query, options, over)) send(reply);
      log.count();
    });
  };

  const tcp = createServer((socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    socket.on('error', () => undefined);
    onMessages(socket, (octets) => take(octets, 'tcp', (reply) => socket.write(behindLength(reply))));
  });
  tcp.listen(0, HOST);
  await once(tcp, 'listening');
  const { port } = tcp.address() as AddressInfo;

  const udp = createSocket('udp4');
  udp.on('message', (octets, from) => take(octets, 'udp', (reply) => udp.send(reply, from.port, from.address)));
  try {
    udp.bind(port, HOST);
    await once(udp, 'listening');
  } catch (error) {
    tcp.close();
    throw error;
  }
  return {
    resolver: `${HOST}:${port}`,
    asked,
    dealtWith: (count) => log.reached(count),
    async stop() {
      udp.close();
      for (const socket of connections) socket.destroy();
      await new Promise((resolve) => tcp.close(resolve));
    },
  };
}

/** A count that can be waited for. */
function countedLog(): { count(): void; reached(count: number): Promise<void> } {
  let counted = 0;
  const waiting = new Set<() => void>();
  return {
    count() {
      counted++;
      for (const look of waiting) look();
    },
    reached: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (counted < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

// --- messages ----------------------------------------------------------------------------------------------------

interface Query {
  readonly packet: DecodedPacket;
  readonly question: Question;
}

function readQuery(octets: Buffer): Query | null {
  try {
    const packet = decode(octets);
    const [question] = packet.questions ?? [];
    return packet.type === 'query' && question !== undefined ? { packet, question } : null;
  } catch {
    return null;
  }
}

function repliesTo(query: Query, options: TestZoneOptions, over: 'udp' | 'tcp'): readonly Buffer[] {
  const { id = 0 } = query.packet;
  const { question } = query;
  if (options.silent === true) return [];
  if (options.garbage === true) return [Buffer.from('this is no DNS message at all, only octets')];
  if (options.failing === true) return [answerOf(id, question, SERVER_FAILURE, [])];
  const answers = answersFor(question, options.records);
  const whole = answerOf(
    id,
    question,
    answers.length > 0 || exists(question.name, options.records) ? 0 : NAME_ERROR,
    answers,
  );
  const isCut = over === 'udp' && whole.length > MOST_UDP_OCTETS;
  const truth = isCut ? answerOf(id, question, TRUNCATED_RESPONSE, []) : whole;
  return options.forged === true ? [...forgeriesOf(id, question), truth] : [truth];
}

function forgeriesOf(id: number, question: Question): readonly Buffer[] {
  const saying = (name: string): Answer => ({ name, type: 'A', ttl: 0, data: '127.0.0.2' });
  const other: Question = { name: `other.${question.name}`, type: 'A' };
  return [
    answerOf((id + 1) % 0x1_0000, question, 0, [saying(question.name)]),
    answerOf(id, other, 0, [saying(question.name)]),
  ];
}

function answerOf(id: number, question: Question, flags: number, answers: Answer[]): Buffer {
  return encode({ type: 'response', id, flags: AUTHORITATIVE_ANSWER | flags, questions: [question], answers });
}

function answersFor({ name, type }: Question, records: readonly ZoneRecord[]): Answer[] {
  const answers: Answer[] = [];
  let wanted = name;
  for (let aliases = 0; aliases < MOST_ALIASES; aliases++) {
    const here = records.filter((record) => isSame(record.name, wanted));
    for (const record of here) if (record.type === type) answers.push(asAnswer(record));
    const alias = here.find((record) => record.type === 'CNAME');
    if (alias === undefined || type === 'CNAME') return answers;
    answers.push(asAnswer(alias));
    wanted = alias.data as string;
  }
  return answers;
}

function asAnswer(record: ZoneRecord): Answer {
  const { name, type, data } = record;
  return { name, type, ttl: 0, data } as Answer;
}

/** RFC 8020 2: a name with something beneath it exists, also without records of its own. */
function exists(name: string, records: readonly ZoneRecord[]): boolean {
  return records.some(
    (record) => isSame(record.name, name) || record.name.toLowerCase().endsWith(`.${name.toLowerCase()}`),
  );
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

// --- TCP ---------------------------------------------------------------------------------------------------------

function onMessages(socket: Socket, take: (octets: Buffer) => void): void {
  let waiting = Buffer.alloc(0);
  socket.on('data', (piece: Buffer) => {
    waiting = Buffer.concat([waiting, piece]);
    while (waiting.length >= 2) {
      const end = 2 + waiting.readUInt16BE(0);
      if (waiting.length < end) return;
      take(waiting.subarray(2, end));
      waiting = waiting.subarray(end);
    }
  });
}

function behindLength(octets: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(octets.length);
  return Buffer.concat([length, octets]);
}

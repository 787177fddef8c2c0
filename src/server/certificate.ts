// Certificates as a scenario asks for them: good, expired, for another name, signed by nobody or by a stranger. Made here with
// a local CA and kept on disk, so that a test run does not make keys over and over. The only file that knows selfsigned.
// Used by whoever starts the server; the handshake is tls.ts. None of these keys protects anything.

import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { domainToASCII } from 'node:url';
import type * as selfsigned from 'selfsigned';
import { systemClock, type Clock } from '../wire/clock';
import type { CertificateKind } from '../scenario/scenario';
import { CERTIFICATE_FILE, keptPair } from './certificate-folder';
import { CertificateError, givenPair, type CertificateFiles } from './given-certificate';
import type { KeyPair } from './tls';

export interface CertificateSource {
  /**
   * @param hostname the name clients check; localhost and both loopback addresses are always in as well
   * @throws CertificateError for given files that cannot serve
   */
  pair(kind: CertificateKind | CertificateFiles, hostname: string): Promise<KeyPair>;
  /** PEM file with the CA that signs `valid`, `expired` and `wrong-name`: what a client is to trust. */
  caFile(): Promise<string>;
  /** Set once certificates had to be kept elsewhere: what happened, and where they are now. */
  readonly note: string | null;
  /** Removes what was kept elsewhere. */
  close(): Promise<void>;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** The CA is older than every certificate it signs, the expired one too, so that the date is all that is wrong there. */
const CA_FROM_DAYS = -365;
const CA_TO_DAYS = 3650;
const RENEW_DAYS = 30;
const WRONG_NAME = 'wrong-name.invalid';

type Extensions = NonNullable<NonNullable<Parameters<typeof selfsigned.generate>[1]>['extensions']>;

/** @param folder made when it is not there; a temporary one takes its place when it cannot be written */
export function certificates(folder: string, clock: Pick<Clock, 'date'> = systemClock()): CertificateSource {
  return new CertificateKeeper(resolve(folder), clock);
}

class CertificateKeeper implements CertificateSource {
  note: string | null = null;
  private folder: string;
  private temporary: string | null = null;
  private readonly clock: Pick<Clock, 'date'>;
  /** One at a time: the CA must be there before what it signs. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(folder: string, clock: Pick<Clock, 'date'>) {
    this.folder = folder;
    this.clock = clock;
  }

  pair(kind: CertificateKind | CertificateFiles, hostname: string): Promise<KeyPair> {
    if (typeof kind === 'object') return givenPair(kind);
    return this.inTurn(() => this.somewhere(() => this.madePair(kind, hostname)));
  }

  caFile(): Promise<string> {
    return this.inTurn(() =>
      this.somewhere(async () => {
        await this.ca();
        return join(this.folder, 'ca', CERTIFICATE_FILE);
      }),
    );
  }

  async close(): Promise<void> {
    await this.turn.catch(() => undefined);
    if (this.temporary !== null) await rm(this.temporary, { recursive: true, force: true });
  }

  private inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.turn.then(work, work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  /** In the folder that was given, else in a temporary one. */
  private async somewhere<Value>(work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined || this.temporary !== null) throw error;
      this.temporary = await temporaryFolder(this.folder, code);
      this.note = `certificates cannot be kept in ${this.folder} (${code}); they are in ${this.temporary} for this run`;
      this.folder = this.temporary;
      return work();
    }
  }

  private ca(): Promise<KeyPair> {
    const today = this.clock.date().getTime();
    const isGood = (pair: KeyPair): boolean => readable(pair)?.isFresh(today) === true;
    return keptPair(this.folder, 'ca', isGood, () => makeCa('smtp-gauntlet test CA', today));
  }

  private async madePair(kind: CertificateKind, hostname: string): Promise<KeyPair> {
    const today = this.clock.date().getTime();
    const ca = kind === 'self-signed' || kind === 'unknown-ca' ? null : await this.ca();
    const isGood = (pair: KeyPair): boolean => {
      const found = readable(pair);
      if (found === null || (ca !== null && !found.isSignedBy(ca))) return false;
      return kind === 'expired' ? found.isOver(today) : found.isFresh(today);
    };
    return keptPair(this.folder, `${kind}-${folderName(hostname)}`, isGood, async () => {
      const signer = kind === 'unknown-ca' ? await makeCa('a CA that nobody knows', today) : ca;
      return makeLeaf(kind, hostname, signer, today);
    });
  }
}

async function temporaryFolder(instead: string, code: string): Promise<string> {
  try {
    const folder = await mkdtemp(join(tmpdir(), 'smtp-gauntlet-certs-'));
    await chmod(folder, 0o755);
    return folder;
  } catch (error) {
    const reason = (error as Error).message;
    throw new CertificateError(
      `certificates can be kept neither in ${instead} (${code}) nor in ${tmpdir()}: ${reason}`,
    );
  }
}

// --- making ------------------------------------------------------------------------------------------------------

async function makeCa(name: string, today: number): Promise<KeyPair> {
  return make(
    name,
    null,
    [today + CA_FROM_DAYS * DAY_MS, today + CA_TO_DAYS * DAY_MS],
    [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  );
}

function makeLeaf(kind: CertificateKind, hostname: string, signer: KeyPair | null, today: number): Promise<KeyPair> {
  const days = kind === 'expired' ? [-60, -1] : [-1, 365];
  const names = kind === 'wrong-name' ? [WRONG_NAME] : [hostname, 'localhost', '127.0.0.1', '::1'];
  const common = names[0] ?? '';
  return make(
    // A name of other letters, or over 64 of them (X.520), goes without: clients look at the alternative names.
    /^[A-Za-z0-9.-]{1,64}$/.test(common) ? common : 'smtp-gauntlet',
    signer,
    [today + (days[0] ?? 0) * DAY_MS, today + (days[1] ?? 0) * DAY_MS],
    [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: alternativeNames(names) },
    ],
  );
}

async function make(
  commonName: string,
  ca: KeyPair | null,
  [from, to]: readonly [number, number],
  extensions: Extensions,
): Promise<KeyPair> {
  // Loaded when there is something to make: most starts find their certificates made.
  const { generate } = require('selfsigned') as typeof selfsigned;
  const made = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(from),
    notAfterDate: new Date(to),
    extensions,
    ...(ca === null ? {} : { ca }),
  });
  return { key: made.private, cert: made.cert };
}

function alternativeNames(names: readonly string[]): Extract<Extensions[number], { altNames: unknown }>['altNames'] {
  const found = new Set(names.map((name) => (isIP(name) === 0 ? domainToASCII(name) : name)));
  found.delete('');
  return [...found].map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name }));
}

/** Letters, digits, dots and hyphens; two names that only differ in others get two folders. */
function folderName(hostname: string): string {
  const plain = hostname
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '_')
    .slice(0, 100);
  if (plain === hostname.toLowerCase()) return plain;
  return `${plain}-${createHash('sha256').update(hostname.toLowerCase()).digest('hex').slice(0, 8)}`;
}

// --- looking at what is kept -------------------------------------------------------------------------------------

interface Readable {
  isSignedBy(ca: KeyPair): boolean;
  isOver(today: number): boolean;
  /** Valid, and not about to expire. */
  isFresh(today: number): boolean;
}

/** @returns null for what is no certificate with its key */
function readable({ cert, key }: KeyPair): Readable | null {
  try {
    const certificate = new X509Certificate(cert);
    if (!certificate.checkPrivateKey(createPrivateKey(key))) return null;
    const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
    return {
      isSignedBy: (ca) => certificate.verify(new X509Certificate(ca.cert).publicKey),
      isOver: (today) => to < today,
      isFresh: (today) => from <= today && to > today + RENEW_DAYS * DAY_MS,
    };
  } catch {
    return null;
  }
}

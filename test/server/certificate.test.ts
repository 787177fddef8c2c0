import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { certificates } from '../../src/server/certificate';
import { CertificateError } from '../../src/server/given-certificate';
import type { KeyPair } from '../../src/server/tls';
import type { CertificateKind } from '../../src/scenario/scenario';

const HOSTNAME = 'mail.example.com';
const DAY_MS = 86_400_000;

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'smtp-gauntlet-test-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (date: number) => ({ date: () => new Date(date) });

/** What a client says that trusts the CA and checks the name: `trusted`, or OpenSSL's or Node's word for what is wrong. */
async function clientsWord({ key, cert }: KeyPair, ca: string, servername = HOSTNAME): Promise<string> {
  const server = createServer({ key, cert }).listen(0, '127.0.0.1');
  server.on('tlsClientError', () => undefined);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', ca, servername });
  try {
    return await new Promise<string>((resolve) => {
      client.on('secureConnect', () => resolve('trusted'));
      client.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
  } finally {
    client.destroy();
    server.close();
  }
}

describe('what a client says of each kind', () => {
  test.each([
    ['valid', 'trusted'],
    ['expired', 'CERT_HAS_EXPIRED'],
    ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['unknown-ca', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ] as const)('%s: %s', async (kind: CertificateKind, word) => {
    const source = certificates(folder);
    const ca = readFileSync(await source.caFile(), 'utf8');
    expect(await clientsWord(await source.pair(kind, HOSTNAME), ca)).toBe(word);
  });

  test('valid is good for loopback as well', async () => {
    const { cert } = await certificates(folder).pair('valid', HOSTNAME);
    const certificate = new X509Certificate(cert);
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkIP('::1')).toBe('::1');
    expect(certificate.checkHost('localhost')).toBe('localhost');
  });

  test('keys are P-256, signatures sha256', async () => {
    const { cert } = await certificates(folder).pair('valid', HOSTNAME);
    const { publicKey } = new X509Certificate(cert);
    expect(publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(Buffer.from(new X509Certificate(cert).raw).includes(Buffer.from('2a8648ce3d040302', 'hex'))).toBe(true);
  });
});

describe('the cache', () => {
  test('the same pair comes again, from another source too', async () => {
    const first = await certificates(folder).pair('valid', HOSTNAME);
    expect(await certificates(folder).pair('valid', HOSTNAME)).toEqual(first);
  });

  test('one folder per kind and name, nothing half made, the key for its owner only', async () => {
    const source = certificates(folder);
    await source.pair('valid', HOSTNAME);
    await source.pair('expired', HOSTNAME);
    await source.pair('valid', 'other.example.com');
    expect(readdirSync(folder).sort()).toEqual([
      'ca',
      'expired-mail.example.com',
      'valid-mail.example.com',
      'valid-other.example.com',
    ]);
    expect(statSync(join(folder, 'ca', 'key.pem')).mode & 0o077).toBe(0);
    expect(await source.caFile()).toBe(join(folder, 'ca', 'cert.pem'));
    expect(readFileSync(await source.caFile(), 'utf8')).not.toContain('KEY');
  });

  test.each(['../../escape', 'a/b', '..', '', 'ünï.example', '*.example.com', 'CN=x,O=y', 'x'.repeat(300)])(
    'a host name cannot leave the folder, and has a certificate all the same: %j',
    async (hostname) => {
      const { cert } = await certificates(join(folder, 'deep', 'certs')).pair('self-signed', hostname);
      expect(new X509Certificate(cert).checkHost('localhost')).toBe('localhost');
      expect(readdirSync(folder)).toEqual(['deep']);
      expect(readdirSync(join(folder, 'deep'))).toEqual(['certs']);
      expect(readdirSync(join(folder, 'deep', 'certs'))).toHaveLength(1);
    },
  );

  test('two sources that begin at the same time end up with one CA and pairs that fit it', async () => {
    const sources = Array.from({ length: 4 }, () => certificates(folder));
    const pairs = await Promise.all(sources.map((source) => source.pair('valid', HOSTNAME)));
    const ca = readFileSync(await certificates(folder).caFile(), 'utf8');
    for (const { cert } of pairs)
      expect(new X509Certificate(cert).verify(new X509Certificate(ca).publicKey)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['ca', 'valid-mail.example.com']);
  });

  test('several sources that find the CA about to expire end up with one new CA', async () => {
    const today = Date.parse('2024-05-01T12:00:00Z');
    await certificates(folder, at(today)).pair('valid', HOSTNAME);
    const late = at(today + 3640 * DAY_MS);
    const sources = Array.from({ length: 4 }, () => certificates(folder, late));
    const pairs = await Promise.all(sources.map((source) => source.pair('valid', HOSTNAME)));
    const ca = new X509Certificate(readFileSync(await certificates(folder, late).caFile()));
    for (const { cert } of pairs) expect(new X509Certificate(cert).verify(ca.publicKey)).toBe(true);
  });

  test('one that is about to expire is made anew, one that is not stays', async () => {
    const today = Date.parse('2024-05-01T12:00:00Z');
    const first = await certificates(folder, at(today)).pair('valid', HOSTNAME);
    expect(await certificates(folder, at(today + 300 * DAY_MS)).pair('valid', HOSTNAME)).toEqual(first);
    const later = await certificates(folder, at(today + 340 * DAY_MS)).pair('valid', HOSTNAME);
    expect(later.cert).not.toBe(first.cert);
    expect(Date.parse(new X509Certificate(later.cert).validTo)).toBeGreaterThan(today + 365 * DAY_MS);
  });

  test('the expired one stays as it is', async () => {
    const source = certificates(folder);
    const first = await source.pair('expired', HOSTNAME);
    expect(await source.pair('expired', HOSTNAME)).toEqual(first);
  });

  test.each([
    ['cut short', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 60))],
    ['gone', (file: string) => rmSync(file)],
    ['of another certificate', (file: string) => writeFileSync(file, pemKey())],
  ])('a pair whose key is %s is made anew', async (_what, spoil) => {
    const source = certificates(folder);
    const first = await source.pair('valid', HOSTNAME);
    spoil(join(folder, 'valid-mail.example.com', 'key.pem'));
    const second = await source.pair('valid', HOSTNAME);
    expect(second.cert).not.toBe(first.cert);
    expect(await clientsWord(second, readFileSync(await source.caFile(), 'utf8'))).toBe('trusted');
    expect(readdirSync(folder).sort()).toEqual(['ca', 'valid-mail.example.com']);
  });

  test('a file where the pair should be is put away', async () => {
    writeFileSync(join(folder, 'ca'), 'in the way');
    const source = certificates(folder);
    expect(readFileSync(await source.caFile(), 'utf8')).toContain('BEGIN CERTIFICATE');
    expect(source.note).toBeNull();
  });

  test('a new CA makes the old pairs useless: they are made anew', async () => {
    const source = certificates(folder);
    await source.pair('valid', HOSTNAME);
    rmSync(join(folder, 'ca'), { recursive: true });
    const pair = await source.pair('valid', HOSTNAME);
    expect(await clientsWord(pair, readFileSync(await source.caFile(), 'utf8'))).toBe('trusted');
  });

  test('a folder that cannot be written: a temporary one, said in a note and removed at the end', async () => {
    const blocked = join(folder, 'file');
    writeFileSync(blocked, 'in the way');
    const source = certificates(join(blocked, 'certs'));
    const pair = await source.pair('valid', HOSTNAME);
    const caFile = await source.caFile();
    expect(await clientsWord(pair, readFileSync(caFile, 'utf8'))).toBe('trusted');
    expect(source.note).toMatch(/^certificates cannot be kept in .*certs \(ENOTDIR\); they are in .* for this run$/);
    await source.close();
    expect(() => statSync(caFile)).toThrow('ENOENT');
  });
});

describe('given files', () => {
  const files = () => ({ cert: join(folder, 'given.crt'), key: join(folder, 'given.key') });
  const given = async (): Promise<KeyPair> => {
    const pair = await certificates(join(folder, 'other')).pair('self-signed', HOSTNAME);
    writeFileSync(files().cert, pair.cert);
    writeFileSync(files().key, pair.key);
    return pair;
  };

  test('are taken as they are', async () => {
    const pair = await given();
    expect(await certificates(folder).pair(files(), 'whatever')).toEqual(pair);
  });

  test.each([
    ['no such certificate', () => rmSync(files().cert), 'given.crt: the certificate cannot be read: no such file'],
    ['no such key', () => rmSync(files().key), 'given.key: the key cannot be read: no such file'],
    [
      'a folder',
      () => {
        rmSync(files().key);
        mkdirSync(files().key);
      },
      'given.key: the key cannot be read: it is a folder',
    ],
    [
      'no PEM',
      () => writeFileSync(files().cert, Buffer.from([0x30, 0x82])),
      'given.crt: is not PEM; expected -----BEGIN CERTIFICATE-----',
    ],
    [
      'the two mixed up',
      () => writeFileSync(files().cert, pemKey()),
      'given.crt: holds "PRIVATE KEY"; expected -----BEGIN CERTIFICATE-----',
    ],
    [
      'a certificate cut short',
      () => writeFileSync(files().cert, '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'),
      'given.crt: is not a certificate that can be read: ',
    ],
    ['no key', () => writeFileSync(files().key, 'x'), 'given.key: is not a key; expected -----BEGIN PRIVATE KEY-----'],
    [
      'a key with a passphrase',
      () => writeFileSync(files().key, '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n'),
      'given.key: the key has a passphrase; expected a key without one',
    ],
    ['the key of another', () => writeFileSync(files().key, pemKey()), 'given.key: is the key of another certificate'],
  ])('%s: says which file and what is wrong', async (_what, spoil, message) => {
    await given();
    spoil();
    const error: unknown = await certificates(folder)
      .pair(files(), HOSTNAME)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CertificateError);
    expect((error as Error).message).toContain(message);
  });
});

function pemKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
}

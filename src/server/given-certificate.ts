// A certificate and key that the user names: read, and refused with the file and the reason when they cannot serve. Used by
// certificate.ts. Whether a client would trust the certificate is not asked: showing a bad one may be the very test.

import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { KeyPair } from './tls';

/** The user's to solve: the message names the file and what is wrong with it. */
export class CertificateError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CertificateError';
  }
}

export interface CertificateFiles {
  /** PEM, the server's certificate first; others behind it are sent along. */
  readonly cert: string;
  /** PEM, without a passphrase. */
  readonly key: string;
}

/** @throws CertificateError */
export async function givenPair(files: CertificateFiles): Promise<KeyPair> {
  const cert = await readPem(files.cert, 'certificate');
  const key = await readPem(files.key, 'key');
  const certificate = certificateIn(files.cert, cert);
  if (!certificate.checkPrivateKey(keyIn(files.key, key))) {
    throw new CertificateError(`${files.key}: is the key of another certificate than the one in ${files.cert}`);
  }
  return { cert, key };
}

async function readPem(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CertificateError(`${file}: the ${what} cannot be read: ${reasonOf(error)}`);
  }
}

function certificateIn(file: string, pem: string): X509Certificate {
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
    const found = /-----BEGIN ([A-Z ]+)-----/.exec(pem)?.[1];
    throw new CertificateError(
      `${file}: ${found === undefined ? 'is not PEM' : `holds "${found}"`}; expected -----BEGIN CERTIFICATE-----`,
    );
  }
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new CertificateError(`${file}: is not a certificate that can be read: ${reasonOf(error)}`);
  }
}

function keyIn(file: string, pem: string): KeyObject {
  if (/ENCRYPTED/.test(pem)) {
    throw new CertificateError(`${file}: the key has a passphrase; expected a key without one`);
  }
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) {
    throw new CertificateError(`${file}: is not a key; expected -----BEGIN PRIVATE KEY-----`);
  }
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new CertificateError(`${file}: is not a key that can be read: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return 'no such file';
    case 'EISDIR':
      return 'it is a folder';
    case 'EACCES':
      return 'not permitted';
    default:
      return message;
  }
}

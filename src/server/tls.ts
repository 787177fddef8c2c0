// TLS on a socket or stream that is already ours: accepts the handshake as the scenario configures it. Certificates come
// from certificate.ts. Used by transport.ts; knows nothing of STARTTLS.

import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { TlsConfig } from '../scenario/scenario';

export interface KeyPair {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
}

export interface TlsAcceptor {
  readonly closeNotify: boolean;
  /** @returns a TLS socket whose handshake has begun; listen to `secure` and `error` */
  accept(below: Socket | Duplex): TLSSocket;
}

/**
 * @param byName certificates by server name (SNI, RFC 6066 3), lower case; the pair itself answers all others
 * @throws when OpenSSL here cannot do what is asked, in its words
 */
export function tlsAcceptor(config: TlsConfig, pair: KeyPair, byName: ReadonlyMap<string, KeyPair>): TlsAcceptor {
  const contextFor = ({ key, cert }: KeyPair): SecureContext => createSecureContext({ key, cert, ...limits(config) });
  const secureContext = contextFor(pair);
  const named = new Map([...byName].map(([name, own]) => [name, contextFor(own)] as const));
  return {
    closeNotify: config.closeNotify,
    accept: (below) =>
      new TLSSocket(below, {
        isServer: true,
        secureContext,
        requestCert: config.requestCertificate,
        rejectUnauthorized: false,
        SNICallback: (name, done) => done(null, named.get(name.toLowerCase()) ?? secureContext),
      }),
  };
}

function limits({ min, max, ciphers }: TlsConfig): SecureContextOptions {
  const old = min === 'TLSv1' || min === 'TLSv1.1' || max === 'TLSv1' || max === 'TLSv1.1';
  // OpenSSL 3 refuses TLS before 1.2 at its default security level: it is the field that is old here, not our care.
  const level = old && ciphers === null ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {};
  return {
    ...(min === null ? {} : { minVersion: min }),
    ...(max === null ? {} : { maxVersion: max }),
    ...level,
    ...(ciphers === null ? {} : { ciphers }),
  };
}

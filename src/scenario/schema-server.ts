// `server:` or one of `servers:` as an author writes it, read into a draft; assemble.ts completes it with the persona's habits.
// Used by schema.ts. Policies and path have files of their own. Starts nothing and opens nothing.

import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import type { AuthConfig, PortConfig, ServerConfig, TlsConfig } from './scenario';
import { compact, duration, lineText, oneOrMany, positive } from './schema-leaf';
import { refuse } from './schema-issues';
import { pathSchema } from './schema-path';
import { fillPolicies, policiesSchema } from './schema-policies';
import type { Habits } from './schema-policies';
import { extensionsSchema } from './schema-steps';

const DEFAULT_HOSTNAME = 'mail.example.com';

const tlsVersion = z.enum(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']);

const TLS_DEFAULTS: TlsConfig = {
  implicit: false,
  certificate: 'valid',
  min: null,
  max: null,
  ciphers: null,
  behind220: 'discard',
  closeNotify: true,
  requestCertificate: false,
};

const tlsSchema = z
  .strictObject({
    implicit: z.boolean().optional().describe('TLS before the greeting (RFC 8314), instead of STARTTLS.'),
    certificate: z
      .union(
        [
          z.enum(['valid', 'expired', 'wrong-name', 'self-signed', 'unknown-ca']),
          z.strictObject({
            cert: z.string().describe('File with the certificate, PEM.'),
            key: z.string().describe('File with the key, PEM.'),
          }),
        ],
        { error: 'expected valid, expired, wrong-name, self-signed, unknown-ca, or { cert, key }' },
      )
      .optional()
      .describe('The certificate shown: a kind, or { cert, key } files.'),
    min: tlsVersion.optional().describe('Oldest protocol spoken.'),
    max: tlsVersion.optional().describe('Newest protocol spoken.'),
    ciphers: z.string().optional().describe('Ciphers, in the words of OpenSSL.'),
    'behind-220': z
      .enum(['discard', 'process'])
      .optional()
      .describe('Plaintext octets behind the STARTTLS line: discard, or process after the handshake.'),
    'close-notify': z.boolean().optional().describe('Whether TLS is closed before the connection; true when left out.'),
    requestCertificate: z.boolean().optional().describe('Whether a client certificate is asked for.'),
  })
  .transform((given, context): TlsConfig => {
    const { 'behind-220': behind220, 'close-notify': closeNotify, ...others } = given;
    if (given.min !== undefined && given.max !== undefined && given.min > given.max) {
      refuse(context, `no protocol is left between ${given.min} and ${given.max}`, null, ['max']);
    }
    if (given.ciphers !== undefined && !areCiphersKnown(given.ciphers)) {
      const fix = 'expected names as "openssl ciphers" prints them, e.g. AES128-SHA';
      refuse(context, `OpenSSL here knows no cipher by "${given.ciphers}"`, fix, ['ciphers']);
    }
    return { ...TLS_DEFAULTS, ...compact({ ...others, behind220, closeNotify }) };
  });

/** Makes a context of them, which is how OpenSSL is asked: of several names one is enough. */
function areCiphersKnown(ciphers: string): boolean {
  try {
    createSecureContext({ ciphers });
    return true;
  } catch {
    return false;
  }
}

const authSchema = z.strictObject({
  mechanisms: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('As announced: PLAIN, LOGIN, CRAM-MD5, XOAUTH2; others are scripted with auth-response.'),
  users: z
    .record(z.string(), z.string())
    .nullable()
    .optional()
    .describe('User → password; null takes whatever is given.'),
  beforeTls: z.boolean().optional().describe('Whether AUTH is announced and allowed before TLS; true when left out.'),
});

const closedSchema = z
  .strictObject({
    for: duration.optional().describe('Connections are refused for this time.'),
    connections: positive.optional().describe('From this many connections on; from the start when left out.'),
  })
  .transform((given, context): NonNullable<PortConfig['closed']> => {
    if (given.for === undefined && given.connections === undefined) {
      refuse(context, 'closed says neither how long nor from which connection; expected for or connections');
    }
    return { forMs: given.for ?? null, afterConnections: given.connections ?? null };
  });

const acceptSchema = z
  .strictObject({
    atOnce: positive.nullable().optional().describe('Connections accepted at once.'),
    excess: z.enum(['queue', '421', 'reset']).optional().describe('What becomes of further ones; queue when left out.'),
    total: positive.nullable().optional().describe('Connections accepted in all.'),
  })
  .transform((given): PortConfig['accept'] => ({ atOnce: null, excess: 'queue', total: null, ...compact(given) }));

const family = z.enum(['ipv4', 'ipv6']);

/** Everything about one server, as drafted; `completeServer` fills in the rest. */
export const serverSchema = z
  .strictObject({
    hostname: lineText.optional().describe(`The name in greeting and EHLO; ${DEFAULT_HOSTNAME} when left out.`),
    extensions: extensionsSchema
      .nullable()
      .optional()
      .describe("EHLO keywords, exactly these; null takes the persona's."),
    policies: policiesSchema.optional().describe("Limits, lists and switches, answered in the persona's words."),
    lineEndings: z
      .enum(['crlf', 'lf', 'cr-or-lf'])
      .optional()
      .describe("What ends a command line; the persona's habit when left out."),
    tls: tlsSchema.optional().describe('Certificate and protocol of STARTTLS or implicit TLS.'),
    auth: authSchema.optional().describe('Mechanisms and users.'),
    listen: z
      .strictObject({ after: duration.describe('Listens only after this time.') })
      .optional()
      .describe('When the port opens.'),
    closed: closedSchema.optional().describe('Connection refused, not accepted and closed.'),
    accept: acceptSchema.optional().describe('How connections are accepted.'),
    proxyProtocol: z.boolean().optional().describe('Expects a PROXY header before the dialogue.'),
    families: oneOrMany(family, 'expected ipv4, ipv6, or both in a list')
      .optional()
      .describe('Loopback addresses listened on; ipv4 when left out.'),
    path: pathSchema.optional().describe('What lies between the client and this server; nearest the client first.'),
    notesIni: z
      .record(z.string(), z.union([z.string(), z.number()]))
      .optional()
      .describe('notes.ini variables, as Domino means them.'),
  })
  .meta({ id: 'Server' });

export type ServerDraft = z.output<typeof serverSchema>;

/** A feature is there if the list announces it or it is configured; a persona's own list offers neither by itself. */
function need(draft: ServerDraft, configured: unknown, keyword: RegExp): 'off' | 'optional' {
  const lists = [...(draft.extensions?.plain ?? []), ...(draft.extensions?.tls ?? [])];
  return configured !== undefined || lists.some((word) => keyword.test(word)) ? 'optional' : 'off';
}

function mechanismsOf(draft: ServerDraft): readonly string[] {
  const announced = (draft.extensions?.plain ?? draft.extensions?.tls ?? []).find((word) => /^AUTH[ =]/i.test(word));
  return announced === undefined ? ['PLAIN', 'LOGIN'] : announced.slice(5).trim().split(/[ =]+/);
}

function authOf(draft: ServerDraft): AuthConfig {
  return {
    mechanisms: draft.auth?.mechanisms ?? mechanismsOf(draft),
    users: draft.auth?.users ?? null,
    beforeTls: draft.auth?.beforeTls ?? true,
  };
}

/**
 * @param path the scenario's own path, for servers without one
 * @param habits what the persona decides where the author is silent
 */
export function completeServer(draft: ServerDraft, path: ServerConfig['path'], habits: Habits): ServerConfig {
  const needs = {
    tls: need(draft, draft.tls, /^STARTTLS\b/i),
    auth: need(draft, draft.auth, /^AUTH\b/i),
  };
  const ini = Object.entries(draft.notesIni ?? {}).map(([name, value]) => [name, String(value)] as const);
  return {
    hostname: draft.hostname ?? DEFAULT_HOSTNAME,
    extensions: draft.extensions ?? null,
    policies: fillPolicies(draft.policies ?? {}, needs, habits),
    lineEndings: draft.lineEndings ?? habits.lineEndings,
    tls: draft.tls ?? TLS_DEFAULTS,
    auth: authOf(draft),
    port: {
      listenAfterMs: draft.listen?.after ?? null,
      closed: draft.closed ?? null,
      accept: draft.accept ?? { atOnce: null, excess: 'queue', total: null },
      proxyProtocol: draft.proxyProtocol ?? false,
      families: draft.families ?? ['ipv4'],
    },
    path: draft.path ?? path,
    notesIni: Object.fromEntries(ini),
  };
}

// `server.policies:` as an author writes them, read into Policies with every default filled in (semantics A11).
// Used by schema-server.ts. Four of them belong to the persona when nobody says anything: they stay open here.

import { z } from 'zod';
import type { ListPolicy, Policies, PrivateListPolicy } from './scenario';
import {
  addressPatterns,
  compact,
  count,
  duration,
  lineText,
  network,
  octets,
  oneOrMany,
  positive,
  resolverAddress,
} from './schema-leaf';
import { refuse } from './schema-issues';

/** How long a DNS answer is waited for. */
const LOOK_UP_MS = 5000;

const words = oneOrMany(z.string(), 'expected a text or a list of texts');
const networks = oneOrMany(network, 'expected an address or network, or a list of them');
const action = z.enum(['log', 'tag', 'reject', 'skip']);
const early = z.enum(['process', 'discard', 'refuse', 'drop']);
const need = z.enum(['off', 'optional', 'required']);

const sizeSchema = z
  .union(
    [
      octets,
      z.null(),
      z.strictObject({
        limit: octets.nullable().describe('Octets a message may have; null for no limit.'),
        announce: z
          .union([z.enum(['limit', 'bare']), octets], { error: 'expected limit, bare, or a size' })
          .optional()
          .describe('What SIZE announces: the limit, no number, or a number of its own.'),
        when: z
          .enum(['end', 'during'])
          .optional()
          .describe('Where the counted size is refused: at the dot, or while it comes.'),
        checkDeclared: z
          .boolean()
          .optional()
          .describe('Whether SIZE= at MAIL is held against the limit; true when left out.'),
      }),
    ],
    { error: 'expected a size, null, or { limit, announce, when, checkDeclared }' },
  )
  .transform((value): Policies['size'] => {
    const given = value === null || typeof value === 'number' ? { limit: value } : value;
    return { announce: 'limit', when: 'end', checkDeclared: true, ...compact(given) };
  });

const recipientsSchema = z
  .strictObject({
    local: words.nullable().optional().describe('Domains that are ours; null or left out means every domain.'),
    known: addressPatterns
      .nullable()
      .optional()
      .describe('Patterns of known addresses in local domains; null means all.'),
    relay: z.enum(['accept', 'refuse']).optional().describe('What becomes of other domains; refuse when left out.'),
    max: positive.nullable().optional().describe('Recipients a message may have; null for no limit.'),
    allow: addressPatterns.nullable().optional().describe('Only these recipients; null means all.'),
    deny: addressPatterns.optional().describe('Never these recipients.'),
    ambiguous: addressPatterns.optional().describe('Addresses that several directory entries match.'),
    groups: addressPatterns.optional().describe('Addresses of groups, which may not be written to from outside.'),
  })
  .transform((given): Policies['recipients'] => ({
    local: null,
    known: null,
    relay: 'refuse',
    max: null,
    allow: null,
    deny: [],
    ambiguous: [],
    groups: [],
    ...compact(given),
  }));

const sendersSchema = z
  .strictObject({
    allow: addressPatterns.nullable().optional().describe('Only these senders; null means all.'),
    deny: addressPatterns.optional().describe('Never these senders.'),
    domainInDns: z
      .union(
        [
          addressPatterns,
          z.null(),
          z
            .strictObject({
              exists: addressPatterns.optional().describe('Domains taken to exist.'),
              resolver: resolverAddress.optional().describe('A DNS server for real look-ups: "127.0.0.1:5353".'),
            })
            .transform((given) => ({ exists: given.exists ?? [], resolver: given.resolver ?? null })),
        ],
        { error: 'expected a list of domains that exist, or { exists, resolver }' },
      )
      .optional()
      .describe("The sender's domain must exist in DNS: the domains that do, or { resolver }."),
  })
  .transform((given): Policies['senders'] => {
    const { domainInDns = null } = given;
    return {
      allow: given.allow ?? null,
      deny: given.deny ?? [],
      domainInDns: Array.isArray(domainInDns)
        ? { exists: domainInDns, resolver: null }
        : (domainInDns as { exists: readonly string[]; resolver: string | null } | null),
    };
  });

const hostsSchema = z
  .strictObject({
    allow: words.nullable().optional().describe('Only these hosts: names, patterns or networks; null means all.'),
    deny: words.optional().describe('Never these hosts.'),
    nameInDns: z
      .union(
        [
          networks,
          z.null(),
          z
            .strictObject({
              named: networks.optional().describe('Networks whose addresses are taken to have a name.'),
              resolver: resolverAddress.optional().describe('A DNS server for real look-ups.'),
            })
            .transform((given) => ({ named: given.named ?? [], resolver: given.resolver ?? null })),
        ],
        { error: 'expected a list of networks that have names, or { named, resolver }' },
      )
      .optional()
      .describe("The client's address must have a name in DNS."),
  })
  .transform((given): Policies['hosts'] => {
    const { nameInDns = null } = given;
    return {
      allow: given.allow ?? null,
      deny: given.deny ?? [],
      nameInDns: Array.isArray(nameInDns)
        ? { named: nameInDns, resolver: null }
        : (nameInDns as { named: readonly string[]; resolver: string | null } | null),
    };
  });

function dnsListSchema(fallback: ListPolicy['action']) {
  const one = z
    .strictObject({
      site: z.string().min(1).describe('The zone that is asked, e.g. bl.example.org.'),
      listed: networks.optional().describe('Networks that are listed, without asking anybody.'),
      resolver: resolverAddress.optional().describe('A DNS server for real look-ups: "127.0.0.1:5353".'),
      timeout: duration.optional().describe('How long an answer is waited for; 5 s when left out.'),
      action: action.optional().describe(`What becomes of a listed client; ${fallback} when left out.`),
      message: lineText.optional().describe("Text of the refusal; %s is the client's address, then the site."),
    })
    .transform((given, context): ListPolicy => {
      if (given.listed !== undefined && given.resolver !== undefined) {
        refuse(context, 'both a fixed list and a resolver; expected one of listed and resolver', null, ['resolver']);
      }
      return {
        site: given.site,
        listed: given.listed ?? [],
        resolver: given.resolver ?? null,
        timeoutMs: given.timeout ?? LOOK_UP_MS,
        action: given.action ?? fallback,
        message: given.message ?? null,
      };
    });
  return oneOrMany(one, 'expected a list of { site, listed | resolver, action, message }');
}

function privateListSchema(fallback: PrivateListPolicy['action']) {
  return z
    .strictObject({
      hosts: networks.describe('Networks on the list.'),
      action: action.optional().describe(`What becomes of a listed client; ${fallback} when left out.`),
      message: lineText.optional().describe("Text of the refusal; %s is the client's address."),
    })
    .transform((given): PrivateListPolicy => ({
      hosts: given.hosts,
      action: given.action ?? fallback,
      message: given.message ?? null,
    }));
}

const rateSchema = z
  .strictObject({
    connections: positive.optional().describe('So many connections of one client …'),
    messages: positive.optional().describe('Or so many messages of one client …'),
    per: duration.describe('… in this time.'),
  })
  .transform((given, context): NonNullable<Policies['connections']['rate']> => {
    if ((given.connections === undefined) === (given.messages === undefined)) {
      refuse(context, 'expected exactly one of connections and messages');
    }
    const events = given.messages === undefined ? 'connections' : 'messages';
    return { events, count: given[events] ?? 1, ms: given.per };
  });

const connectionsSchema = z
  .strictObject({
    max: positive.nullable().optional().describe('Connections served at once.'),
    perPeer: positive.nullable().optional().describe('Connections of one client served at once.'),
    excess: z.enum(['421', 'refuse', 'queue']).optional().describe('What becomes of further ones; 421 when left out.'),
    rate: rateSchema.nullable().optional().describe('Connections or messages allowed in a time, per client.'),
  })
  .transform((given): Policies['connections'] => ({
    max: null,
    perPeer: null,
    excess: '421',
    rate: null,
    ...compact(given),
  }));

const commandsSchema = z.strictObject({
  VRFY: z.boolean().optional().describe('Whether VRFY is switched on.'),
  EXPN: z.boolean().optional().describe('Whether EXPN is switched on.'),
  HELP: z.boolean().optional().describe('Whether HELP is switched on.'),
  ETRN: z.boolean().optional().describe('Whether ETRN is switched on.'),
});

/** The author's policies; what is left out is undefined here and filled in by `fillPolicies`. */
export const policiesSchema = z.strictObject({
  size: sizeSchema.optional().describe('Size limit: "10 MB", null, or { limit, announce, when, checkDeclared }.'),
  errorLimit: count.nullable().optional().describe('Trips when the errors of a session exceed it; null for no limit.'),
  recipients: recipientsSchema.optional().describe('Which recipients are taken.'),
  senders: sendersSchema.optional().describe('Which senders are taken.'),
  hosts: hostsSchema.optional().describe('Which clients are taken.'),
  dnsBlacklist: dnsListSchema('reject').optional().describe('DNS blacklists, asked at connect and answered at MAIL.'),
  dnsWhitelist: dnsListSchema('skip').optional().describe('DNS whitelists; a hit skips the blacklists.'),
  privateBlacklist: privateListSchema('reject').nullable().optional().describe('A blacklist of our own.'),
  privateWhitelist: privateListSchema('skip').nullable().optional().describe('A whitelist of our own.'),
  handlers: positive
    .nullable()
    .optional()
    .describe('Sessions served at once; further ones are accepted and told nothing.'),
  connections: connectionsSchema.optional().describe('How many connections are served, and how fast.'),
  idleTimeout: duration.nullable().optional().describe('Session time-out without octets either way; null for never.'),
  commands: commandsSchema.optional().describe('Commands switched on or off.'),
  earlyTalkers: early.optional().describe('Octets before the greeting; process when left out.'),
  unadvertisedPipelining: early.optional().describe('Octets behind a command while PIPELINING is not offered.'),
  tls: need
    .optional()
    .describe('Whether TLS is there and whether it is demanded; there once STARTTLS is announced or tls: is given.'),
  auth: need
    .optional()
    .describe('Whether AUTH is there and whether it is demanded; there once AUTH is announced or auth: is given.'),
});

export type PoliciesDraft = z.output<typeof policiesSchema>;

/** What a persona decides when the scenario is silent. */
export interface Habits {
  readonly lineEndings: 'crlf' | 'lf' | 'cr-or-lf';
  readonly commands: Policies['commands'];
  readonly errorLimit: number | null;
  readonly idleTimeoutMs: number | null;
}

/**
 * @param needs what TLS and AUTH are when nobody says: depends on the server's extension list and configuration
 * @param habits of the persona
 */
export function fillPolicies(given: PoliciesDraft, needs: Pick<Policies, 'tls' | 'auth'>, habits: Habits): Policies {
  return {
    size: given.size ?? { limit: null, announce: 'limit', when: 'end', checkDeclared: true },
    errorLimit: given.errorLimit === undefined ? habits.errorLimit : given.errorLimit,
    recipients: given.recipients ?? recipientsSchema.parse({}),
    senders: given.senders ?? sendersSchema.parse({}),
    hosts: given.hosts ?? hostsSchema.parse({}),
    dnsBlacklist: given.dnsBlacklist ?? [],
    dnsWhitelist: given.dnsWhitelist ?? [],
    privateBlacklist: given.privateBlacklist ?? null,
    privateWhitelist: given.privateWhitelist ?? null,
    handlers: given.handlers ?? null,
    connections: given.connections ?? connectionsSchema.parse({}),
    idleTimeout: given.idleTimeout === undefined ? habits.idleTimeoutMs : given.idleTimeout,
    commands: { ...habits.commands, ...compact(given.commands ?? {}) },
    earlyTalkers: given.earlyTalkers ?? 'process',
    unadvertisedPipelining: given.unadvertisedPipelining ?? 'process',
    tls: given.tls ?? needs.tls,
    auth: given.auth ?? needs.auth,
  };
}

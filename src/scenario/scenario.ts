// A scenario as the engine uses it: everything resolved, units as numbers (milliseconds, octets), texts as written.
// Made by load.ts from YAML or by builder.ts from code, always through schema.ts; kept in every trial record, so each
// type here is plain JSON. What a person writes is looser (see schema.ts); nothing else in the project sees that form.

import type { EventName } from '../smtp/vocabulary';

/** An amount that a pattern captured, `{name} s`: what it is in the smallest unit is `amount * factor`. */
export interface Captured {
  readonly name: string;
  readonly factor: number;
}

/** Milliseconds, or a seeded draw between two (`1 s..5 s`), or what the client said (`{seconds} s`). */
export interface Span {
  readonly min: number;
  readonly max: number;
  /** The time is the captured amount; `min` and `max` are 0 then. */
  readonly captured?: Captured;
}

// --- replies and steps -------------------------------------------------------------------------------------------

/** One reply, as the author meant it (semantics A7). Texts may hold `{name}` templates (template.ts). */
export type ReplyForm =
  /** `reply: 550`: the persona's text for that code. */
  | { readonly kind: 'code'; readonly code: number }
  /** One or more lines without CRLF, each beginning with its code and ' ' or '-': sent as they are. */
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  /** `{ code: 250, text: null }`: the bare code and CRLF. */
  | { readonly kind: 'bare'; readonly code: number };

export type Next =
  | 'continue'
  | 'wait'
  | 'content'
  | 'commands'
  | 'tls'
  | 'plain'
  | 'swallow'
  | 'close'
  | 'half-close'
  | 'reset'
  | 'mute';

export interface Dribble {
  /** Octets per piece. */
  readonly octets: number;
  readonly every: Span;
}

export interface SetStep {
  readonly step: 'set';
  /** Named states; null clears. Setting the value it already has keeps its age. */
  readonly states: Readonly<Record<string, string | null>>;
  /** Session values changed from here on. */
  readonly extensions?: { readonly plain: readonly string[]; readonly tls: readonly string[] };
  readonly sizeLimit?: number | null | Captured;
  readonly hostname?: string;
}

export type Step =
  | { readonly step: 'wait'; readonly ms: Span }
  | { readonly step: 'reply'; readonly reply: ReplyForm; readonly dribble?: Dribble }
  /** Octets as they are, latin1. `as` says which code they stand for; without it they move no state. */
  | { readonly step: 'raw'; readonly octets: string; readonly as?: number; readonly dribble?: Dribble }
  | {
      readonly step: 'hold';
      readonly until?: EventName | undefined;
      readonly lines?: number | undefined;
      readonly octets?: number | undefined;
      readonly atMost: Span;
    }
  | SetStep
  /** Consume, say nothing, go on. */
  | { readonly step: 'ignore' }
  /** Never answer again (or for a while), still read and record. */
  | { readonly step: 'mute'; readonly ms: number | null }
  /** Stop reading for a while (null: for good). */
  | { readonly step: 'deaf'; readonly ms: number | null }
  | { readonly step: 'next'; readonly next: Next };

// --- matchers ----------------------------------------------------------------------------------------------------

/** Source of a pattern as written; pattern.ts compiles it (glob, or `/…/flags`). */
export type PatternSource = string;

/** A comparison such as `>= 5 s`, `2..`, `3`: all bounds inclusive unless `exclusive`. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly exclusiveMin?: boolean;
  readonly exclusiveMax?: boolean;
}

/** `grey` is set; has this value; has been so for this long (ms). */
export interface StateMatch {
  readonly name: string;
  readonly set: boolean;
  readonly value?: string;
  readonly age?: Range;
}

/** All given parts must hold. */
export interface Conditions {
  readonly connection?: Range;
  readonly nth?: Range;
  readonly sender?: PatternSource;
  readonly recipient?: PatternSource;
  readonly argument?: PatternSource;
  readonly line?: PatternSource;
  readonly peer?: PatternSource;
  readonly helo?: PatternSource;
  readonly mechanism?: PatternSource;
  readonly user?: PatternSource;
  readonly mode?: 'command' | 'content' | 'sasl' | 'bdat';
  readonly tls?: boolean;
  readonly esmtp?: boolean;
  readonly authenticated?: boolean;
  /** The line's first octet came before the reply it had to wait for. */
  readonly early?: boolean;
  /** Octets received in this session so far. */
  readonly octets?: Range;
  /** BDAT: this is the last chunk; its announced size; its number in the transaction, from 1. */
  readonly last?: boolean;
  readonly chunkOctets?: Range;
  readonly chunk?: Range;
  /** Accepted recipients in the current transaction. */
  readonly recipients?: Range;
  readonly states?: readonly StateMatch[];
  readonly not?: Conditions;
}

export type BudgetScope = 'run' | 'connection' | 'transaction' | 'peer' | 'sender+recipient';

export interface Rule {
  /** `id:` if given, else `rules[0]`, `connections[1][0]` …: stable within a scenario. */
  readonly id: string;
  /** Empty means `any`. */
  readonly on: readonly EventName[];
  readonly when: Conditions;
  /** Uses before the rule is gone; null never runs out. */
  readonly times: number | null;
  readonly per: BudgetScope;
  /** 0..1; 1 when not given. */
  readonly probability: number;
  /** For `idle` and `timer`: ms. For `content`: octets. Else null. */
  readonly after: number | null;
  /** `idle`/`timer` again and again: ms; null = once per connection. */
  readonly every: number | null;
  /** Take note, set, wait, and let the next source answer. */
  readonly pass: boolean;
  /** False exempts its 4yz/5yz from the error limit. */
  readonly counts: boolean;
  readonly steps: readonly Step[];
  /** Where it stands: "file:line", for messages and transcripts. Null for rules built in code. */
  readonly at: string | null;
}

// --- policies ----------------------------------------------------------------------------------------------------

/** What to do with input that came before it was allowed to. */
export type EarlyInput = 'process' | 'discard' | 'refuse' | 'drop';

export interface ListPolicy {
  readonly site: string;
  /** Listed IPv4/IPv6 networks in CIDR or single addresses; for static lists. */
  readonly listed: readonly string[];
  /** "address:port" of a DNS server, for real look-ups. */
  readonly resolver: string | null;
  readonly timeoutMs: number;
  readonly action: 'log' | 'tag' | 'reject' | 'skip';
  /** `%s` = peer address, then site (domino.md 1.5). Null: the persona's default text. */
  readonly message: string | null;
}

export interface PrivateListPolicy {
  readonly hosts: readonly string[];
  readonly action: 'log' | 'tag' | 'reject' | 'skip';
  readonly message: string | null;
}

export interface Policies {
  /** Octets; null = none. */
  readonly size: {
    readonly limit: number | null;
    /** What `SIZE` announces: the limit, no number, or a number of its own. */
    readonly announce: 'limit' | 'bare' | number;
    /** Where the counted size is refused: at the dot, or while it is coming in. */
    readonly when: 'end' | 'during';
    /** Whether SIZE= at MAIL is held against the limit. */
    readonly checkDeclared: boolean;
  };
  /** Trips when the count exceeds it; null = no limit. */
  readonly errorLimit: number | null;
  readonly recipients: {
    /** Domains that are ours; null = every domain. */
    readonly local: readonly string[] | null;
    /** Patterns of known addresses in local domains; null = all. */
    readonly known: readonly PatternSource[] | null;
    readonly relay: 'accept' | 'refuse';
    /** Too many recipients above this; null = none. */
    readonly max: number | null;
    readonly allow: readonly PatternSource[] | null;
    readonly deny: readonly PatternSource[];
    /** Names that several entries match, and names of groups. */
    readonly ambiguous: readonly PatternSource[];
    readonly groups: readonly PatternSource[];
  };
  readonly senders: {
    readonly allow: readonly PatternSource[] | null;
    readonly deny: readonly PatternSource[];
    /** Domains taken to exist in DNS; null = not checked. Or `resolver`. */
    readonly domainInDns: { readonly exists: readonly PatternSource[]; readonly resolver: string | null } | null;
  };
  readonly hosts: {
    readonly allow: readonly string[] | null;
    readonly deny: readonly string[];
    /** Networks whose addresses are taken to have a name in DNS; null = not checked. */
    readonly nameInDns: { readonly named: readonly string[]; readonly resolver: string | null } | null;
  };
  readonly dnsBlacklist: readonly ListPolicy[];
  readonly dnsWhitelist: readonly ListPolicy[];
  readonly privateBlacklist: PrivateListPolicy | null;
  readonly privateWhitelist: PrivateListPolicy | null;
  /** Sessions served at once; further ones are accepted and told nothing until one is free. Null = no limit. */
  readonly handlers: number | null;
  readonly connections: {
    readonly max: number | null;
    readonly perPeer: number | null;
    readonly excess: '421' | 'refuse' | 'queue';
    /** Connections or messages allowed per `ms`, per peer. */
    readonly rate: { readonly events: 'connections' | 'messages'; readonly count: number; readonly ms: number } | null;
  };
  /** Session time-out without octets either way, ms; null = never. */
  readonly idleTimeout: number | null;
  /** Off = answered as an unknown or a disabled command, in the persona's words. */
  readonly commands: { readonly VRFY: boolean; readonly EXPN: boolean; readonly HELP: boolean; readonly ETRN: boolean };
  /** Octets before the greeting. */
  readonly earlyTalkers: EarlyInput;
  /** Octets behind a command while PIPELINING is not offered. */
  readonly unadvertisedPipelining: EarlyInput;
  readonly tls: 'off' | 'optional' | 'required';
  readonly auth: 'off' | 'optional' | 'required';
}

// --- servers -----------------------------------------------------------------------------------------------------

export type CertificateKind = 'valid' | 'expired' | 'wrong-name' | 'self-signed' | 'unknown-ca';

export interface TlsConfig {
  readonly implicit: boolean;
  readonly certificate: CertificateKind | { readonly cert: string; readonly key: string };
  readonly min: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3' | null;
  readonly max: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3' | null;
  readonly ciphers: string | null;
  /** Plaintext octets that came behind the STARTTLS line. */
  readonly behind220: 'discard' | 'process';
  readonly closeNotify: boolean;
  /** Whether a client certificate is asked for. */
  readonly requestCertificate: boolean;
}

export interface AuthConfig {
  /** As announced, e.g. PLAIN, LOGIN, CRAM-MD5, XOAUTH2; others are scripted through `auth-response`. */
  readonly mechanisms: readonly string[];
  /** User → password (XOAUTH2: access token). Null accepts whatever is given. */
  readonly users: Readonly<Record<string, string>> | null;
  /** Whether AUTH is announced and allowed before TLS. */
  readonly beforeTls: boolean;
}

/** The port itself as an actor. */
export interface PortConfig {
  /** Starts to listen only after this many ms. */
  readonly listenAfterMs: number | null;
  /** Connection refused (not accept-then-close): from the start for ms, or after n connections (for ms, or for good). */
  readonly closed: { readonly forMs: number | null; readonly afterConnections: number | null } | null;
  readonly accept: {
    readonly atOnce: number | null;
    readonly excess: 'queue' | '421' | 'reset';
    readonly total: number | null;
  };
  readonly proxyProtocol: boolean;
  /** `127.0.0.1`, `::1`, or both. */
  readonly families: readonly ('ipv4' | 'ipv6')[];
}

/** One element of `path:`, as written: `{ name, …options }`. Checked and built by path.ts. */
export interface PathElement {
  readonly box: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface ServerConfig {
  readonly hostname: string;
  /** Exactly these, in this order; null = the persona's own list. */
  readonly extensions: { readonly plain: readonly string[]; readonly tls: readonly string[] } | null;
  readonly policies: Policies;
  /** What ends a command line: strict CRLF, LF as well, or a bare CR or LF (Domino before 5.0.10). */
  readonly lineEndings: 'crlf' | 'lf' | 'cr-or-lf';
  readonly tls: TlsConfig;
  readonly auth: AuthConfig;
  readonly port: PortConfig;
  readonly path: readonly PathElement[];
  /** notes.ini variables, as Domino means them. */
  readonly notesIni: Readonly<Record<string, string>>;
}

// --- submissions and expectations --------------------------------------------------------------------------------

export interface Submission {
  readonly id: number;
  readonly from: string;
  readonly to: readonly string[];
  /** `plain`, `dots`, `8bit`, `long-lines`, `bare-lf`, …, or `file`. */
  readonly content: string;
  /** Octets, when a size was asked for (`12 MB`). */
  readonly size: number | null;
  /** For `file`. */
  readonly file: string | null;
  readonly tls: 'none' | 'if-offered' | 'required' | 'implicit';
  readonly auth: { readonly user: string; readonly password: string } | null;
}

export interface Expectations {
  /** Obligation ids this scenario is made to judge. */
  readonly obligations: readonly string[];
  /** Submitted messages accepted, by identity; bounces are counted apart. Null = not said. */
  readonly messages: number | null;
  readonly connections: number | null;
  /** Per connection, line patterns the client must have sent, in order. */
  readonly dialogue: readonly { readonly lines: readonly PatternSource[]; readonly exact: boolean }[];
}

/** A scenario with everything resolved: `extends` merged, defaults filled in, times in ms and sizes in octets. Plain JSON. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Where this was seen. */
  readonly source: string | null;
  readonly tags: readonly string[];
  readonly patience: 'quick' | 'minutes' | 'hours';
  /** Persona name, resolved by the loader: the persona itself travels beside the scenario (persona.ts). */
  readonly persona: string;
  readonly servers: readonly ServerConfig[];
  /** Named state → what it is keyed by. */
  readonly states: Readonly<Record<string, 'global' | 'peer' | 'sender+recipient'>>;
  readonly submit: readonly Submission[];
  readonly rules: readonly Rule[];
  /** Rules of the nth connection only, tried before `rules`. Index 0 = the first connection. */
  readonly connections: readonly (readonly Rule[])[];
  readonly expect: Expectations;
  /** How long absence is waited for, at most, ms. */
  readonly windowMs: number;
  /** A sender of `senders/` that shows this scenario best. */
  readonly sender: string | null;
}

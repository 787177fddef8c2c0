// The policies at MAIL, in their order: access lists, blacklists, TLS, AUTH, sequence, syntax, size, sender, rate
// (semantics A11). Also what MAIL and RCPT have in common: the order of commands, and which paths and parameters a persona
// takes. Used by answers.ts.

import { parseMail, type PathCommand } from '../smtp/command';
import type { DeviationWord } from '../smtp/deviation';
import { keywordsOfParameter } from '../smtp/extension';
import { declaredSize } from '../smtp/parameter';
import type { CompiledServer } from './compile';
import { anyMatches } from './compile-policies';
import { plainly, refusal, type Decision, type Question } from './decision';
import { unquoted } from './matching';
import { inForce, sizeLimitOf } from './offered';
import type { Session } from './session';

export function mail(question: Question): Decision {
  const { compiled, session, subject } = question;
  const path = subject.path ?? parseMail(subject.argument);
  return (
    hostRefused(question) ??
    blacklisted(question) ??
    (compiled.server.policies.tls === 'required' && !session.tls ? refusal('tls-required', 'tls') : null) ??
    authFirst(question) ??
    mailSequence(question) ??
    badPath(question, path) ??
    badParameter(compiled, session, 'MAIL', path) ??
    declaredTooBig(question, path) ??
    senderRefused(question, path) ??
    rateExceeded(question) ??
    plainly('mail-ok')
  );
}

// --- the client --------------------------------------------------------------------------------------------------

function hostRefused({ compiled, session }: Question): Decision | null {
  const { policies, server } = compiled;
  const { address } = session.peer;
  if (policies.hostsDeny.has(address)) return refusal('host-denied', 'hosts.deny');
  if (policies.hostsAllow?.has(address) === false) return refusal('host-denied', 'hosts.allow');
  const { nameInDns } = server.policies.hosts;
  if (nameInDns === null) return null;
  const found = nameInDns.resolver === null ? policies.hostsNamed?.has(address) : session.lookUps['name'];
  return found === false ? refusal('host-unnamed', 'hosts.nameInDns') : null;
}

/** The listing was found at connect; only "reject" says so, and only now (Domino: 554 in reply to MAIL). */
function blacklisted({ session }: Question): Decision | null {
  const { listing } = session;
  if (listing === null || listing.action !== 'reject') return null;
  const policy = listing.private ? 'privateBlacklist' : 'dnsBlacklist';
  const decision = refusal(listing.private ? 'private-blacklisted' : 'blacklisted', policy, { site: listing.site });
  if (listing.message === null) return decision;
  return { ...decision, text: `554 ${fillPercentS(listing.message, [session.peer.address, listing.site])}` };
}

/** Domino's custom error text: the first %s is the host, the second the site. */
function fillPercentS(message: string, values: readonly string[]): string {
  let next = 0;
  return message.replaceAll('%s', () => values[next++] ?? '');
}

/** RFC 4954 6: 530 to what the policy keeps for those who have authenticated. */
export function authFirst({ compiled, session }: Question): Decision | null {
  const wanted = compiled.server.policies.auth === 'required' && session.user === null;
  return wanted ? refusal('auth-required', 'auth') : null;
}

// --- sequence and syntax -----------------------------------------------------------------------------------------

export function needHello({ compiled, session }: Question): Decision | null {
  const greeted = session.transaction.hello !== null || !compiled.persona.habits.needsHello.value;
  return greeted ? null : plainly('need-hello');
}

function mailSequence(question: Question): Decision | null {
  return needHello(question) ?? (question.session.transaction.sender === null ? null : plainly('nested-mail'));
}

/** What any server takes: the RFC allows it, or it is for policies and parameters to refuse. */
const TOLERATED: ReadonlySet<DeviationWord> = new Set<DeviationWord>([
  'trailing-blank',
  'source-route',
  'duplicate-parameter',
  'malformed-parameter',
  // <Postmaster> without a domain is good syntax (RFC 5321 4.5.1), and other short names are known or are not.
  'missing-domain',
  'eight-bit',
]);
const TOLERATED_BY_LENIENT: ReadonlySet<DeviationWord> = new Set<DeviationWord>([
  ...TOLERATED,
  'missing-brackets',
  'space-around-colon',
  'extra-blank',
  'display-name',
]);

export function badPath(
  { compiled: { persona }, subject }: Question,
  { path, deviations }: PathCommand,
): Decision | null {
  if (subject.argument.trim() === '') return plainly('missing-argument');
  if (path.raw === '' && path.address === '') return plainly('bad-path');
  if (deviations.length === 0) return null;
  const tolerated = persona.habits.lenientPaths.value ? TOLERATED_BY_LENIENT : TOLERATED;
  return deviations.every(({ what }) => tolerated.has(what)) ? null : plainly('bad-path');
}

/** RFC 5321 4.1.1.11: a parameter that was not offered gets 555; one that cannot be read is a syntax error, 501. */
export function badParameter(
  { persona }: CompiledServer,
  session: Session,
  verb: 'MAIL' | 'RCPT',
  { parameters, deviations }: PathCommand,
): Decision | null {
  const offered = parameters.every((parameter) =>
    keywordsOfParameter(verb, parameter).some((keyword) => inForce(session, keyword)),
  );
  if (!offered) return plainly('bad-parameter');
  const malformed = deviations.some(({ what }) => what === 'malformed-parameter');
  return malformed && !persona.habits.lenientPaths.value ? plainly('bad-path') : null;
}

// --- size, sender, rate ------------------------------------------------------------------------------------------

function declaredTooBig({ compiled, session }: Question, path: PathCommand): Decision | null {
  const limit = sizeLimitOf(compiled, session);
  const declared = declaredSize(path.parameters);
  if (limit === null || declared === null || declared <= limit) return null;
  return compiled.server.policies.size.checkDeclared
    ? refusal('size-declared', 'size', { limit: String(limit) })
    : null;
}

function senderRefused({ compiled, session }: Question, { path }: PathCommand): Decision | null {
  // Bounces have no sender to be refused; refusing the null path breaks mail (RFC 5321 4.5.5).
  if (path.isNull) return null;
  const { policies, server } = compiled;
  const address = unquoted(path.address);
  if (anyMatches(policies.sendersDeny, address)) return refusal('sender-denied', 'senders.deny');
  if (policies.sendersAllow !== null && !anyMatches(policies.sendersAllow, address)) {
    return refusal('sender-denied', 'senders.allow');
  }
  const { domainInDns } = server.policies.senders;
  if (domainInDns === null) return null;
  const exists =
    domainInDns.resolver === null
      ? anyMatches(policies.senderDomains ?? [], path.domain)
      : session.lookUps[domainLook(path.domain)] !== false;
  return exists ? null : refusal('sender-domain-unknown', 'senders.domainInDns');
}

/** The name of the look-up for a sender's domain. */
export function domainLook(domain: string): string {
  return `domain:${domain.toLowerCase()}`;
}

function rateExceeded({ compiled, session, world, now }: Question): Decision | null {
  const { rate } = compiled.server.policies.connections;
  if (rate === null || rate.events !== 'messages') return null;
  const moments = world.moments.get(`messages\0${session.peer.address}`) ?? [];
  const recent = moments.filter((at) => at > now - rate.ms);
  if (recent.length < rate.count) return null;
  return refusal('rate-limited', 'connections.rate', { limit: String(rate.count), count: String(recent.length) });
}

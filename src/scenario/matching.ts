// Which rule answers: conditions compiled to predicates over what the engine sees of an event (semantics A2, A3).
// Pure: budgets and states come in as the world; captures come out.

import type { EventName } from '../smtp/vocabulary';
import { parsePath } from '../smtp/path';
import { currentOrLast } from '../smtp/transaction';
import { compilePattern } from './pattern';
import { inRange } from './range';
import type { Conditions, Scenario, StateMatch } from './scenario';
import type { Session, Subject } from './session';
import type { World } from './world';

/** All that a condition may look at. */
export interface View {
  readonly session: Session;
  readonly subject: Subject;
  readonly world: World;
  readonly now: number;
  readonly received: number;
}

/** @param captures named groups of patterns that matched are put in here */
export type Matcher = (view: View, captures: Record<string, string>) => boolean;

/** Events at which the user name is what the client claims, and not yet who it is. */
const CLAIMS: ReadonlySet<EventName> = new Set(['AUTH', 'auth-response']);

/** The reverse-path at this event: at MAIL the command's own, else the transaction's; null when there never was one. */
export function senderOf({ session, subject }: { session: Session; subject: Subject }): string | null {
  switch (subject.inPlaceOf ?? subject.event) {
    case 'MAIL':
      return subject.path?.path.address ?? null;
    case 'RCPT':
      return session.transaction.sender;
    default:
      return currentOrLast(session.transaction)?.sender ?? null;
  }
}

/** The forward-path of this RCPT, or the accepted recipients of the transaction; MAIL has none to look at. */
export function recipientsOf({ session, subject }: { session: Session; subject: Subject }): readonly string[] {
  switch (subject.inPlaceOf ?? subject.event) {
    case 'MAIL':
      return NO_TEXTS;
    case 'RCPT':
      return [subject.path?.path.address ?? ''];
    default:
      return currentOrLast(session.transaction)?.recipients ?? NO_TEXTS;
  }
}

const NO_TEXTS: readonly string[] = [];

/** An address as patterns see it: a quoted local part stands for what is between its quotes (RFC 5321 4.1.2). */
export function unquoted(address: string): string {
  if (!address.startsWith('"')) return address;
  const { localPart, domain } = parsePath(`<${address}>`, 'forward').path;
  return domain === '' ? localPart : `${localPart}@${domain}`;
}

/** What a named state or a budget is keyed by. */
export function scopedKey(
  name: string,
  scope: 'global' | 'run' | 'peer' | 'sender+recipient',
  view: { session: Session; subject: Subject },
): string {
  switch (scope) {
    case 'global':
    case 'run':
      return name;
    case 'peer':
      return `${name}\0${view.session.peer.address}`;
    case 'sender+recipient':
      return `${name}\0${(senderOf(view) ?? '').toLowerCase()}\0${(recipientsOf(view)[0] ?? '').toLowerCase()}`;
  }
}

export function compileConditions(when: Conditions, states: Scenario['states']): Matcher {
  const tests: Matcher[] = [
    ...patternTests(when),
    ...rangeTests(when),
    ...flagTests(when),
    ...(when.states ?? []).map((state) => stateTest(state, states)),
  ];
  if (when.not !== undefined) {
    const inner = compileConditions(when.not, states);
    tests.push((view) => !inner(view, {}));
  }
  const [only, ...others] = tests;
  if (only === undefined) return () => true;
  if (others.length === 0) return only;
  return (view, captures) => tests.every((test) => test(view, captures));
}

function patternTests(when: Conditions): Matcher[] {
  const tests: Matcher[] = [];
  const add = (source: string | undefined, texts: (view: View) => readonly string[]): void => {
    if (source === undefined) return;
    const pattern = compilePattern(source);
    tests.push((view, captures) =>
      texts(view).some((text) => {
        const found = pattern.match(text);
        if (found !== null) Object.assign(captures, found);
        return found !== null;
      }),
    );
  };
  add(when.sender, (view) => {
    const sender = senderOf(view);
    return sender === null ? NO_TEXTS : [unquoted(sender)];
  });
  add(when.recipient, (view) => recipientsOf(view).map(unquoted));
  add(when.argument, (view) => [view.subject.argument]);
  add(when.line, (view) => [view.subject.line]);
  add(when.peer, (view) => [view.session.peer.address]);
  add(when.helo, (view) => [helloOf(view)]);
  add(when.mechanism, (view) => [view.session.mechanism ?? '']);
  add(when.user, (view) => [userOf(view)]);
  return tests;
}

function userOf({ session, subject }: View): string {
  return (CLAIMS.has(subject.event) ? (session.claimedUser ?? session.user) : session.user) ?? '';
}

/** At EHLO and HELO the name just given, as with paths; afterwards the one the client was greeted by. */
function helloOf(view: View): string {
  const { subject, session } = view;
  if (subject.event === 'EHLO' || subject.event === 'HELO') return subject.argument.trim();
  return session.transaction.heloName;
}

function rangeTests(when: Conditions): Matcher[] {
  const tests: Matcher[] = [];
  const add = (range: Conditions['nth'], value: (view: View) => number | null): void => {
    if (range === undefined) return;
    tests.push((view) => {
      const number = value(view);
      return number !== null && inRange(number, range);
    });
  };
  add(when.connection, (view) => view.session.connection);
  add(when.nth, (view) => view.session.nth[view.subject.event] ?? 0);
  add(when.octets, (view) => view.received);
  add(when.recipients, (view) => view.session.transaction.recipients.length);
  add(when.chunkOctets, (view) => view.subject.chunk?.octets ?? null);
  add(when.chunk, (view) => view.subject.chunk?.number ?? null);
  return tests;
}

function flagTests(when: Conditions): Matcher[] {
  const tests: Matcher[] = [];
  const add = (wanted: boolean | undefined, value: (view: View) => boolean): void => {
    if (wanted !== undefined) tests.push((view) => value(view) === wanted);
  };
  add(when.tls, (view) => view.session.tls);
  add(when.esmtp, (view) => view.session.transaction.hello === 'EHLO');
  add(when.authenticated, (view) => view.session.user !== null);
  add(when.early, (view) => view.subject.early);
  add(when.last, (view) => view.subject.chunk?.last === true);
  const { mode } = when;
  if (mode !== undefined) tests.push((view) => view.session.mode === mode);
  return tests;
}

function stateTest(match: StateMatch, states: Scenario['states']): Matcher {
  const scope = states[match.name] ?? 'global';
  return (view) => {
    const state = view.world.states.get(scopedKey(match.name, scope, view));
    if (state === undefined) return !match.set;
    if (!match.set) return false;
    if (match.value !== undefined && match.value !== state.value) return false;
    return match.age === undefined || inRange(view.now - state.since, match.age);
  };
}

// What a bounce says: which recipients it gives back. A bounce is about those, not about everybody the message was for, and
// the message that it encloses names them all. Used by next-try.ts, for everything that asks whether mail was returned.
// Not here: whether a message is a notification at all (checks/bounces.ts).

import type { Attempt } from './attempt';
import { mailDataOf } from './mail-octets';

const RETURNED = new WeakMap<Attempt, Returned>();

interface Returned {
  /** In small letters, by the fields made for it; null when it has none. */
  readonly named: ReadonlySet<string> | null;
  /** In small letters: its own words, without the message it encloses. */
  readonly words: string;
}

/**
 * Whether a bounce gives a recipient back: by the fields of its report (RFC 3464 2.3), else by its own words.
 * @param address of one recipient among several
 */
export function givesBack(bounce: Attempt, address: string): boolean {
  const { named, words } = returnedIn(bounce);
  const wanted = address.toLowerCase();
  return named === null ? words.includes(wanted) : named.has(wanted);
}

function returnedIn(bounce: Attempt): Returned {
  const known = RETURNED.get(bounce);
  if (known !== undefined) return known;
  const returned = readReturned(bounce);
  RETURNED.set(bounce, returned);
  return returned;
}

function readReturned({ dialogue, transaction }: Attempt): Returned {
  const content =
    mailDataOf(dialogue, transaction)?.content.toString('latin1').toLowerCase().replace(/\r\n/g, '\n') ?? '';
  const fields = [reportedIn(content), failedIn(content)].filter((addresses) => addresses !== null);
  const named = fields.length === 0 ? null : new Set(fields.flat());
  return { named, words: content.slice(0, enclosedAt(content)) };
}

/** One group of fields per recipient, with the action taken; one that is only late is not given back. */
function reportedIn(content: string): readonly string[] | null {
  const groups = content.split(/\n[ \t]*\n/).filter((group) => /^final-recipient:/m.test(group));
  if (groups.length === 0) return null;
  return groups.flatMap((group) => {
    const addresses = [...group.matchAll(/^(?:final|original)-recipient:[ \t]*[^;\n]*;[ \t]*<?([^\s<>]+)/gm)];
    const action = /^action:[ \t]*(\S+)/m.exec(group)?.[1] ?? 'failed';
    return action === 'failed' ? addresses.flatMap(([, address]) => address ?? []) : [];
  });
}

/** What Exim has said so since before there were reports. */
function failedIn(content: string): readonly string[] | null {
  const field = /^x-failed-recipients:[ \t]*(.*(?:\n[ \t].*)*)/m.exec(content)?.[1];
  if (field === undefined) return null;
  return field.split(/[\s,]+/).filter((address) => address !== '');
}

/** Where the enclosed message begins: a part of its own, or behind words that announce it. */
function enclosedAt(content: string): number {
  const at = content.search(
    /^content-type:[ \t]*(?:message\/(?:rfc822|global)|text\/rfc822-headers)|^-+ *(?:this is a copy of the message|original message)/m,
  );
  return at === -1 ? content.length : at;
}

// Reads the `blacklisted` note of a trace: which kind of list was hit, and at which site. The note's detail is a sentence
// for people, so this looks for what cannot be mistaken: a domain name, and the words "private" and "whitelist".
// Used by log.ts and statistics.ts.

export interface ListHit {
  readonly list: 'dns' | 'private';
  readonly white: boolean;
  /** The list's domain, "bl.example.org"; null for private lists and where none is named. */
  readonly site: string | null;
}

const SITE = /(?:^|[\s"'(<=@:])((?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]*)/i;

/** @param detail the note's detail, "10.0.0.1 is listed at bl.example.org: reject" for instance */
export function listHit(detail: string): ListHit {
  const site = SITE.exec(detail)?.[1] ?? null;
  // Without the site, whose name may hold any of the words.
  const words = site === null ? detail : detail.replace(site, '');
  const white = /whitelist/i.test(words);
  return /private/i.test(words) ? { list: 'private', white, site: null } : { list: 'dns', white, site };
}

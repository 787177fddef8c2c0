// In which encoding the octets of a log file are to be read, decided from its first few kilobytes. Used by the face that
// opens the file; the explainer itself reads text. Does no decoding.

export type LogEncoding = 'utf16le' | 'utf16be' | 'utf8' | 'latin1';

export interface EncodingDecision {
  readonly encoding: LogEncoding;
  /** Octets of the byte order mark, to be skipped. */
  readonly skip: 0 | 2 | 3;
}

/**
 * Decides by the byte order mark, then by where NULs stand (Western UTF-16 has one in every second octet), then by
 * whether the sample is UTF-8; what is none of these is taken for latin1, which never fails and keeps every octet.
 * @param sample the first octets of the file; a character cut off at its end does no harm
 */
export function logEncoding(sample: Uint8Array): EncodingDecision {
  if (sample[0] === 0xff && sample[1] === 0xfe) return { encoding: 'utf16le', skip: 2 };
  if (sample[0] === 0xfe && sample[1] === 0xff) return { encoding: 'utf16be', skip: 2 };
  if (sample[0] === 0xef && sample[1] === 0xbb && sample[2] === 0xbf) return { encoding: 'utf8', skip: 3 };
  const most = Math.min(sample.length, 4096) & ~1;
  let even = 0;
  let odd = 0;
  for (let index = 0; index < most; index += 2) {
    if (sample[index] === 0) even += 1;
    if (sample[index + 1] === 0) odd += 1;
  }
  const pairs = most / 2;
  if (pairs > 0 && odd > pairs * 0.7 && even < pairs * 0.1) return { encoding: 'utf16le', skip: 0 };
  if (pairs > 0 && even > pairs * 0.7 && odd < pairs * 0.1) return { encoding: 'utf16be', skip: 0 };
  return { encoding: isUtf8(sample) ? 'utf8' : 'latin1', skip: 0 };
}

/** Whether the octets are well-formed UTF-8 as far as they go (RFC 3629 section 4, without its finest distinctions). */
function isUtf8(octets: Uint8Array): boolean {
  let index = 0;
  while (index < octets.length) {
    const lead = octets[index] ?? 0;
    const more =
      lead < 0x80
        ? 0
        : lead >= 0xc2 && lead < 0xe0
          ? 1
          : lead >= 0xe0 && lead < 0xf0
            ? 2
            : lead >= 0xf0 && lead < 0xf5
              ? 3
              : -1;
    if (more < 0) return false;
    for (let next = index + 1; next <= index + more && next < octets.length; next += 1) {
      if (((octets[next] ?? 0) & 0xc0) !== 0x80) return false;
    }
    index += more + 1;
  }
  return true;
}

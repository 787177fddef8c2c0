// How long a MIME file name is, measured octet by octet as the content goes by.
//
//   Content-Disposition: attachment; filename="report.pdf"        this field or Content-Type, its folded lines too
//                                              └──────── 10 octets, quotes left out
//
// Used by asa-inspect.ts. Boundaries are not followed: a line that begins like one of the two fields is taken for one, in
// whatever part it stands. What the real box does with names in pieces (RFC 2231 3) is not known; here each counts by itself.

const LF = 10;
const CR = 13;
const FIELDS = ['content-disposition:', 'content-type:'];
/** `name` is where the file name stood before there was Content-Disposition (RFC 2183 2.10). */
const PARAMETER = /^(?:file)?name(?:\*\d*\*?)?$/;
/** Longer than any parameter that counts. */
const PARAMETER_OCTETS = 24;

export interface FileNameScan {
  /** Of the line that goes by; undecided while it may still turn out to be one of the fields. */
  readonly line: 'undecided' | 'field' | 'other';
  /** The line before was one of the fields, so that a folded line goes on with it. */
  readonly folds: boolean;
  /** What the line begins with, in small letters, while it is undecided. */
  readonly head: string;
  /** What stands behind the last separator, in small letters. */
  readonly word: string;
  /** The name that goes by; `escaped`: its latest octet was a backslash in quotes. */
  readonly name: { readonly octets: number; readonly quoted: boolean; readonly escaped: boolean } | null;
}

export const FILE_NAME_SCAN_START: FileNameScan = { line: 'undecided', folds: false, head: '', word: '', name: null };

/**
 * Reads on through content.
 * @returns `tooLongAt`: index of the octet with which a file name exceeds the limit, null when none does
 */
export function scanFileNames(
  before: FileNameScan,
  octets: Buffer,
  limit: number,
): { readonly scan: FileNameScan; readonly tooLongAt: number | null } {
  let scan = before;
  for (let index = 0; index < octets.length; index += 1) {
    if (scan.line === 'other') {
      index = octets.indexOf(LF, index);
      if (index < 0) break;
    }
    const octet = octets[index] ?? 0;
    if (octet === LF) scan = nextLine(scan);
    else if (octet !== CR) scan = scan.line === 'undecided' ? beginLine(scan, octet) : inField(scan, octet);
    if (scan.name !== null && scan.name.octets > limit) return { scan, tooLongAt: index };
  }
  return { scan, tooLongAt: null };
}

/** A name goes on over a fold only in quotes. */
function nextLine(scan: FileNameScan): FileNameScan {
  const field = scan.line === 'field';
  return { ...FILE_NAME_SCAN_START, folds: field, name: field && scan.name?.quoted === true ? scan.name : null };
}

function beginLine(scan: FileNameScan, octet: number): FileNameScan {
  const letter = String.fromCharCode(octet).toLowerCase();
  if (scan.head === '' && scan.folds && isBlank(letter)) return { ...scan, line: 'field' };
  const head = scan.head + letter;
  if (FIELDS.includes(head)) return { ...FILE_NAME_SCAN_START, line: 'field' };
  if (FIELDS.some((field) => field.startsWith(head))) return { ...scan, head, name: null };
  return { ...FILE_NAME_SCAN_START, line: 'other' };
}

function inField(scan: FileNameScan, octet: number): FileNameScan {
  const letter = String.fromCharCode(octet);
  const { name } = scan;
  if (name !== null) return { ...scan, name: inName(name, letter) };
  if (letter === '=' && PARAMETER.test(scan.word)) {
    return { ...scan, word: '', name: { octets: 0, quoted: false, escaped: false } };
  }
  const word = isBlank(letter) || letter === ';' ? '' : (scan.word + letter.toLowerCase()).slice(0, PARAMETER_OCTETS);
  return { ...scan, word };
}

/** @returns null when the octet ends the name */
function inName(name: NonNullable<FileNameScan['name']>, letter: string): FileNameScan['name'] {
  if (name.octets === 0 && !name.quoted && letter === '"') return { ...name, quoted: true };
  const counted = { ...name, octets: name.octets + 1, escaped: false };
  if (!name.quoted) return isBlank(letter) || letter === ';' ? null : counted;
  if (name.escaped) return counted;
  if (letter === '\\') return { ...name, escaped: true };
  return letter === '"' ? null : counted;
}

function isBlank(letter: string): boolean {
  return letter === ' ' || letter === '\t';
}

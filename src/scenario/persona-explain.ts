// A persona as a person reads it: every situation with its text and where that is known from, and what two personas
// say differently. Used by `show persona`. Text only: it decides nothing and fills no template.

import { SITUATIONS } from './persona';
import { loadPersona } from './persona-load';
import { formatDuration } from './units';
import type { Confidence, Persona, PersonaFact, PersonaText, Situation } from './persona';

const COLUMNS = 96;

interface Provenance {
  readonly source: string;
  readonly confidence: Confidence;
  readonly note?: string | null;
}

/** Breaks words at blanks; protocol texts never come here, they are printed as they are. */
function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/ +/)) {
    if (line !== '' && indent.length + line.length + 1 + word.length > COLUMNS) {
      lines.push(indent + line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, indent + line];
}

function provenanceLines({ source, note }: Provenance, indent: string): string[] {
  const noted = note === null || note === undefined ? [] : wrap(`note: ${note}`, indent);
  return [...wrap(`from: ${source}`, indent), ...noted];
}

function textLines(name: string, text: PersonaText, mark: string): string[] {
  return [`  ${name}  [${mark}]`, ...text.lines.map((line) => `    ${line}`), ...provenanceLines(text, '      ')];
}

function onOrOff(commands: Readonly<Record<string, boolean>>): string {
  return Object.entries(commands)
    .map(([verb, on]) => `${verb} ${on ? 'on' : 'off'}`)
    .join(', ');
}

const LINE_ENDINGS = { crlf: 'CRLF alone', lf: 'CRLF or a bare LF', 'cr-or-lf': 'CRLF, or a bare CR or LF' } as const;

/** Each habit in words: what it is about, and its value. */
function habitsInWords({ habits }: Persona): readonly (readonly [string, string, PersonaFact<unknown>])[] {
  const { lineEndings, commands, errorLimit, idleTimeoutMs, sizeAnnounce, authStyle, lenientPaths, needsHello } =
    habits;
  const idle = idleTimeoutMs.value;
  return [
    ['a command line ends with', LINE_ENDINGS[lineEndings.value], lineEndings],
    ['optional commands', onOrOff(commands.value), commands],
    ['errors until the connection is closed', String(errorLimit.value ?? 'no limit'), errorLimit],
    ['silence until the connection is closed', idle === null ? 'no limit' : formatDuration(idle), idleTimeoutMs],
    [
      'SIZE in the EHLO reply',
      sizeAnnounce.value === 'limit' ? 'with the limit, if there is one' : 'without a number',
      sizeAnnounce,
    ],
    ['AUTH in the EHLO reply', `written as ${authStyle.value}`, authStyle],
    ['addresses without angle brackets', lenientPaths.value ? 'taken' : 'refused', lenientPaths],
    ['MAIL before HELO or EHLO', needsHello.value ? 'refused' : 'taken', needsHello],
  ];
}

function headLines(persona: Persona): string[] {
  const { name, title, product, release, lineage, defaulted } = persona;
  const built = lineage.length === 0 ? '' : ` Built on ${lineage.join(', then ')}.`;
  const silent =
    defaulted.length === 0
      ? ''
      : ` It says nothing for ${defaulted.length} of ${SITUATIONS.length} situations: these speak as plain, marked default.`;
  return [
    `${name}: ${title}`,
    ...wrap(
      `Imitates ${product}, release ${release}; the name says what is imitated, not who made this.${built}${silent}`,
      '',
    ),
    'Marks: seen = verbatim in the source; second-hand = described there; inferred = chosen by us.',
  ];
}

function extensionLines({ extensions }: Persona): string[] {
  const list = (words: readonly string[]) => (words.length === 0 ? '(none)' : words.join(' '));
  return [
    `EHLO keywords  [${extensions.confidence}]`,
    `  before TLS  ${list(extensions.value.plain)}`,
    `  inside TLS  ${list(extensions.value.tls)}`,
    ...provenanceLines(extensions, '      '),
  ];
}

/** Only what it has of its own: the codes of plain are in every persona. */
function codeLines(persona: Persona): string[] {
  const plain = loadPersona('plain');
  const own = Object.entries(persona.codes).filter(
    ([code, text]) => persona.name === plain.name || text !== plain.codes[code],
  );
  return [
    `Texts for a bare code in a rule${persona.name === plain.name ? '' : '; any other code speaks as plain'}`,
    ...own.flatMap(([code, text]) => textLines(code, text, text.confidence)),
  ];
}

/**
 * Everything a persona says, with provenance, for `show persona`.
 * @returns lines of at most 96 columns, except where a protocol text is longer
 */
export function explainPersona(persona: Persona): string {
  const defaulted = new Set<Situation>(persona.defaulted);
  const mark = (situation: Situation) => (defaulted.has(situation) ? 'default' : persona.texts[situation].confidence);
  return [
    ...headLines(persona),
    '',
    ...extensionLines(persona),
    '',
    'Habits',
    ...habitsInWords(persona).flatMap(([about, value, fact]) => [
      `  ${about}: ${value}  [${fact.confidence}]`,
      ...provenanceLines(fact, '      '),
    ]),
    '',
    'Texts, in the order of a session',
    ...SITUATIONS.flatMap((situation) => textLines(situation, persona.texts[situation], mark(situation))),
    '',
    ...codeLines(persona),
    ...(persona.remarks.length === 0 ? [] : ['', 'Remarks']),
    ...persona.remarks.flatMap((remark) => [
      ...wrap(`- ${remark.text} [${remark.confidence}]`, '  '),
      ...provenanceLines(remark, '      '),
    ]),
    '',
  ].join('\n');
}

/** A heading and, when they differ, the lines of both sides under each other, each line behind its persona's name. */
function difference(
  heading: string,
  names: readonly [string, string],
  left: readonly string[],
  right: readonly string[],
): string[] {
  if (left.join('\n') === right.join('\n')) return [];
  const width = Math.max(names[0].length, names[1].length) + 2;
  const side = (name: string, lines: readonly string[]) =>
    lines.map((line, index) => `  ${(index === 0 ? name : '').padEnd(width)}${line}`);
  return [heading, ...side(names[0], left), ...side(names[1], right)];
}

function remarkDifference(a: Persona, b: Persona): string[] {
  const onlyIn = (persona: Persona, other: Persona): string[] => {
    const shared = new Set(other.remarks.map((remark) => remark.text));
    const own = persona.remarks.filter((remark) => !shared.has(remark.text));
    return own.length === 0
      ? []
      : [`remarks of ${persona.name} alone`, ...own.flatMap((remark) => wrap(`- ${remark.text}`, '  '))];
  };
  return [...onlyIn(a, b), ...onlyIn(b, a)];
}

/**
 * What two personas say differently: product, keywords, habits, texts, remarks. Texts that agree are not mentioned,
 * whatever their provenance.
 */
export function diffPersonas(a: Persona, b: Persona): string {
  const names = [a.name, b.name] as const;
  const habitsOfB = habitsInWords(b);
  const codes = [...new Set([...Object.keys(a.codes), ...Object.keys(b.codes)])].sort();
  const lines = [
    ...difference('product', names, [a.product], [b.product]),
    ...difference('release', names, [a.release], [b.release]),
    ...difference('EHLO keywords', names, [a.extensions.value.plain.join(' ')], [b.extensions.value.plain.join(' ')]),
    ...difference(
      'EHLO keywords inside TLS',
      names,
      [a.extensions.value.tls.join(' ')],
      [b.extensions.value.tls.join(' ')],
    ),
    ...habitsInWords(a).flatMap(([about, value], index) =>
      difference(about, names, [value], [habitsOfB[index]?.[1] ?? '']),
    ),
    ...SITUATIONS.flatMap((situation) =>
      difference(situation, names, a.texts[situation].lines, b.texts[situation].lines),
    ),
    ...codes.flatMap((code) =>
      difference(`bare ${code}`, names, a.codes[code]?.lines ?? ['(none)'], b.codes[code]?.lines ?? ['(none)']),
    ),
    ...remarkDifference(a, b),
  ];
  return lines.length === 0 ? `${a.name} and ${b.name} say the same.\n` : [...lines, ''].join('\n');
}

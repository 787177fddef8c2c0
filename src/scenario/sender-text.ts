// The `{name}` texts of scripted senders. Not template.ts: that one writes reply lines, cut to 512 octets, while a client
// may have to send a line that is too long, or one with a line end inside.
// Checked when a sender is loaded, filled by the scripted client.

import { nearestWord } from '../wire/nearest-word';
import { Mistake } from './mistake';

/** What a text may name. `n` is the number of the innermost loop's round, from 1. */
export const SENDER_TEXT_NAMES = [
  'helo',
  'sender',
  'recipient',
  'message-id',
  'n',
  'size',
  'body',
  'smtputf8',
  'reply-path',
] as const;
export type SenderTextName = (typeof SENDER_TEXT_NAMES)[number];

/**
 * `{recipient:local}`. `raw` and `folded` keep CR, LF and NUL, which become `?` otherwise; `folded` is what a program
 * sends that writes the low octet of each letter and nothing else.
 */
const FORMS: Readonly<Record<string, (value: string) => string>> = {
  raw: (value) => value,
  folded: (value) => Buffer.from(Buffer.from(value, 'latin1').toString('utf8'), 'latin1').toString('latin1'),
  lower: (value) => value.toLowerCase(),
  local: (value) => value.replace(/@[^@]*$/, ''),
};

const SLOT = /\{\{|\{([^{}:]*)(?::([^{}]*))?\}|\{/g;

function isName(name: string): name is SenderTextName {
  return (SENDER_TEXT_NAMES as readonly string[]).includes(name);
}

function didYouMean(word: string, words: readonly string[], fallback: string): string {
  const near = nearestWord(word, words);
  return near === undefined ? fallback : `did you mean "${near}"?`;
}

/** @throws Mistake for an unknown name or form, and for a brace that names nothing */
export function checkSenderText(text: string): void {
  for (const [slot, name, form] of text.matchAll(SLOT)) {
    if (slot === '{{') continue;
    if (name === undefined || !isName(name)) {
      const listed = SENDER_TEXT_NAMES.map((word) => `{${word}}`).join(' ');
      const fix = didYouMean(name ?? '', SENDER_TEXT_NAMES, 'write {{ for a brace');
      throw new Mistake(`${slot} in a text names nothing; expected one of ${listed}`, fix);
    }
    if (form !== undefined && !Object.hasOwn(FORMS, form)) {
      const forms = Object.keys(FORMS);
      throw new Mistake(`${slot}: unknown form; expected one of ${forms.join(', ')}`, didYouMean(form, forms, ''));
    }
  }
}

/**
 * @param text checked by checkSenderText
 * @param value of each name, latin1
 * @returns latin1
 */
export function fillSenderText(text: string, value: (name: SenderTextName) => string): string {
  return text.replace(SLOT, (slot: string, name: string | undefined, form: string | undefined) => {
    if (slot === '{{') return '{';
    if (name === undefined || !isName(name)) return slot;
    const given = value(name);
    const formed = form === undefined ? given : (FORMS[form]?.(given) ?? given);
    return form === 'raw' || form === 'folded' ? formed : formed.replace(/[\r\n\0]/g, '?');
  });
}

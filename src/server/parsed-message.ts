// A message taken apart by MIME, for assertions on what was sent: subject, addresses, texts, attachments. The only file that
// knows mailparser. Used by the library's messages and by reports; the server itself never looks inside a message.

import type * as mailparser from 'mailparser';
import type { AddressObject, EmailAddress } from 'mailparser';

export interface ParsedAddress {
  /** As a person would call it, decoded; empty when there is none. */
  readonly name: string;
  /** Empty for a group without members. */
  readonly address: string;
}

export interface ParsedAttachment {
  readonly filename: string | null;
  readonly contentType: string;
  /** Octets, decoded. */
  readonly size: number;
  readonly content: Buffer;
}

/** A message read as MIME (RFC 2045, 5322), as a mail program would show it. */
export interface ParsedMessage {
  /** Decoded (RFC 2047). */
  readonly subject: string | null;
  readonly from: readonly ParsedAddress[];
  /** Of the To header, which need not be the envelope's recipients. */
  readonly to: readonly ParsedAddress[];
  /** Of text/plain parts; null when there is none. Never made from HTML. */
  readonly text: string | null;
  readonly html: string | null;
  readonly attachments: readonly ParsedAttachment[];
  /** Lower-case name → values as written, unfolded but not decoded, top to bottom. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads whatever was sent: broken MIME gives what could be made of it.
 * @param content the message as stored: unstuffed octets
 */
export async function parseMessage(content: Buffer): Promise<ParsedMessage> {
  // Loaded by whoever looks into a message: it takes as long as the whole server does to start.
  const { simpleParser } = require('mailparser') as typeof mailparser;
  const mail = await simpleParser(content, {
    skipHtmlToText: true,
    skipTextToHtml: true,
    skipTextLinks: true,
    skipImageLinks: true,
    keepCidLinks: true,
  });
  const html = typeof mail.html === 'string' ? mail.html : null;
  return {
    subject: mail.subject ?? null,
    from: addressesOf(mail.from),
    to: addressesOf(mail.to),
    // Beside HTML, mailparser gives an empty text where there is none.
    text: html !== null && mail.text === '' ? null : (mail.text ?? null),
    html,
    attachments: mail.attachments.map(({ filename, contentType, size, content: octets }) => ({
      filename: filename ?? null,
      contentType,
      size,
      content: octets,
    })),
    headers: headersOf(mail.headerLines ?? []),
  };
}

function addressesOf(header: AddressObject | readonly AddressObject[] | undefined): readonly ParsedAddress[] {
  if (header === undefined) return [];
  const objects: readonly AddressObject[] = 'value' in header ? [header] : header;
  return objects.flatMap((object) => object.value.flatMap(members));
}

/** RFC 5322 3.4: a group stands for its members. */
function members({ name, address, group }: EmailAddress): readonly ParsedAddress[] {
  return group === undefined ? [{ name, address: address ?? '' }] : group.flatMap(members);
}

function headersOf(
  lines: readonly { readonly key: string; readonly line: string }[],
): ReadonlyMap<string, readonly string[]> {
  const headers = new Map<string, string[]>();
  for (const { key, line } of lines) {
    // RFC 5322 2.2.3: unfolding takes the line ends away and leaves the blanks.
    const value = line
      .slice(line.indexOf(':') + 1)
      .replace(/\r?\n/g, '')
      .trim();
    const before = headers.get(key);
    if (before === undefined) headers.set(key, [value]);
    else before.push(value);
  }
  return headers;
}

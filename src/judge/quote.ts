// What the client wrote, as a reason may show it: in one line, printable, and not too long. Used by checks whose reasons
// quote octets; evidence is made printable by check.ts.

const LONGEST_QUOTE = 60;

/** Any octets as a short printable text; what is not printable is `?`. */
export function quote(text: string): string {
  const visible = text.replace(/[^\x20-\x7e]/g, '?');
  return visible.length > LONGEST_QUOTE ? `${visible.slice(0, LONGEST_QUOTE)}…` : visible;
}

// A copy of a piece of text. A slice keeps the whole text alive that it was cut from, a megabyte of log for one host name;
// what is remembered beyond its chunk has to be copied. Used wherever the explainer keeps something.

/** The same text in memory of its own. Slices shorter than 13 characters are copies already (V8). */
export function own(text: string): string {
  return text.length < 13 ? text : ` ${text}`.slice(1);
}

// The part of a session that is under one EHLO list, and the uses of extensions in it: a parameter of MAIL or RCPT, or a
// verb. Used by the checks of the list and of mangled replies. Not here: whether a use was allowed.

import { parseMail, parseRcpt } from '../smtp/command';
import { keywordOfVerb, keywordsOfParameter, type Keyword } from '../smtp/extension';
import type { Parameter } from '../smtp/parameter';
import type { Dialogue, Exchange, Reply } from './dialogue';
import { keywordsOf } from './offer';
import { remembered } from './remembered';

/** An accepted EHLO and what was said under its list. */
export interface Section {
  readonly ehlo: Exchange;
  readonly reply: Reply;
  /** Of the reply, codes included. */
  readonly lines: readonly string[];
  readonly keywords: readonly Keyword[];
  readonly commands: readonly Exchange[];
}

/** All sections of a dialogue, in one pass: every command knows whose list it was under. */
export const sectionsOf = remembered((dialogue: Dialogue): readonly Section[] => {
  const sections = new Map<Exchange, Section & { readonly commands: Exchange[] }>();
  for (const command of dialogue.commands) {
    if (command.offer !== null) sections.get(command.offer.hello)?.commands.push(command);
    const { reply, verb } = command;
    if (verb !== 'EHLO' || reply?.digit !== 2) continue;
    sections.set(command, { ehlo: command, reply, lines: reply.lines, keywords: keywordsOf(reply), commands: [] });
  }
  return [...sections.values()];
});

export interface ExtensionUse {
  readonly exchange: Exchange;
  /** Any of these keywords allows it. */
  readonly keywords: readonly string[];
  /** For a reason: "MAIL with SIZE". */
  readonly what: string;
  /** The obligation that judges such a use anywhere. */
  readonly primary: string;
}

/** The extensions that a command uses; none for plain SMTP. */
export const usesOf = remembered((exchange: Exchange): readonly ExtensionUse[] => {
  const { verb, parsed } = exchange;
  if (verb === 'MAIL' || verb === 'RCPT') {
    return parametersOf(exchange).map((parameter) => ({
      exchange,
      keywords: keywordsOfParameter(verb, parameter),
      what: `${verb} with ${parameter.keyword}`,
      primary: 'mail-params-only-if-advertised',
    }));
  }
  const needed = keywordOfVerb(parsed.verb);
  if (needed === null) return [];
  return [{ exchange, keywords: [needed.keyword], what: parsed.verb, primary: primaryOf(parsed.verb) }];
});

/** The parameters of MAIL or RCPT; none for any other verb. */
export const parametersOf = remembered(({ verb, parsed }: Exchange): readonly Parameter[] => {
  if (verb === 'MAIL') return parseMail(parsed.argument).parameters;
  return verb === 'RCPT' ? parseRcpt(parsed.argument).parameters : [];
});

function primaryOf(verb: string): string {
  switch (verb) {
    case 'STARTTLS':
      return 'starttls-not-if-not-offered';
    case 'AUTH':
      return 'auth-only-if-offered';
    case 'BDAT':
      return 'bdat-only-if-chunking';
    default:
      return 'no-invented-verbs';
  }
}

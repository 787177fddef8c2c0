// Somebody on the path who does not want encryption: STARTTLS disappears from the EHLO list (RFC 3207 6).
//
//   client ◄── 250-mail  250 SIZE                  ◄──  250-mail  250-SIZE  250 STARTTLS     list: delete
//   client ◄── 250-mail  250-SIZE  250 XXXXXXXA    ◄──  250-mail  250-SIZE  250 STARTTLS     list: mask
//   client ──► STARTTLS                            ──►  —                                    command: refuse
//   client ◄── 502 …
//
// The answer of the box itself waits until the server has answered what the client sent before.

import type { ReplyLine, Watch } from './dialogue-watch';
import { recast } from './dialogue-watch';
import type { GatheredTexts } from './ehlo-list';
import { isHelloLine, reply, rewriteHello, unfinishedReply } from './ehlo-list';
import { keywordOf, maskKeyword, maskVerb } from './masking';
import type { Middlebox } from './middlebox';
import type { TextBoxState, UnitStep } from './text-box';
import { textBox } from './text-box';

export interface StarttlsStripConfig {
  /** Delete the keyword's line, overwrite the keyword in place, or leave it. */
  readonly list: 'delete' | 'mask' | 'keep';
  /** What becomes of a STARTTLS that the client sends all the same. */
  readonly command: 'pass' | 'mask' | 'refuse' | 'swallow';
  /** For `refuse`. */
  readonly code: number;
  readonly text: string;
}

export const STARTTLS_STRIP_DEFAULTS: StarttlsStripConfig = {
  list: 'delete',
  command: 'refuse',
  code: 502,
  text: 'Command not implemented',
};

const NONE = Buffer.alloc(0);

interface StripOwn {
  readonly gathered: GatheredTexts;
  /** For each answer of ours that waits: how many replies of the server go before it. */
  readonly waiting: readonly number[];
}

export type StarttlsStripState = TextBoxState<StripOwn>;

export function starttlsStrip(config: StarttlsStripConfig): Middlebox<StarttlsStripState> {
  return textBox<StripOwn>({
    name: 'starttls-strip',
    explain: () => explainStrip(config),
    begin: { gathered: [], waiting: [] },
    unit: (own, unit, watch) => {
      if (unit.kind === 'command' && unit.verb === 'STARTTLS') return stripCommand(config, own, unit.octets, watch);
      if (unit.kind === 'reply-line') return withAnswers(config, stripReplyLine(config, own, unit), unit.last);
      return { own, pass: unit.octets };
    },
    rest: (own, side) => {
      const cut = side === 'server' ? withoutStarttls(own.gathered) : [];
      return { own, pass: unfinishedReply(250, cut) };
    },
  });
}

function stripCommand(config: StarttlsStripConfig, own: StripOwn, line: Buffer, watch: Watch): UnitStep<StripOwn> {
  if (config.command === 'pass') return { own, pass: line };
  if (config.command === 'mask') return { own, pass: maskVerb(line, 'x'), watch: recast(watch, 'XXXX') };
  const silent = { own, pass: NONE, watch: recast(watch, null) };
  if (config.command === 'swallow') return silent;
  const before = silent.watch.outstanding.length;
  if (before === 0) return { ...silent, back: reply(config.code, [config.text]) };
  return { ...silent, own: { ...own, waiting: [...own.waiting, before] } };
}

function stripReplyLine(config: StarttlsStripConfig, own: StripOwn, line: ReplyLine): UnitStep<StripOwn> {
  if (!isHelloLine(line)) return { own, pass: line.octets };
  if (config.list === 'delete') {
    const { gathered, pass } = rewriteHello(own.gathered, line, withoutStarttls);
    return { own: { ...own, gathered }, pass };
  }
  const masks = config.list === 'mask' && line.index > 0 && keywordOf(line.octets) === 'STARTTLS';
  return { own, pass: masks ? maskKeyword(line.octets, 0) : line.octets };
}

function withoutStarttls(texts: readonly string[]): readonly string[] {
  return texts.filter((text, index) => index === 0 || !/^STARTTLS(?:[ \t]|$)/i.test(text));
}

/** Puts the answers whose turn has come behind the reply that just ended. */
function withAnswers(config: StarttlsStripConfig, step: UnitStep<StripOwn>, last: boolean): UnitStep<StripOwn> {
  if (!last || step.own.waiting.length === 0) return step;
  const waiting = step.own.waiting.map((replies) => replies - 1);
  const due = waiting.filter((replies) => replies === 0).map(() => reply(config.code, [config.text]));
  return {
    own: { ...step.own, waiting: waiting.filter((replies) => replies > 0) },
    pass: Buffer.concat([step.pass, ...due]),
  };
}

function explainStrip(config: StarttlsStripConfig): string {
  const list = {
    delete: 'Removes STARTTLS from the EHLO list',
    mask: "Overwrites STARTTLS in the EHLO list with X's",
    keep: 'Leaves STARTTLS in the EHLO list',
  }[config.list];
  const command = {
    pass: 'passes a STARTTLS command on',
    mask: "overwrites a STARTTLS command with X's",
    refuse: `answers a STARTTLS command itself with "${config.code} ${config.text}"`,
    swallow: 'swallows a STARTTLS command without an answer',
  }[config.command];
  return `${list} and ${command}.`;
}

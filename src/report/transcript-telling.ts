// One connection told event by event: trace events in, rows out, with no look ahead, so that the transcript of a record
// and the live one are the same. Used by transcript.ts and transcript-live.ts.
// Not here: the look of a row (transcript-style.ts), the words of rare events (transcript-words.ts), any verdict.

import type { Scenario } from '../scenario/scenario';
import { beginsExchange, credentialsIn } from '../smtp/credentials';
import { visible } from '../wire/octets';
import type {
  ChunkEvent,
  ClosedEvent,
  CommandEvent,
  MessageEvent,
  ReceivedEvent,
  ReplyEndedEvent,
  ReplyEvent,
  SentEvent,
  Source,
  StepEvent,
  TraceEvent,
} from '../wire/trace-event';
import { EarlyWatch } from './transcript-early';
import { UntakenOctets } from './transcript-octets';
import { PathWatch, type Unit } from './transcript-path';
import {
  contentPathRows,
  hiddenFrom,
  isChanged,
  leftoverRows,
  lostRows,
  maskedLike,
  originOf,
  stageRows,
  toneOfReply,
  type PathView,
} from './transcript-path-rows';
import { sourceText } from './transcript-source';
import { counted, spanText, type Row } from './transcript-style';
import { Tally } from './transcript-tally';
import {
  anomaly,
  aside,
  closedWords,
  closingWords,
  connectedWords,
  contentFaults,
  contentText,
  holdWords,
  lineFaults,
  noteWords,
  peerWords,
  quoted,
  spokenLines,
  spokenText,
  stepWords,
  tlsWords,
  type Words,
} from './transcript-words';

export interface TellingOptions {
  /** The scenario that was played: rules are explained, the persona is named. */
  readonly scenario?: Scenario | undefined;
  /** What passed the path unchanged is shown too, with its delays. Changes are shown in any case. */
  readonly layers?: boolean | undefined;
  /** All of the mail data and of long lines, not only the beginning. */
  readonly octets?: boolean | undefined;
}

/** From this on a silence is worth a row. */
const GAP_MS = 2000;
const SHOWN_CONTENT_LINES = 3;
/** Of untaken octets, for quoting. */
const KEPT_OCTETS = 16_384;

export class Telling {
  private readonly options: TellingOptions;
  private readonly whole: boolean;
  private readonly tally = new Tally();
  private readonly earliness = new EarlyWatch();
  private readonly path = new PathWatch();
  private readonly untaken: UntakenOctets;
  private readonly explained = new Set<string>();
  private origin: number | null = null;
  /** Silence counts from here; a wait we know of ends there. */
  private quietFrom = 0;
  private hold: { readonly at: number; firstInputAt: number | null } | null = null;
  private dribble: { readonly reply: number; pieces: number } | null = null;
  private repliedAt = 0;
  /** In the plain layer, sent direction: behind the last reply. */
  private repliedTo = 0;
  private closing = false;
  /** AUTH went into the path: what the server sees of it may be something else. */
  private behindAuth = false;
  /** What the client says next may be a SASL response, whatever the server makes of it. */
  private exchange = false;
  private lateOctets = 0;

  constructor(options: TellingOptions) {
    this.options = options;
    this.whole = options.octets === true;
    this.untaken = new UntakenOctets(this.whole ? Infinity : KEPT_OCTETS);
  }

  /** The rows for the next event, in the order of the trace; often none. */
  tell(event: TraceEvent): readonly Row[] {
    this.origin ??= event.at;
    this.tally.count(event);
    this.earliness.note(event);
    const rows = [...this.gap(event), ...this.rows(event)];
    this.quietFrom = event.type === 'hold-ended' ? event.at : Math.max(this.quietFrom, event.at);
    // The silence of a wait has its own row already.
    if (event.type === 'step' && event.ms !== undefined) this.quietFrom = event.at + event.ms;
    return rows;
  }

  /** The last rows: what it came to. */
  sum(): readonly Row[] {
    return this.tally.sentences().map((text) => ({ mark: '', text, tone: 'end' }));
  }

  private rows(event: TraceEvent): readonly Row[] {
    switch (event.type) {
      case 'connected':
        return [this.timed(event, connectedWords(event))];
      case 'received':
        return this.received(event);
      case 'sent':
        return this.sent(event);
      case 'command':
        return this.command(event);
      case 'reply':
        return this.reply(event);
      case 'reply-ended':
        return this.replyEnded(event);
      case 'message':
        return this.message(event);
      case 'chunk':
        return this.chunk(event);
      case 'step':
        return this.step(event);
      case 'hold-ended': {
        const { hold } = this;
        this.hold = null;
        const firstInputMs = hold?.firstInputAt == null ? null : hold.firstInputAt - hold.at;
        return [this.timed(event, holdWords(event, firstInputMs))];
      }
      case 'mode':
        return event.mode === 'swallow'
          ? [this.timed(event, aside('reads the rest of the mail data, unanswered'))]
          : [];
      case 'offered':
        return [];
      case 'tls':
        if (event.phase === 'started') this.path.secure();
        return [this.timed(event, tlsWords(event))];
      case 'peer':
        return [this.timed(event, peerWords(event))];
      case 'closing':
        this.closing ||= event.how !== 'half-close';
        return [
          this.timed(event, closingWords(event)),
          ...(event.source.kind === 'rule' ? this.why(event.source) : []),
        ];
      case 'closed':
        return this.closed(event);
      case 'note':
        return [this.timed(event, noteWords(event))];
    }
  }

  private timed(event: TraceEvent, words: Words): Row {
    return { ...words, at: event.at - (this.origin ?? event.at) };
  }

  private gap(event: TraceEvent): readonly Row[] {
    const quietMs = event.at - this.quietFrom;
    if (event.at === this.origin || quietMs < GAP_MS) return [];
    return [{ mark: '', text: `… nothing said for ${spanText(quietMs)}`, tone: 'gap' }];
  }

  private why(source: Source, facts: readonly string[] = []): readonly Row[] {
    const { scenario } = this.options;
    let text = sourceText(source, scenario);
    if (source.kind === 'rule') {
      // A rule is explained once; a spew is answered by the same one for hundreds of lines.
      if (this.explained.has(source.rule)) text = sourceText(source);
      this.explained.add(source.rule);
    }
    return [{ mark: '', text: [...facts, text].join('; '), tone: 'why' }];
  }

  private view(mask: (text: string) => string = (text) => text): PathView {
    return { layers: this.options.layers === true, whole: this.whole, mask };
  }

  // --- the client ------------------------------------------------------------------------------------------------

  private received(event: ReceivedEvent): readonly Row[] {
    this.path.received(event);
    if (event.layer !== 'plain') return [];
    if (this.hold !== null) this.hold.firstInputAt ??= event.at;
    if (this.closing) this.lateOctets += event.length;
    const missing = event.offset - this.untaken.total;
    this.untaken.received(event);
    if (missing <= 0) return [];
    this.untaken.taken(event.offset);
    return [anomaly(`the record has a gap here: ${counted(missing, 'octet')} of the client are not in it`)];
  }

  private command(event: CommandEvent): readonly Row[] {
    const { offset, length, line } = event;
    this.untaken.taken(offset + length);
    this.exchange = mayGoOn(event, this.exchange);
    const units = this.path.taken(offset, length);
    // One line for the reader may be several for a path, when its end is not ours: then there is nothing to line up.
    const unit = units.length === 1 ? units[0] : undefined;
    const mask = this.maskOf(unit);
    const view = this.view(event.redacted === true ? (text) => maskedLike(text, line) : mask);
    const putIn = unit !== undefined && unit.from === null;
    const words = unit === undefined || putIn ? line : view.mask(originOf(unit).text).replace(/\r?\n$/, '');
    const text = spokenText(words, this.whole);
    const said: Row = this.timed(event, { mark: 'C:', text: text === '' ? '… an empty line' : text, tone: 'client' });
    const through = unit === undefined ? [] : stageRows(unit, 'client', view);
    return [
      ...(unit === undefined ? [] : lostRows(unit, 'client', view)),
      ...(putIn ? through : [said, ...through]),
      ...this.commandFacts(event),
    ];
  }

  /** What a box made of AUTH the server took for something else; what the client said is hidden all the same. */
  private maskOf(unit: Unit | undefined): ((text: string) => string) | undefined {
    if (unit === undefined || !isChanged(unit)) {
      this.behindAuth &&= unit === undefined;
      return undefined;
    }
    const words = originOf(unit).text.replace(/\r?\n$/, '');
    const [range] = credentialsIn(words, this.behindAuth);
    this.behindAuth = beginsExchange(words) || range !== undefined;
    return range === undefined ? undefined : (text) => hiddenFrom(text, range[0]);
  }

  private commandFacts(event: CommandEvent): readonly Row[] {
    const early = this.earliness.of(event.firstSeq);
    const facts = [
      ...(early === 'allowed' ? ['pipelined, as PIPELINING allows'] : []),
      ...(event.event === 'auth-response' ? ['SASL response'] : []),
      ...(event.redacted === true ? ['credentials not shown'] : []),
    ];
    const faults = lineFaults(event).map((fault) => anomaly(fault));
    if (early === 'early') faults.unshift(anomaly(`came before the reply it had to wait for${arrival(event)}`));
    return [...faults, ...(facts.length === 0 ? [] : [{ mark: '', text: facts.join('; '), tone: 'why' } as const])];
  }

  private message(event: MessageEvent): readonly Row[] {
    const { offset, length, via, facts, complete } = event;
    const early = via === 'DATA' && this.earliness.of(event.firstSeq) !== 'no';
    const faults = [
      ...(early ? ['the mail data began before the reply it had to wait for'] : []),
      ...(complete ? [] : ['the mail data never came to its end']),
      ...contentFaults(facts),
    ];
    const quotedLines = via === 'DATA' ? this.contentLines(this.untaken.read(offset, length)) : [];
    const units = via === 'DATA' ? this.path.taken(offset, length) : [];
    this.untaken.taken(offset + length);
    return [
      this.timed(event, { mark: 'C:', text: `… ${contentText(event)}`, tone: 'client' }),
      ...quotedLines,
      ...faults.map((fault) => anomaly(fault)),
      ...contentPathRows(units, this.view()),
    ];
  }

  private chunk(event: ChunkEvent): readonly Row[] {
    const { announced, received, last } = event;
    const text = `… a chunk of ${counted(received, 'octet')}${last ? ', the last' : ''}`;
    const quotedLines = this.contentLines(this.untaken.read(this.untaken.takenTo, received));
    const units = this.path.taken(this.untaken.takenTo, received);
    this.untaken.taken(this.untaken.takenTo + received);
    return [
      this.timed(event, { mark: 'C:', text, tone: 'client' }),
      ...quotedLines,
      ...(received === announced ? [] : [anomaly(`${counted(announced, 'octet')} had been announced`)]),
      ...contentPathRows(units, this.view()),
    ];
  }

  private contentLines(octets: string): readonly Row[] {
    if (octets === '') return [];
    const lines = octets.split(/(?<=\n)/);
    if (this.whole) return lines.flatMap((line) => spokenLines(line, true)).map(contentRow);
    return lines
      .slice(0, SHOWN_CONTENT_LINES)
      .flatMap((line) => spokenLines(line, false))
      .map((text) => ({ ...contentRow(text), clipped: true }));
  }

  // --- the server ------------------------------------------------------------------------------------------------

  private reply(event: ReplyEvent): readonly Row[] {
    const { octets, raw, as, unsolicited, source } = event;
    this.path.said(event);
    this.repliedAt = event.at;
    this.repliedTo = event.offset + event.length;
    this.dribble = event.dribbled === true ? { reply: event.seq, pieces: 0 } : null;
    const facts = [
      ...(raw === true ? [as === undefined ? 'raw octets' : `raw octets that stand for ${as}`] : []),
      ...(unsolicited === true ? ['nobody had asked'] : []),
      ...(event.dribbled === true ? ['spread over time'] : []),
    ];
    const lines = raw === true ? octets.split(/(?<=\n)/).map((line) => visible(line)) : spokenLines(octets, this.whole);
    return [...this.serverLines(event, lines, toneOfReply(as ?? event.code)), ...this.why(source, facts)];
  }

  private serverLines(event: TraceEvent, lines: readonly string[], tone: Row['tone']): readonly Row[] {
    return lines.map((text, index) => {
      const words: Words = { mark: 'S:', text, tone };
      return index === 0 ? this.timed(event, words) : words;
    });
  }

  private sent(event: SentEvent): readonly Row[] {
    if (event.layer !== 'plain') return this.path.sent(event).flatMap((unit) => this.arrived(event, unit));
    if (this.dribble !== null) this.dribble.pieces += 1;
    if (event.offset < this.repliedTo || event.octets === undefined) return [];
    // Octets of no reply: what is said while the server is shut down.
    const octets = event.octets.toString('latin1');
    const facts: Row = { mark: '', text: 'said out of turn', tone: 'why' };
    return [...this.serverLines(event, spokenLines(octets, this.whole), toneOfReply(octets)), facts];
  }

  /** A reply at the client's end of the path. */
  private arrived(event: SentEvent, unit: Unit): readonly Row[] {
    const view = this.view();
    const [first, ...others] = [...lostRows(unit, 'server', view), ...stageRows(unit, 'server', view)];
    return first === undefined ? [] : [this.timed(event, first), ...others];
  }

  private replyEnded(event: ReplyEndedEvent): readonly Row[] {
    const { dribble } = this;
    this.dribble = null;
    const lastMs = spanText(event.at - this.repliedAt);
    if (dribble === null || dribble.reply !== event.reply) {
      return [this.timed(event, aside(`the last octet of that reply has left after ${lastMs}: the client took none`))];
    }
    const pieces = dribble.pieces === 0 ? '' : ` in ${counted(dribble.pieces, 'piece')}`;
    return [this.timed(event, aside(`dribbled${pieces} over ${lastMs}`))];
  }

  private step(event: StepEvent): readonly Row[] {
    if (event.step === 'hold') this.hold = { at: event.at, firstInputAt: null };
    const words = this.timed(event, stepWords(event));
    const asked = event.source.kind === 'rule' || event.source.kind === 'policy';
    const why = asked ? this.why(event.source) : [];
    if (event.step !== 'discard' || event.octets === undefined) return [words, ...why];
    const octets = this.untaken.read(this.untaken.takenTo, event.octets);
    this.path.taken(this.untaken.takenTo, event.octets);
    this.untaken.taken(this.untaken.takenTo + event.octets);
    return [octets === '' ? words : { ...words, text: `${words.text}: ${quoted(octets, this.exchange)}` }, ...why];
  }

  private closed(event: ClosedEvent): readonly Row[] {
    const rows = [...leftoverRows(this.path.leftovers(), this.behindAuth || this.exchange)];
    if (event.unread > 0) {
      const octets = this.untaken.read(this.untaken.takenTo, event.unread);
      const said = octets === '' ? '' : `: ${quoted(octets, this.exchange)}`;
      rows.push(
        anomaly(`${counted(event.unread, 'octet')} of the client were read and never taken as a command${said}`),
      );
    }
    if (this.lateOctets > 0) rows.push(aside(`${counted(this.lateOctets, 'octet')} came after the server had closed`));
    return [this.timed(event, closedWords(event)), ...rows];
  }
}

/** Whether the line began an exchange, or is part of one that is on. */
function mayGoOn({ event, line }: CommandEvent, isOn: boolean): boolean {
  return event === 'AUTH' || beginsExchange(line) || (isOn && (event === 'auth-response' || event === 'unknown'));
}

function contentRow(text: string): Row {
  return { mark: '|', text, tone: 'content' };
}

/** Said only where the column of times would not. */
function arrival({ firstAt, at }: CommandEvent): string {
  return at - firstAt < 1 ? '' : `, ${spanText(at - firstAt)} ago`;
}

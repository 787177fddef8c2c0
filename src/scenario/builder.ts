// A scenario in code: `scenario('busy').persona('domino-6.5').on('RCPT', { recipient: /slow/ }).reply(450).times(2)`.
// Builds the author's form and reads it with the same schema as a file, so nothing can be said here that YAML cannot.
// Used by the library's users and by tests.

import { assembleScenario } from './assemble';
import { patternSource } from './pattern';
import type { Next, Scenario } from './scenario';
import { ScenarioError } from './scenario-error';
import type { ScenarioAuthor } from './schema';
import type { ConditionsAuthor } from './schema-conditions';
import { personaHabits } from './persona-habits';
import type { Habits } from './schema-policies';
import type { RuleAuthor } from './schema-rules';
import type { EventName } from '../smtp/vocabulary';

type PatternKey = 'sender' | 'recipient' | 'argument' | 'line' | 'peer' | 'helo' | 'mechanism' | 'user';

/** `when:` in code: patterns may be regular expressions. */
export type BuilderConditions = Omit<ConditionsAuthor, PatternKey | 'not'> & {
  readonly [Key in PatternKey]?: string | RegExp;
} & { readonly not?: BuilderConditions };

type Given<Key extends keyof ScenarioAuthor> = NonNullable<ScenarioAuthor[Key]>;
type Step = Extract<NonNullable<RuleAuthor['do']>, readonly unknown[]>[number];
type StepMap = Exclude<Step, string>;

/** What only `reply` and `raw` take: octets spread over time, or what raw octets stand for. */
export type ReplyOptions = Pick<StepMap, 'dribble'>;
export type RawOptions = Pick<StepMap, 'dribble' | 'as'>;

function conditionsOf(given: BuilderConditions): ConditionsAuthor {
  const entries = Object.entries(given).map(([key, value]): [string, unknown] => {
    if (value instanceof RegExp) return [key, patternSource(value)];
    if (key === 'not' && value !== undefined) return [key, conditionsOf(value as BuilderConditions)];
    return [key, value];
  });
  return Object.fromEntries(entries) as ConditionsAuthor;
}

/** A scenario in the making. Every call adds to it and returns it; `build` may be called more than once. */
export class ScenarioBuilder {
  private readonly author: ScenarioAuthor;
  protected readonly rules: RuleAuthor[];

  constructor(author: ScenarioAuthor, rules: RuleAuthor[] = []) {
    this.author = author;
    this.rules = rules;
  }

  title(title: string): this {
    this.author.title = title;
    return this;
  }

  persona(name: string): this {
    this.author.persona = name;
    return this;
  }

  server(server: Given<'server'>): this {
    this.author.server = server;
    return this;
  }

  servers(servers: Given<'servers'>): this {
    this.author.servers = servers;
    return this;
  }

  path(path: Given<'path'>): this {
    this.author.path = path;
    return this;
  }

  states(states: Given<'states'>): this {
    this.author.states = states;
    return this;
  }

  submit(submit: Given<'submit'>): this {
    this.author.submit = submit;
    return this;
  }

  expect(expected: Given<'expect'>): this {
    this.author.expect = expected;
    return this;
  }

  patience(patience: Given<'patience'>): this {
    this.author.patience = patience;
    return this;
  }

  window(window: Given<'window'>): this {
    this.author.window = window;
    return this;
  }

  tags(...tags: readonly string[]): this {
    this.author.tags = [...tags];
    return this;
  }

  sender(name: string): this {
    this.author.sender = name;
    return this;
  }

  /** Rules of the nth connection only, in the author's form: index 0 is the first connection. */
  connections(connections: Given<'connections'>): this {
    this.author.connections = connections;
    return this;
  }

  /** Begins a rule; the steps that follow belong to it. `on('any')` matches every event. */
  on(event: EventName | 'any' | readonly (EventName | 'any')[], when: BuilderConditions = {}): RuleBuilder {
    const rule: RuleAuthor & { do: Step[] } = {
      on: typeof event === 'string' ? event : [...event],
      when: conditionsOf(when),
      do: [],
    };
    this.rules.push(rule);
    return new RuleBuilder(this.author, this.rules, rule);
  }

  /**
   * @param habitsOf what the persona decides where nothing is said; for tests, else its own habits
   * @throws ScenarioError naming the rule and what is wrong with it
   */
  build(habitsOf: (persona: string) => Habits = personaHabits): Scenario {
    const name = this.author.name ?? 'built';
    const rules = this.rules.map(({ do: steps, ...rule }) => ({
      ...rule,
      ...(Array.isArray(steps) && steps.length > 0 ? { do: steps } : {}),
    }));
    const assembled = assembleScenario(
      { ...this.author, rules },
      { name, folder: process.cwd(), at: () => null, habitsOf },
    );
    if (assembled.refusals === undefined) return assembled.scenario;
    throw new ScenarioError(
      assembled.refusals.map(({ path, message, fix }) => ({
        file: `scenario "${name}" built in code, ${path.join('.')}`,
        line: 0,
        column: 0,
        message,
        ...(fix === null ? {} : { fix }),
      })),
    );
  }
}

/** The rule that `on` began: its steps run in the order of the calls. */
export class RuleBuilder extends ScenarioBuilder {
  private readonly rule: RuleAuthor & { do: Step[] };

  constructor(author: ScenarioAuthor, rules: RuleAuthor[], rule: RuleAuthor & { do: Step[] }) {
    super(author, rules);
    this.rule = rule;
  }

  private step(step: Step): this {
    this.rule.do.push(step);
    return this;
  }

  reply(reply: NonNullable<StepMap['reply']>, options: ReplyOptions = {}): this {
    return this.step({ reply, ...options });
  }

  /** Octets as they are: a latin1 text, or { hex }, { base64 }. A Buffer is sent octet by octet. */
  raw(raw: NonNullable<StepMap['raw']> | Buffer, options: RawOptions = {}): this {
    return this.step({ raw: Buffer.isBuffer(raw) ? { hex: raw.toString('hex') } : raw, ...options });
  }

  /** "3 s", or a seeded draw "1 s..5 s". */
  delay(span: string): this {
    return this.step({ wait: span });
  }

  hold(hold: NonNullable<StepMap['hold']>): this {
    return this.step({ hold });
  }

  set(values: NonNullable<StepMap['set']>): this {
    return this.step({ set: values });
  }

  /** What happens next, whatever the code was: `then:` of a file. (A method of that name would make this a promise.) */
  next(next: Next): this {
    this.rule.then = next;
    return this;
  }

  close(): this {
    return this.next('close');
  }

  reset(): this {
    return this.next('reset');
  }

  /** Answers nothing, still reads and records: for ever, or for a time. */
  mute(time?: string): this {
    return this.step(time === undefined ? 'mute' : { mute: time });
  }

  /** Stops reading: for good, or for a time. */
  deaf(time?: string): this {
    return this.step(time === undefined ? 'deaf' : { deaf: time });
  }

  /** Takes the event, says nothing, goes on. */
  ignore(): this {
    return this.step('ignore');
  }

  times(times: number): this {
    this.rule.times = times;
    return this;
  }

  per(scope: NonNullable<RuleAuthor['per']>): this {
    this.rule.per = scope;
    return this;
  }

  probability(probability: number): this {
    this.rule.probability = probability;
    return this;
  }

  after(after: string | number): this {
    this.rule.after = after;
    return this;
  }

  every(time: string): this {
    this.rule.every = time;
    return this;
  }

  pass(): this {
    this.rule.pass = true;
    return this;
  }

  /** Refusals by this rule do not count for the error limit. */
  uncounted(): this {
    this.rule.counts = false;
    return this;
  }

  id(id: string): this {
    this.rule.id = id;
    return this;
  }
}

/** Begins a scenario. @param name small letters, digits, dots and hyphens */
export function scenario(name = 'built'): ScenarioBuilder {
  return new ScenarioBuilder({ name });
}

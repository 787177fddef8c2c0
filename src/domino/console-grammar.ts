// The commands of the console as data: their words, what may follow, what they do; and how typed words find them.
// Like Domino's console, every word may be cut short as long as one command is left (`sho stat smtp`, `te smtp q`).
// Used by console.ts to parse and to complete. Knows nothing of what a command brings about.

import { NOTES_INI_VARIABLES } from './notes-ini';

export type CommandId =
  | 'show-stat'
  | 'show-tasks'
  | 'show-config'
  | 'set-config'
  | 'update-config'
  | 'stop-task'
  | 'start-task'
  | 'restart-task'
  | 'drop-all'
  | 'help'
  | 'stop-server';

export interface ConsoleCommand {
  readonly id: CommandId;
  /** In full. */
  readonly words: readonly string[];
  /** What may stand behind the words. */
  readonly rest: 'none' | 'optional' | 'required';
  /** Behind the words in the help. */
  readonly usage: string;
  readonly help: string;
}

export const CONSOLE_COMMANDS: readonly ConsoleCommand[] = [
  {
    id: 'show-stat',
    words: ['show', 'statistics'],
    rest: 'optional',
    usage: 'smtp[.name]',
    help: 'the counters of the SMTP task',
  },
  { id: 'show-tasks', words: ['show', 'tasks'], rest: 'none', usage: '', help: 'what the SMTP task is doing' },
  {
    id: 'show-config',
    words: ['show', 'configuration'],
    rest: 'required',
    usage: 'NAME',
    help: 'the value of a notes.ini variable',
  },
  {
    id: 'set-config',
    words: ['set', 'configuration'],
    rest: 'required',
    usage: 'NAME=VALUE',
    help: 'sets a notes.ini variable; open sessions see it from their next command',
  },
  {
    id: 'update-config',
    words: ['tell', 'smtp', 'update', 'config'],
    rest: 'none',
    usage: '',
    help: 'reads the configuration again at once',
  },
  { id: 'stop-task', words: ['tell', 'smtp', 'quit'], rest: 'none', usage: '', help: 'stops the SMTP task' },
  { id: 'start-task', words: ['load', 'smtp'], rest: 'none', usage: '', help: 'starts the SMTP task' },
  {
    id: 'restart-task',
    words: ['restart', 'task', 'smtp'],
    rest: 'none',
    usage: '',
    help: 'stops and starts the SMTP task; its counters begin again',
  },
  { id: 'drop-all', words: ['drop', 'all'], rest: 'none', usage: '', help: 'ends all open sessions' },
  { id: 'help', words: ['help'], rest: 'none', usage: '', help: 'this list' },
  { id: 'stop-server', words: ['quit'], rest: 'none', usage: '', help: 'stops the server' },
  { id: 'stop-server', words: ['exit'], rest: 'none', usage: '', help: 'stops the server' },
];

/** The command as it stands in the help: `set configuration NAME=VALUE`. */
export function usageOf(command: ConsoleCommand): string {
  return [...command.words, ...(command.usage === '' ? [] : [command.usage])].join(' ');
}

/** How many of a command's words the typed ones begin; -1 when one of them doesn't fit. */
function fitting(command: ConsoleCommand, typed: readonly string[]): number {
  const most = Math.min(command.words.length, typed.length);
  for (let index = 0; index < most; index += 1) {
    if (!(command.words[index] ?? '').startsWith((typed[index] ?? '').toLowerCase())) return -1;
  }
  return most;
}

export type Found =
  | { readonly found: 'one'; readonly command: ConsoleCommand; readonly rest: readonly string[] }
  /** Several commands begin so, or one was begun and not ended. */
  | { readonly found: 'several'; readonly commands: readonly ConsoleCommand[] }
  | { readonly found: 'none' };

/** The command that the typed words stand for. */
export function findCommand(typed: readonly string[]): Found {
  const fits = CONSOLE_COMMANDS.filter((command) => fitting(command, typed) >= 0);
  const whole = fits.filter((command) => {
    const behind = typed.length - command.words.length;
    return behind >= 0 && (command.rest === 'none' ? behind === 0 : command.rest === 'optional' || behind > 0);
  });
  const command = whole[0];
  if (whole.length === 1 && command !== undefined) {
    return { found: 'one', command, rest: typed.slice(command.words.length) };
  }
  const open = whole.length > 1 ? whole : fits.filter((fit) => typed.length <= fit.words.length);
  return open.length > 0 ? { found: 'several', commands: open } : { found: 'none' };
}

/** Fewest changes of one character (Levenshtein) from one text to the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}

/** The command whose words are nearest to what was typed; null when nothing is near. */
export function nearestCommand(typed: readonly string[]): ConsoleCommand | null {
  let best: { readonly command: ConsoleCommand; readonly away: number } | null = null;
  for (const command of CONSOLE_COMMANDS) {
    const line = typed.slice(0, command.words.length).join(' ').toLowerCase().slice(0, 60);
    const words = command.words.map((word, index) => word.slice(0, Math.max(3, typed[index]?.length ?? 0))).join(' ');
    const away = distance(line, words);
    if (best === null || away < best.away) best = { command, away };
  }
  return best !== null && best.away <= Math.max(2, Math.floor(typed.join(' ').length / 2)) ? best.command : null;
}

/**
 * What the last, unfinished word of a line could become: next words of commands, then names of variables.
 * @returns whole words, in the order of the commands, none twice
 */
export function nextWords(typed: readonly string[], begun: string): readonly string[] {
  const words = new Set<string>();
  for (const command of CONSOLE_COMMANDS) {
    if (fitting(command, typed) < 0) continue;
    const word = command.words[typed.length];
    if (word !== undefined) words.add(word);
    else if (typed.length === command.words.length && command.id === 'show-stat') words.add('smtp');
    else if (typed.length === command.words.length && command.usage.startsWith('NAME')) {
      for (const { name } of NOTES_INI_VARIABLES) words.add(command.id === 'set-config' ? `${name}=` : name);
    }
  }
  return [...words].filter((word) => word.toLowerCase().startsWith(begun.toLowerCase()));
}

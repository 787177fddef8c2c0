// The Domino console: reads what an administrator types and returns what is meant, as a value. The mock server acts on it.
// Also prints what a console answers where no state of the listener is needed for it. Not here: the terminal.
// Wordings of answers are in Domino's manner; apart from the task list none was found verbatim.

import { CONSOLE_COMMANDS, findCommand, nearestCommand, nextWords, usageOf } from './console-grammar';
import type { CommandId, ConsoleCommand } from './console-grammar';
import { applyNotesIni, notesIniVariable } from './notes-ini';
import type { PolicyChange } from './notes-ini';

export type ConsoleAction =
  /** Print `showStat(statistics, pattern)`. */
  | { readonly action: 'show-stat'; readonly pattern: string | null }
  /** Print `showTasks(…)`. */
  | { readonly action: 'show-tasks' }
  /** Print `showConfig(name, value)` with the value that holds now. */
  | { readonly action: 'show-config'; readonly name: string }
  /** Apply `change` and remember the variable; `value` is "" when it was taken back. */
  | { readonly action: 'config-change'; readonly name: string; readonly value: string; readonly change: PolicyChange }
  | { readonly action: 'update-config' }
  | { readonly action: 'stop-task' }
  | { readonly action: 'start-task' }
  | { readonly action: 'restart-task' }
  | { readonly action: 'drop-all' }
  | { readonly action: 'stop-server' }
  /** Nothing to do but to print; `problem` when the line could not be acted on. */
  | { readonly action: 'text'; readonly lines: readonly string[]; readonly problem: boolean };

const text = (lines: readonly string[], problem = true): ConsoleAction => ({ action: 'text', lines, problem });

/** What a line on the console asks for. Never throws; an empty line asks for nothing and prints nothing. */
export function parseConsole(line: string): ConsoleAction {
  const typed = line
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (typed.length === 0) return text([], false);
  const found = findCommand(typed);
  switch (found.found) {
    case 'one':
      return actionOf(found.command.id, found.rest, line);
    case 'several':
      return text([
        `Command not complete: ${line.trim()}`,
        ...found.commands.map((command) => `  ${usageOf(command)}`),
      ]);
    case 'none':
      break;
  }
  return unknown(typed);
}

function actionOf(id: CommandId, rest: readonly string[], line: string): ConsoleAction {
  switch (id) {
    case 'show-stat':
      return { action: 'show-stat', pattern: rest.length === 0 ? null : rest.join('.') };
    case 'show-config': {
      const name = rest[0] ?? '';
      return { action: 'show-config', name: notesIniVariable(name)?.name ?? name };
    }
    case 'set-config':
      return setConfig(line);
    case 'show-tasks':
    case 'update-config':
    case 'stop-task':
    case 'start-task':
    case 'restart-task':
    case 'drop-all':
    case 'stop-server':
      return { action: id };
    case 'help':
      break;
  }
  return text(helpLines(), false);
}

/** The value is taken from the line as typed: a greeting keeps its blanks, and quotes round the whole are dropped. */
function setConfig(line: string): ConsoleAction {
  const behind = line.trim().replace(/^\S+\s+\S+\s+/, '');
  const assignment = /^"(.*)"$/.exec(behind)?.[1] ?? behind;
  const equals = assignment.indexOf('=');
  if (equals <= 0) return text([`Command not complete: ${line.trim()}`, '  set configuration NAME=VALUE']);
  const name = assignment.slice(0, equals).trim();
  const value = assignment.slice(equals + 1).trim();
  const { change, problems } = applyNotesIni({ [name]: value });
  if (problems.length > 0) return text(problems.map((problem) => problem.message));
  return { action: 'config-change', name: notesIniVariable(name)?.name ?? name, value, change };
}

function unknown(typed: readonly string[]): ConsoleAction {
  const [verb = '', task = ''] = typed.map((word) => word.toLowerCase());
  const toTask = (word: string): boolean => verb.length > 1 && word.startsWith(verb);
  if ((toTask('tell') || toTask('load')) && task !== '' && !'smtp'.startsWith(task)) {
    return text([`Task ${task.toUpperCase()} is not on this server: smtp is the only one`]);
  }
  const nearest = nearestCommand(typed);
  const hint = nearest === null ? 'type help for a list' : `did you mean: ${usageOf(nearest)}`;
  return text([`Command not recognized: ${typed.join(' ')} (${hint})`]);
}

function helpLines(): readonly string[] {
  const width = Math.max(...CONSOLE_COMMANDS.map((command: ConsoleCommand) => usageOf(command).length));
  return CONSOLE_COMMANDS.map((command) => `  ${usageOf(command).padEnd(width)}  ${command.help}`);
}

/** What `show tasks` needs to know of the listener. */
export interface TaskState {
  readonly running: boolean;
  readonly port: number;
  readonly sessions: number;
}

/** The task list: name in 21 columns, then what the task does (layout as seen; the SMTP lines by analogy with LDAP's). */
export function showTasks(state: TaskState): readonly string[] {
  const row = (does: string): string => `  ${'SMTP Server'.padEnd(21)}${does}`;
  const head = '       Task                 Description';
  if (!state.running) return [head];
  return [
    head,
    row(`Listen for connect requests on TCP Port:${state.port}`),
    row('Utility task'),
    row(state.sessions === 0 ? 'Control task' : `Control task: ${state.sessions} sessions`),
  ];
}

/** `show config`'s answer. */
export function showConfig(name: string, value: string | null): readonly string[] {
  return [value === null || value === '' ? `${name} is not set` : `${name}=${value}`];
}

/** The answer to a `config-change` that was applied. */
export function changedConfig(name: string, value: string): readonly string[] {
  return [value === '' ? `${name} removed` : `${name} changed to ${value}.`];
}

/**
 * Completion for a terminal, in the form that readline wants.
 * @returns what the last word could become, and that word as typed so far
 */
export function completeConsole(line: string): readonly [candidates: string[], begun: string] {
  const words = line.trimStart().split(/\s+/);
  const begun = words.pop() ?? '';
  return [[...nextWords(words, begun)], begun];
}

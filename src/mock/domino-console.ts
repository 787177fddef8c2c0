// What a line typed at the Domino console brings about: the words are read by domino/console.ts, the answers printed
// from what the server says of itself, and its changes asked for by name. Used by the faces. Holds no state.

import { changedConfig, parseConsole, showConfig, showTasks, type ConsoleAction } from '../domino/console';
import { showStat } from '../domino/statistics-print';
import type { Statistics } from '../domino/statistics';

/** What the console needs of a server. */
export interface ConsoleServer {
  readonly isListening: boolean;
  readonly port: number;
  readonly openSessions: number;
  readonly desk: { readonly statistics: Statistics };
  /** The value that holds now; null when the variable is not set. */
  notesIni(name: string): string | null;
  setNotesIni(name: string, value: string): void;
  updateConfiguration(): void;
  /** Variables that are not known or cannot be read. */
  readonly notesIniProblems: readonly string[];
  stopListening(): Promise<void>;
  startListening(): Promise<void>;
  dropAll(): void;
}

export interface ConsoleAnswer {
  readonly lines: readonly string[];
  /** The line could not be acted on. */
  readonly problem: boolean;
  /** The server itself is to be stopped. */
  readonly quit: boolean;
}

const answer = (lines: readonly string[], problem = false): ConsoleAnswer => ({ lines, problem, quit: false });

/**
 * Does what a line asks for.
 * @throws ListenError (as rejection) when the port cannot be had again
 */
export async function enterConsole(server: ConsoleServer, line: string): Promise<ConsoleAnswer> {
  const action: ConsoleAction = parseConsole(line);
  switch (action.action) {
    case 'text':
      return answer(action.lines, action.problem);
    case 'show-stat':
      return answer(showStat(server.desk.statistics, action.pattern));
    case 'show-tasks':
      return answer(showTasks({ running: server.isListening, port: server.port, sessions: server.openSessions }));
    case 'show-config':
      return answer(showConfig(action.name, server.notesIni(action.name)));
    case 'config-change':
      server.setNotesIni(action.name, action.value);
      return answer(changedConfig(action.name, action.value));
    case 'update-config':
      server.updateConfiguration();
      return answer(server.notesIniProblems, server.notesIniProblems.length > 0);
    case 'stop-task':
      if (!server.isListening) return answer(['Task SMTP is not running'], true);
      await server.stopListening();
      return answer([]);
    case 'start-task':
      if (server.isListening) return answer(['Task SMTP is running already'], true);
      await server.startListening();
      return answer([]);
    case 'restart-task':
      if (server.isListening) await server.stopListening();
      await server.startListening();
      return answer([]);
    case 'drop-all': {
      const { openSessions } = server;
      server.dropAll();
      return answer([`${openSessions} session${openSessions === 1 ? '' : 's'} dropped`]);
    }
    case 'stop-server':
      return { lines: [], problem: false, quit: true };
  }
}

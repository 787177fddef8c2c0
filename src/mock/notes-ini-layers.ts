// The notes.ini variables in force, and where each comes from: the console goes before the file, the file before the
// scenario. Used by mock-server.ts. What a variable means is domino/notes-ini.ts' business.

import { notesIniVariable } from '../domino/notes-ini';

type Variables = Readonly<Record<string, string>>;

/** Upper and lower case are one in notes.ini; variables that are not known keep the name they were given. */
function named(variables: Variables): [name: string, value: string][] {
  return Object.entries(variables).map(([name, value]) => [notesIniVariable(name)?.name ?? name, value]);
}

export class NotesIniLayers {
  private readonly scenario: readonly Variables[];
  private file: Variables;
  private readonly console = new Map<string, string>();

  /**
   * @param scenario the variables of each server of the scenario
   * @param file those that were given beside it, for all servers
   */
  constructor(scenario: readonly Variables[], file: Variables) {
    this.scenario = scenario;
    this.file = file;
  }

  /** @param value "" takes the variable back: neither file nor scenario set it any more */
  set(name: string, value: string): void {
    this.console.set(notesIniVariable(name)?.name ?? name, value);
  }

  /** The file was read again. */
  replaceFile(file: Variables): void {
    this.file = file;
  }

  /** What holds for one server. A variable that is set to nothing is not set. */
  of(server: number): Variables {
    const all = [...named(this.scenario[server] ?? {}), ...named(this.file), ...this.console];
    return Object.fromEntries([...new Map(all)].filter(([, value]) => value.trim() !== ''));
  }
}

// The Domino console of `serve --console`: a prompt with history and completion on a terminal, plain lines from a pipe.
// What a line brings about is mock/domino-console.ts' business; this file only reads and prints.

import { createInterface, clearLine, cursorTo, type Interface } from 'node:readline';
import { completeConsole } from '../domino/console';
import { enterConsole, type ConsoleServer } from '../mock/domino-console';
import { ListenError } from '../server/listener';

/** `quit` was typed; or the input is at its end: Ctrl-D on a terminal, the end of a pipe. */
export type ConsoleEnd = 'quit' | 'end-of-input';

export interface ConsoleStreams {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Ctrl-C, which a terminal with a prompt keeps to itself. */
  readonly interrupt: () => void;
}

const PROMPT = '> ';

export class ServeConsole {
  /** A person sits there: lines are edited, remembered and completed. */
  readonly isInteractive: boolean;
  private readonly streams: ConsoleStreams;
  private lines: Interface | null = null;

  constructor(streams: ConsoleStreams) {
    this.streams = streams;
    this.isInteractive = streams.input.isTTY === true && streams.output.isTTY === true;
  }

  /** Prints a line above the prompt, and leaves alone what is being typed. */
  print(text: string): void {
    const { output } = this.streams;
    const prompting = this.isInteractive && this.lines !== null;
    if (prompting) {
      cursorTo(output, 0);
      clearLine(output, 0);
    }
    output.write(text.endsWith('\n') ? text : `${text}\n`);
    if (prompting) this.lines?.prompt(true);
  }

  /**
   * Reads and acts, one line after the other, until the end. Lines typed while one is being acted on wait their turn.
   * @returns how it ended
   * @throws (as rejection) faults of our own only
   */
  async run(server: ConsoleServer): Promise<ConsoleEnd> {
    const lines = this.open();
    try {
      for await (const line of lines) {
        if (await this.enter(server, line)) return 'quit';
        if (this.isInteractive) lines.prompt();
      }
      return 'end-of-input';
    } finally {
      this.close();
    }
  }

  /** Gives the terminal back. */
  close(): void {
    this.lines?.close();
    this.lines = null;
  }

  private open(): Interface {
    const { input, output, interrupt } = this.streams;
    const lines = createInterface({
      input,
      terminal: this.isInteractive,
      prompt: PROMPT,
      completer: (line: string) => [...completeConsole(line)],
      ...(this.isInteractive ? { output } : {}),
    });
    lines.on('SIGINT', interrupt);
    this.lines = lines;
    if (this.isInteractive) lines.prompt();
    return lines;
  }

  /** @returns whether the server is to stop */
  private async enter(server: ConsoleServer, line: string): Promise<boolean> {
    try {
      const { lines, quit } = await enterConsole(server, line);
      for (const each of lines) this.print(each);
      return quit;
    } catch (error) {
      // The port was taken while the task was down: the console stays, for another try.
      if (!(error instanceof ListenError)) throw error;
      this.print(error.message);
      return false;
    }
  }
}

// A log file that rotates at a size: FILE is the newest, FILE.1 the one before, and so on up to the number kept.
// Used by `serve --log-file`. Lines are written together, a moment after the first of them: a system call for each would cost
// more than all the rest of the log. A full disk is told once and costs lines, never the server.

import { closeSync, fstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

export interface RotationOptions {
  /** A file is begun anew before it would grow beyond this. */
  readonly mostOctets: number;
  /** Older files that are kept beside the newest. */
  readonly kept: number;
  /** Is told why nothing can be written, once until it can again. */
  readonly trouble: (reason: string) => void;
}

/** How long a line may wait for others. */
const GATHERED_MS = 50;
/** Lines that are written without waiting any longer. */
const GATHERED_LINES = 1000;

export class RotatingFile {
  private readonly path: string;
  private readonly options: RotationOptions;
  private file: number | null;
  private octets: number;
  private waiting: string[] = [];
  private flushing: NodeJS.Timeout | null = null;
  private isTold = false;

  /**
   * Goes on behind what is in the file already.
   * @throws what the file system says when it cannot be opened at all
   */
  constructor(path: string, options: RotationOptions) {
    this.path = path;
    this.options = options;
    this.file = openSync(path, 'a');
    this.octets = fstatSync(this.file).size;
  }

  /** Appends a line; the line end is put behind it. */
  line(text: string): void {
    this.waiting.push(text);
    if (this.waiting.length >= GATHERED_LINES) this.flush();
    else this.flushing ??= setTimeout(() => this.flush(), GATHERED_MS);
  }

  /** Writes what waits, and closes the file. */
  close(): void {
    this.flush();
    if (this.file !== null) closeSync(this.file);
    this.file = null;
  }

  private flush(): void {
    if (this.flushing !== null) clearTimeout(this.flushing);
    this.flushing = null;
    const lines = this.waiting;
    this.waiting = [];
    if (lines.length === 0) return;
    try {
      const all = `${lines.join('\n')}\n`;
      // A UTF-16 unit is three octets of UTF-8 at most: only near the end of a file do lines have to be measured.
      if (this.octets + 3 * all.length <= this.options.mostOctets) this.write(all);
      else this.writeMeasured(lines);
      this.isTold = false;
    } catch (error) {
      if (!this.isTold) this.options.trouble(error instanceof Error ? error.message : String(error));
      this.isTold = true;
    }
  }

  private writeMeasured(lines: readonly string[]): void {
    let piece = '';
    let octets = 0;
    for (const line of lines) {
      const more = Buffer.byteLength(line) + 1;
      if (this.octets + octets + more > this.options.mostOctets) {
        this.write(piece);
        piece = '';
        octets = 0;
        this.rotate();
      }
      piece += `${line}\n`;
      octets += more;
    }
    this.write(piece);
  }

  private write(piece: string): void {
    if (piece === '') return;
    this.file ??= openSync(this.path, 'a');
    let octets = Buffer.from(piece, 'utf8');
    this.octets += octets.length;
    // `writeSync` may take less than it is given.
    while (octets.length > 0) octets = octets.subarray(writeSync(this.file, octets));
  }

  /** A single line longer than a whole file stands in one of its own. */
  private rotate(): void {
    if (this.octets === 0) return;
    if (this.file !== null) closeSync(this.file);
    this.file = null;
    const { kept } = this.options;
    rmSync(this.older(kept), { force: true });
    for (let age = kept - 1; age >= 0; age -= 1) moveIfThere(this.older(age), this.older(age + 1));
    this.octets = 0;
  }

  private older(age: number): string {
    return age === 0 ? this.path : `${this.path}.${age}`;
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

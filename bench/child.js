// A server in a process of its own: started, asked for its count, looked at from outside (/proc), ended by its own id.
// Reading /proc gives the same figures for every server, whatever it is written in; it makes the benchmark a Linux one.
'use strict';

const { spawn } = require('node:child_process');
const { readFileSync } = require('node:fs');
const readline = require('node:readline');

const START_MS = 15_000;
/** USER_HZ, as Linux has it on every platform that Node runs on. */
const TICK_MS = 10;

/** A server could not be started, or went away: what it said about it is in the message. */
class ServerTrouble extends Error {}

class Child {
  /**
   * @param {string} command
   * @param {readonly string[]} args
   * @param {NodeJS.ProcessEnv} environment beside our own
   */
  constructor(command, args, environment = {}) {
    this.said = '';
    this.facts = [];
    this.waiting = [];
    this.process = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    this.gone = new Promise((resolve) => {
      this.process.once('error', (error) => resolve(error.message));
      this.process.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `code ${code}`}`));
    });
    this.process.stdin.on('error', () => undefined);
    this.process.stderr.on('data', (octets) => (this.said = (this.said + octets).slice(-2000)));
    readline.createInterface({ input: this.process.stdout }).on('line', (line) => this.hear(line));
  }

  hear(line) {
    let fact;
    try {
      fact = JSON.parse(line);
    } catch {
      return;
    }
    const waiter = this.waiting.shift();
    if (waiter === undefined) this.facts.push(fact);
    else waiter(fact);
  }

  /** The next fact the server says of itself. */
  async fact() {
    const known = this.facts.shift();
    if (known !== undefined) return known;
    const said = new Promise((resolve) => this.waiting.push(resolve));
    return this.inTime(said);
  }

  /** @throws ServerTrouble when it goes away first, or does not come in time */
  async inTime(hoped) {
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, START_MS, 'it did not answer in time')));
    const trouble = Promise.race([this.gone, late]).then((why) => {
      throw new ServerTrouble(`${why} ${this.said}`.trim());
    });
    try {
      return await Promise.race([hoped, trouble]);
    } finally {
      clearTimeout(timer);
    }
  }

  async messages() {
    return (await this.ask()).messages;
  }

  /** What it has taken so far, and, of servers that are our own programs, the CPU time it has used (µs). */
  ask() {
    this.process.stdin.write('count\n');
    return this.fact();
  }

  /** CPU time so far, ms, all threads; user and system apart. */
  cpu() {
    const text = readFileSync(`/proc/${this.process.pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { userMs: Number(fields[11]) * TICK_MS, systemMs: Number(fields[12]) * TICK_MS };
  }

  /** Resident memory, KiB: now, and at its peak. */
  memory() {
    const text = readFileSync(`/proc/${this.process.pid}/status`, 'utf8');
    const kib = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1] ?? 0);
    return { nowKiB: kib('VmRSS'), peakKiB: kib('VmHWM') };
  }

  async stop() {
    this.process.stdin.end();
    this.process.kill('SIGTERM');
    const stubborn = setTimeout(() => this.process.kill('SIGKILL'), 3000);
    await this.gone;
    clearTimeout(stubborn);
  }
}

module.exports = { Child, ServerTrouble };

// `lab mtu`: a real path-MTU black hole in network namespaces of its own. `lab clean`: removes what a crash left of one.

import { Command, InvalidArgumentError, Option } from 'commander';
import { CLIENT_DRIVERS, clientDriver } from '../../clients';
import { driverOf, type LabClient } from '../../gauntlet/lab/lab-client';
import type { MtuStepName } from '../../gauntlet/lab/lab-report';
import { cleanLeftovers } from '../../gauntlet/lab/leftovers';
import { runMtuLab } from '../../gauntlet/lab/mtu-lab';
import { mtuText } from '../../gauntlet/lab/mtu-text';
import { NEAR_MTU, type MtuProbing } from '../../gauntlet/lab/network-plan';
import { TLS_CAPABILITY, tlsWayOf, type LabTls } from '../../gauntlet/lab/tls-way';
import { loadScenario } from '../../scenario/load';
import { loadSender } from '../../scenario/sender';
import { parseOctets } from '../../scenario/units';
import { nearestWord } from '../../wire/nearest-word';
import { positiveNumber } from '../option-values';
import { didYouMean, EXIT, print, printError, UsageError } from '../terminal';

interface MtuOptions {
  readonly client?: string;
  readonly scenario?: string;
  readonly tls?: boolean;
  readonly size: number;
  readonly farMtu: number;
  readonly mtuProbing: MtuProbing;
  readonly patience: number;
  readonly heal?: number | true;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const DEFAULT_CLIENT = 'nodemailer';
const DEFAULT_HEAL_S = 5;
const SCENARIOS = { clear: 'plain', tls: 'starttls-offered' };
/** IPv4 has no smaller packets that every host must take: RFC 791 section 3.1. */
const LEAST_MTU = 576;
/** Two full-size segments at least, or nothing would vanish; and no more than a stall of seconds can use. */
const SIZES = { least: 4_000, most: 16_000_000 };
const LONGEST_PATIENCE_S = 3600;

const PROGRESS: Readonly<Record<MtuStepName, string>> = {
  control: 'the control: MSS lowered',
  short: 'the black hole, with a short mail',
  stall: 'the black hole, with the mail of the control',
  cure: 'MSS lowered again',
};

export function labCommand(): Command {
  return new Command('lab')
    .description('Make a real network fault between real kernels (root on Linux)')
    .addCommand(mtuCommand().exitOverride().showSuggestionAfterError(true))
    .addCommand(cleanCommand().exitOverride().showSuggestionAfterError(true));
}

function mtuCommand(): Command {
  return new Command('mtu')
    .description('A path-MTU black hole in network namespaces: proves its control, then shows the stall')
    .argument('[command...]', 'behind --: a command line with {host} {port} {from} {to} {message}')
    .addOption(
      new Option(
        '-c, --client <name>',
        `${CLIENT_DRIVERS.map(({ name }) => name).join(', ')} or sender:NAME (default: "${DEFAULT_CLIENT}")`,
      ),
    )
    .addOption(
      new Option(
        '--scenario <name>',
        `what the server is (default: "${SCENARIOS.clear}"; with --tls "${SCENARIOS.tls}")`,
      ),
    )
    .option('--tls', 'the client must encrypt: with STARTTLS, or from the first octet where the scenario does')
    .addOption(new Option('--size <octets>', 'of the mail, e.g. "1 MB"').argParser(size).default(64_000, '64 KB'))
    .addOption(new Option('--far-mtu <octets>', 'MTU between router and server').argParser(farMtu).default(1300))
    .addOption(
      new Option('--mtu-probing <n>', "the client kernel's tcp_mtu_probing: 0, 1 or 2").argParser(probing).default(0),
    )
    .addOption(
      new Option('--patience <seconds>', 'how long the stalled client is watched').argParser(patience).default(30),
    )
    .addOption(
      new Option(
        '--heal [seconds]',
        `let the ICMP through after so long (default: ${DEFAULT_HEAL_S}), and lower the MSS again`,
      ).argParser(positiveNumber),
    )
    .option('--json', 'report as JSON')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', MTU_HELP)
    .action(async (words: string[], options: MtuOptions) => {
      process.exitCode = await mtu(words, options);
    });
}

const MTU_HELP = `
Exit codes: 0 shown, 3 not shown or not possible here (the reason is told), 130
interrupted. Without root, a scenario makes the same stall in user space:
  smtp-gauntlet run mtu-stall`;

async function mtu(words: readonly string[], options: MtuOptions): Promise<number> {
  const client = clientOf(words, options.client);
  const scenario = options.scenario ?? (options.tls === true ? SCENARIOS.tls : SCENARIOS.clear);
  const tls = tlsOf(scenario, client, options.tls === true);
  const healAfterMs =
    options.heal === undefined ? null : (options.heal === true ? DEFAULT_HEAL_S : options.heal) * 1000;
  if (healAfterMs !== null && healAfterMs >= options.patience * 1000) {
    throw new UsageError(
      `--heal comes after ${healAfterMs / 1000} s, when the patience of ${options.patience} s is over`,
    );
  }
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  // Kept until all is removed: a second Ctrl-C must not leave half of it behind.
  for (const name of signals) process.on(name, interrupt);
  try {
    const result = await runMtuLab({
      client,
      scenario,
      tls,
      messageOctets: options.size,
      farMtu: options.farMtu,
      mtuProbing: options.mtuProbing,
      patienceMs: options.patience * 1000,
      healAfterMs,
      signal: stop.signal,
      onStep: (name) => (options.quiet === true ? undefined : printError(`lab: ${PROGRESS[name]}`)),
    });
    for (const what of result.left) printError(`lab: left behind: ${what}. Try "smtp-gauntlet lab clean".`);
    if (stop.signal.aborted) {
      printError('lab: interrupted; what it had made is removed');
      return EXIT.interrupted;
    }
    if (!result.ran) return cannotRun(result.reason, options.json === true);
    print(options.json === true ? JSON.stringify(result.report, null, 2) : mtuText(result.report));
    return result.report.verdict.shown ? EXIT.ok : EXIT.notRun;
  } finally {
    for (const name of signals) process.removeListener(name, interrupt);
  }
}

/** A mistake in the scenario, or in what is asked together, is told before anything is made. */
function tlsOf(name: string, client: LabClient, wanted: boolean): LabTls {
  const scenario = loadScenario(name);
  if (!wanted) return 'none';
  if (client.kind === 'command') {
    throw new UsageError(`a command line says itself that it encrypts: instead of --tls, --scenario ${SCENARIOS.tls}`);
  }
  const way = tlsWayOf(scenario);
  if (way === null) {
    throw new UsageError(`${name} offers no TLS: leave --tls out, or take --scenario ${SCENARIOS.tls}`);
  }
  const driver = driverOf(client);
  if (driver.capabilities.includes(TLS_CAPABILITY[way])) return way;
  throw new UsageError(`${driver.name} cannot be told to insist on TLS: leave --tls out, or take another client`);
}

function cannotRun(reason: string, json: boolean): number {
  const nearest = 'smtp-gauntlet run mtu-stall';
  if (json) print(JSON.stringify({ lab: 'mtu', ran: false, reason, nearest }, null, 2));
  printError(`lab: cannot run here: ${reason}`);
  printError(`lab: the nearest thing that works: ${nearest} (the same stall, made in user space)`);
  return EXIT.notRun;
}

function clientOf(words: readonly string[], name: string | undefined): LabClient {
  if (words.length > 0) {
    if (name !== undefined) throw new UsageError('either --client or a command behind --, not both');
    if (!process.argv.includes('--')) {
      throw new UsageError(`a command line stands behind "--"; a client by its name is --client ${words[0]}`);
    }
    if (!words.some((word) => word.includes('{host}'))) {
      throw new UsageError('the command line has no {host}: it would not find the server in its namespace');
    }
    return { kind: 'command', template: words };
  }
  const wanted = name ?? DEFAULT_CLIENT;
  if (wanted.startsWith('sender:')) {
    const sender = wanted.slice('sender:'.length);
    loadSender(sender);
    return { kind: 'sender', name: sender };
  }
  if (clientDriver(wanted) !== undefined) return { kind: 'driver', name: wanted };
  const names = CLIENT_DRIVERS.map((one) => one.name);
  const near = nearestWord(wanted, names);
  throw new UsageError(
    `no client is called "${wanted}"; expected one of ${names.join(', ')}, or sender:NAME${didYouMean(near)}`,
  );
}

function cleanCommand(): Command {
  return new Command('clean').description('Remove what a lab left behind that was killed').action(() => {
    const { removed, running, left } = cleanLeftovers();
    for (const what of removed) print(`removed ${what}`);
    for (const { prefix, pid } of running) print(`left alone: the lab ${prefix}, which process ${pid} is using`);
    for (const what of left) printError(`lab: could not be removed: ${what}`);
    if (removed.length + running.length + left.length === 0) print('nothing to remove');
    process.exitCode = left.length === 0 ? EXIT.ok : EXIT.notRun;
  });
}

function size(text: string): number {
  let octets: number;
  try {
    octets = parseOctets(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
  if (octets >= SIZES.least && octets <= SIZES.most) return octets;
  throw new InvalidArgumentError('expected 4 KB to 16 MB: less has no full-size segments to lose');
}

function farMtu(text: string): number {
  const octets = Number(text);
  if (Number.isInteger(octets) && octets >= LEAST_MTU && octets < NEAR_MTU) return octets;
  throw new InvalidArgumentError(`expected ${LEAST_MTU} to ${NEAR_MTU - 1}: the client's own link has ${NEAR_MTU}`);
}

function probing(text: string): MtuProbing {
  const found = ([0, 1, 2] as const).find((value) => String(value) === text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError('expected 0 (never), 1 (once a black hole is suspected) or 2 (always)');
}

function patience(text: string): number {
  const seconds = positiveNumber(text);
  if (seconds >= 1 && seconds <= LONGEST_PATIENCE_S) return seconds;
  throw new InvalidArgumentError(`expected 1 to ${LONGEST_PATIENCE_S} seconds`);
}

// The command line: `smtp-gauntlet COMMAND`. Each command is a file of commands/. Not here: what any command does.

import { Command, CommanderError } from 'commander';
import { PACKAGE_VERSION } from '../wire/package-version';
import type * as check from './commands/check';
import type * as day from './commands/day';
import type * as doctor from './commands/doctor';
import type * as explainLog from './commands/explain-log';
import type * as judge from './commands/judge';
import type * as lab from './commands/lab';
import type * as list from './commands/list';
import type * as play from './commands/play';
import type * as run from './commands/run';
import type * as serve from './commands/serve';
import type * as show from './commands/show';
import type * as transcript from './commands/transcript';
import { EXIT, tell } from './terminal';

const HELP_HEAD = `A mock SMTP server that behaves like the servers of the field, and judges the clients that talk to it.

Try first:
  smtp-gauntlet run --client nodemailer   a client's report card
  smtp-gauntlet play                      watch the classic field cases happen
  smtp-gauntlet serve domino-hardened     listen on 127.0.0.1:2525 and show every dialogue as it happens
  smtp-gauntlet list                      all scenarios
  smtp-gauntlet show dnsbl-554            one scenario in English sentences
`;

const HELP_FOOT = `
Exit codes: 0 fine, 1 a MUST was broken or an expectation not met, 2 wrong usage or scenario, 3 a client could not be
run, 130 interrupted. NO_COLOR is honoured. "-" reads standard input where a file is expected.`;

/**
 * In the order of the help. A command line needs one of them, and loading the others takes longer than most commands do
 * (docs/performance-scale.md).
 */
const COMMANDS: Readonly<Record<string, () => Command>> = {
  serve: () => (require('./commands/serve') as typeof serve).serveCommand(),
  run: () => (require('./commands/run') as typeof run).runCommand(),
  play: () => (require('./commands/play') as typeof play).playCommand(),
  list: () => (require('./commands/list') as typeof list).listCommand(),
  show: () => (require('./commands/show') as typeof show).showCommand(),
  check: () => (require('./commands/check') as typeof check).checkCommand(),
  transcript: () => (require('./commands/transcript') as typeof transcript).transcriptCommand(),
  judge: () => (require('./commands/judge') as typeof judge).judgeCommand(),
  report: () => (require('./commands/judge') as typeof judge).reportCommand(),
  'explain-log': () => (require('./commands/explain-log') as typeof explainLog).explainLogCommand(),
  day: () => (require('./commands/day') as typeof day).dayCommand(),
  lab: () => (require('./commands/lab') as typeof lab).labCommand(),
  doctor: () => (require('./commands/doctor') as typeof doctor).doctorCommand(),
};

/** @param asked the first word of the command line; all commands are there unless it names one */
function program(asked: string): Command {
  const root = new Command('smtp-gauntlet')
    .description(HELP_HEAD)
    .version(PACKAGE_VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain a command')
    .addHelpText('after', HELP_FOOT)
    .showHelpAfterError('(smtp-gauntlet --help explains the commands)')
    .showSuggestionAfterError(true)
    .exitOverride();
  const named = Object.hasOwn(COMMANDS, asked) ? COMMANDS[asked] : undefined;
  const commands = (named === undefined ? Object.values(COMMANDS) : [named]).map((load) => load());
  for (const command of commands) root.addCommand(command.exitOverride().showSuggestionAfterError(true));
  return root;
}

/**
 * Runs one command line and sets the exit code.
 * @param argv as in process.argv
 */
export function main(argv: readonly string[]): void {
  // A reader that goes away (`| head`) is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT.ok);
  });
  program(argv[2] ?? '')
    .parseAsync([...argv])
    .then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
        else process.exitCode = tell(error);
      },
    );
}

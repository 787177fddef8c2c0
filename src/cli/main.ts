// The command line: `smtp-gauntlet COMMAND`. Each command is a file of commands/. Not here: what any command does.

import { Command, CommanderError } from 'commander';
import { PACKAGE_VERSION } from '../wire/package-version';
import { checkCommand } from './commands/check';
import { dayCommand } from './commands/day';
import { doctorCommand } from './commands/doctor';
import { explainLogCommand } from './commands/explain-log';
import { judgeCommand, reportCommand } from './commands/judge';
import { labCommand } from './commands/lab';
import { listCommand } from './commands/list';
import { playCommand } from './commands/play';
import { runCommand } from './commands/run';
import { serveCommand } from './commands/serve';
import { showCommand } from './commands/show';
import { transcriptCommand } from './commands/transcript';
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

function program(): Command {
  const root = new Command('smtp-gauntlet')
    .description(HELP_HEAD)
    .version(PACKAGE_VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain a command')
    .addHelpText('after', HELP_FOOT)
    .showHelpAfterError('(smtp-gauntlet --help explains the commands)')
    .showSuggestionAfterError(true)
    .exitOverride();
  const commands = [
    serveCommand(),
    runCommand(),
    playCommand(),
    listCommand(),
    showCommand(),
    checkCommand(),
    transcriptCommand(),
    judgeCommand(),
    reportCommand(),
    explainLogCommand(),
    dayCommand(),
    labCommand(),
    doctorCommand(),
  ];
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
  program()
    .parseAsync([...argv])
    .then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
        else process.exitCode = tell(error);
      },
    );
}

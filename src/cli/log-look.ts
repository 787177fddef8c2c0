// How Domino's console log looks, as options of `serve`: the date of a locale, the process prefix, names of hosts, and whether
// lines are in it whose words are only inferred. Used by serve-log.ts.

import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { Option, type Command } from 'commander';
import { LOG_DATE_FORMATS, type LogDateFormatName } from '../domino/log-date';
import type { LogLook } from '../mock/domino-desk';

export interface LogLookOptions {
  readonly logDate: LogDateFormatName;
  readonly logPrefix: 'none' | 'unix' | 'windows';
  readonly logHosts?: string;
  readonly logWordings: 'all' | 'seen';
  readonly logEnvelope: 'command' | 'message';
}

export function addLogLookOptions(command: Command): Command {
  const choice = (flags: string, text: string, choices: readonly string[], standard: string): Option =>
    new Option(flags, text).choices(choices).default(standard);
  return command
    .addOption(choice('--log-date <form>', 'dates of the Domino log', Object.keys(LOG_DATE_FORMATS), 'dd/mm/yyyy'))
    .addOption(
      choice('--log-prefix <form>', 'process and thread before its lines', ['none', 'unix', 'windows'], 'none'),
    )
    .option('--log-hosts <file>', 'names of hosts in it: lines of an address and a name, as in /etc/hosts')
    .addOption(choice('--log-wordings <which>', 'all lines, or only those seen in a source', ['all', 'seen'], 'all'))
    .addOption(
      choice(
        '--log-envelope <when>',
        'Originator and Recipient: as each is accepted, or with the message',
        ['command', 'message'],
        'command',
      ),
    );
}

/** @throws what the file system says of the file of hosts */
export function logLook(options: LogLookOptions): LogLook {
  const { logDate, logPrefix, logHosts, logWordings, logEnvelope } = options;
  const names = logHosts === undefined ? null : hostNames(readFileSync(logHosts, 'utf8'));
  return {
    date: LOG_DATE_FORMATS[logDate],
    prefix: logPrefix,
    inferred: logWordings === 'all',
    envelope: logEnvelope,
    ...(names === null ? {} : { hostNameOf: (address) => names.get(address) ?? null }),
  };
}

/** The first name of each address; what is no such line is passed over, as the resolver does. */
function hostNames(text: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [address = '', name] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (isIP(address) !== 0 && name !== undefined && !names.has(address)) names.set(address, name);
  }
  return names;
}

// Writes the configuration of a private Exim, and an empty spool beside it. Used by exim.
// Everything that shows on the wire stays at Exim's own default, but the pace of retries and what the assignment asks for.

import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Target } from './driver';
import { MARK_VARIABLE } from './marked-processes';
import type { Lane } from './mta-lane';
import type { SystemAccount } from './program';

export interface EximFiles {
  readonly configurationFile: string;
  /** One `…-H` file in here for each message in the queue. */
  readonly inputFolder: string;
  readonly mainLog: string;
  readonly panicLog: string;
}

/**
 * Writes everything a private Exim needs below the lane's folder.
 * @param program where the binary is: it executes itself again
 * @param owner the account that the binary changes to
 */
export async function writeEximFiles(lane: Lane, program: string, owner: SystemAccount): Promise<EximFiles> {
  const configurationFile = join(lane.folder, 'exim.conf');
  const spoolFolder = join(lane.folder, 'spool');
  await mkdir(spoolFolder, { mode: 0o755 });
  await chown(spoolFolder, owner.userId, owner.groupId);
  await writeFile(configurationFile, configurationText(lane, program, spoolFolder));
  // Root's, not writable by others, or Exim refuses it; readable by its own user, which has no other right here.
  await chown(configurationFile, 0, owner.groupId);
  await chmod(configurationFile, 0o640);
  return {
    configurationFile,
    inputFolder: join(spoolFolder, 'input'),
    mainLog: join(spoolFolder, 'mainlog'),
    panicLog: join(spoolFolder, 'paniclog'),
  };
}

function configurationText(lane: Lane, program: string, spoolFolder: string): string {
  const { assignment, auth } = lane;
  return `\
exim_path = ${program}
primary_hostname = ${lane.hostName}
spool_directory = ${spoolFolder}
log_file_path = ${join(spoolFolder, '%slog')}
# Exim cleans the environment of its processes; by the mark they are found again.
keep_environment = ${MARK_VARIABLE}
disable_ipv6 = ${!assignment.targets.some(({ host }) => host.includes(':'))}
message_size_limit = 0
# A bounce that is refused is given up, not kept frozen in the queue.
ignore_bounce_errors_after = 0s

begin routers
server:
  driver = manualroute
  domains = *
  route_data = <;${assignment.targets.map(hostItem).join(';')}
  self = send
  transport = server

begin transports
server:
  driver = smtp
  allow_localhost
  helo_data = ${expandable(assignment.clientName)}
${[...tlsOptions(lane), ...(auth === null ? [] : ['hosts_require_auth = *'])].map((line) => `  ${line}\n`).join('')}
begin retry
* * F,4d,${lane.retryAfterS}s
${auth === null ? '' : authenticators(auth)}`;
}

/** With a port, in brackets also when it is no IPv6 address. */
function hostItem({ host, port }: Target): string {
  return `[${host}]:${port}`;
}

/**
 * With an authority the certificate must be signed by it; it is not compared with a name, since the server is known by its
 * address only. Without one Exim's default stays: it looks at the certificate, and goes on whatever it finds.
 */
function tlsOptions({ tls, assignment: { caFile } }: Lane): string[] {
  const verified =
    caFile === null
      ? []
      : [`tls_verify_certificates = ${caFile}`, 'tls_verify_hosts = *', 'tls_verify_cert_hostnames ='];
  return {
    none: ['hosts_avoid_tls = *'],
    'if-offered': [],
    required: ['hosts_require_tls = *', ...verified],
    implicit: ['protocol = smtps', 'hosts_require_tls = *', ...verified],
  }[tls];
}

function authenticators({ user, password }: { readonly user: string; readonly password: string }): string {
  const name = expandable(user);
  const secret = expandable(password);
  return `
begin authenticators
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  client_name = ${name}
  client_secret = ${secret}
plain:
  driver = plaintext
  public_name = PLAIN
  client_send = ^${listItem(name)}^${listItem(secret)}
login:
  driver = plaintext
  public_name = LOGIN
  client_send = : ${listItem(name)} : ${listItem(secret)}
`;
}

/** Exim expands these options: what means something to the expansion is taken literally. */
function expandable(text: string): string {
  return text.replace(/[\\$]/g, '\\$&');
}

/** An item of a list of strings, in which also a circumflex stands for a NUL. */
function listItem(text: string): string {
  return text.replaceAll(':', '::').replaceAll('^', '^^');
}

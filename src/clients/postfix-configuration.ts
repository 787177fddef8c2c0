// Writes the configuration of a private Postfix: main.cf, master.cf, and an empty queue beside them. Used by postfix.
// Everything that shows on the wire stays at Postfix's own default, but the pace of retries and what the assignment asks for.

import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Target } from './driver';
import { MARK_VARIABLE } from './marked-processes';
import type { Lane } from './mta-lane';
import type { SystemAccount } from './program';

/** Where the parts of an installed, or only unpacked, Postfix are. */
export interface PostfixHome {
  readonly version: string;
  readonly postfix: string;
  readonly sendmail: string;
  readonly commandFolder: string;
  readonly daemonFolder: string;
  readonly libraryFolder: string;
  readonly metaFolder: string;
  readonly mailOwner: string;
  readonly setgidGroup: string;
}

export interface PostfixFiles {
  readonly configurationFolder: string;
  readonly logFile: string;
  readonly masterPidFile: string;
}

/** No service listens on the network, and none delivers to a mailbox of this machine. */
const MASTER_CF = `\
pickup    unix  n       -       n       60      1       pickup
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
tlsmgr    unix  -       -       n       1000?   1       tlsmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
proxymap  unix  -       -       n       -       -       proxymap
smtp      unix  -       -       n       -       -       smtp
showq     unix  n       -       n       -       -       showq
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
discard   unix  -       -       n       -       -       discard
scache    unix  -       -       n       -       1       scache
postlog   unix-dgram n  -       n       -       1       postlogd
`;

/**
 * Writes everything a private Postfix needs below the lane's folder.
 * @param owner the account of `home.mailOwner`
 */
export async function writePostfixFiles(lane: Lane, home: PostfixHome, owner: SystemAccount): Promise<PostfixFiles> {
  const configurationFolder = join(lane.folder, 'etc');
  const dataFolder = join(lane.folder, 'data');
  const spoolFolder = join(lane.folder, 'spool');
  const logFile = join(lane.folder, 'mail.log');
  for (const folder of [configurationFolder, dataFolder, spoolFolder]) await mkdir(folder, { mode: 0o755 });
  await chown(dataFolder, owner.userId, owner.groupId);
  const parameters = {
    ...placeParameters(home, lane.folder, logFile),
    ...queueParameters(lane),
    ...serverParameters(lane),
    ...tlsParameters(lane),
    ...authParameters(lane, configurationFolder),
  };
  const mainCf = Object.entries(parameters).map(([name, value]) => `${name} = ${value}\n`);
  await writeFile(join(configurationFolder, 'main.cf'), mainCf.join(''));
  await writeFile(join(configurationFolder, 'master.cf'), MASTER_CF);
  const { auth } = lane;
  if (auth !== null) {
    const entries = lane.assignment.targets.map((target) => `${nextHop(target)} ${auth.user}:${auth.password}\n`);
    await writeFile(join(configurationFolder, 'passwords'), entries.join(''), { mode: 0o600 });
  }
  return { configurationFolder, logFile, masterPidFile: join(spoolFolder, 'pid', 'master.pid') };
}

type Parameters = Readonly<Record<string, string | number>>;

function placeParameters(home: PostfixHome, folder: string, logFile: string): Parameters {
  return {
    compatibility_level: '3.6',
    queue_directory: join(folder, 'spool'),
    data_directory: join(folder, 'data'),
    command_directory: home.commandFolder,
    daemon_directory: home.daemonFolder,
    shlib_directory: home.libraryFolder,
    meta_directory: home.metaFolder,
    sendmail_path: home.sendmail,
    mail_owner: home.mailOwner,
    setgid_group: home.setgidGroup,
    maillog_file: logFile,
    maillog_file_prefixes: folder,
    // Postfix cleans the environment of its processes; by the mark they are found again.
    import_environment: `MAIL_CONFIG MAIL_LOGTAG TZ LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME LD_LIBRARY_PATH ${MARK_VARIABLE}`,
  };
}

function queueParameters({ retryAfterS }: Lane): Parameters {
  return {
    minimal_backoff_time: `${retryAfterS}s`,
    maximal_backoff_time: `${retryAfterS}s`,
    queue_run_delay: `${Math.max(1, Math.floor(retryAfterS / 2))}s`,
    // A queue id that comes twice would mix up two messages in the log.
    enable_long_queue_ids: 'yes',
    message_size_limit: 0,
    // No reports to a postmaster: they would come to the server as well.
    notify_classes: '',
  };
}

function serverParameters({ assignment, hostName }: Lane): Parameters {
  const [first = '', ...others] = assignment.targets.map(nextHop);
  const overIpv6 = assignment.targets.some(({ host }) => host.includes(':'));
  return {
    myhostname: hostName,
    smtp_helo_name: assignment.clientName,
    mydestination: '',
    // Mail to an address at [127.0.0.1] is not for this machine's mailboxes either.
    local_transport: `smtp:${first}`,
    inet_interfaces: 'loopback-only',
    inet_protocols: overIpv6 ? 'all' : 'ipv4',
    relayhost: first,
    smtp_fallback_relay: others.join(', '),
    smtp_host_lookup: 'native',
  };
}

function nextHop({ host, port }: Target): string {
  return `[${host.includes(':') ? `ipv6:${host}` : host}]:${port}`;
}

/** The certificate is not compared with a name, since the server is known by its address only. */
function tlsParameters({ tls, assignment }: Lane): Parameters {
  const levels = { none: 'none', 'if-offered': 'may', required: 'encrypt', implicit: 'encrypt' } as const;
  return {
    smtp_tls_security_level: levels[tls],
    smtp_tls_wrappermode: tls === 'implicit' ? 'yes' : 'no',
    smtp_tls_CAfile: assignment.caFile ?? '',
    smtp_tls_loglevel: 1,
  };
}

function authParameters({ auth }: Lane, configurationFolder: string): Parameters {
  if (auth === null) return {};
  return {
    smtp_sasl_auth_enable: 'yes',
    smtp_sasl_password_maps: `texthash:${join(configurationFolder, 'passwords')}`,
    // The default excludes PLAIN and LOGIN, which is most of what servers offer.
    smtp_sasl_security_options: 'noanonymous',
  };
}

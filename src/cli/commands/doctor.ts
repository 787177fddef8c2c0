// `doctor`: what is installed, what is missing, and what to do about it.

import { accessSync, constants } from 'node:fs';
import { Command } from 'commander';
import { CLIENT_DRIVERS } from '../../clients';
import { scenarioNames } from '../../scenario/load';
import { listPersonas } from '../../scenario/persona-load';
import { listSenders } from '../../scenario/sender';
import { startMockServer } from '../../mock/mock-server';
import { PACKAGE_VERSION } from '../../wire/package-version';
import { EXIT, print } from '../terminal';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Say what works here: clients, privileges, a server on loopback')
    .action(async () => {
      process.exitCode = await doctor();
    });
}

async function doctor(): Promise<number> {
  print(`${PACKAGE_VERSION}, Node ${process.version} on ${process.platform}`);
  print(
    `${scenarioNames().length} scenarios, ${listPersonas().length} personas, ${listSenders().length} scripted senders\n`,
  );
  print('Clients:');
  for (const driver of CLIENT_DRIVERS) {
    const there = await driver.detect();
    print(
      `  ${driver.name.padEnd(12)} ${there.available ? `yes  ${there.version ?? 'unknown version'}` : `no   ${there.reason}`}`,
    );
  }
  print('\nThis machine:');
  print(`  root         ${process.getuid?.() === 0 ? 'yes' : 'no   (Exim and Postfix need it)'}`);
  print(`  namespaces   ${canMakeNamespaces() ? 'iproute2 is there' : 'no   ip is missing: Debian package iproute2'}`);
  return (await serves()) ? EXIT.ok : EXIT.usage;
}

function canMakeNamespaces(): boolean {
  return ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip', '/bin/ip'].some((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function serves(): Promise<boolean> {
  const server = await startMockServer('plain').catch((error: unknown) => String(error));
  if (typeof server === 'string') {
    print(`  loopback     no   ${server}`);
    return false;
  }
  print(`  loopback     yes  a server came up on ${server.host}:${server.port}`);
  await server.stop();
  return true;
}

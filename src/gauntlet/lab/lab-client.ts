// Which client a lab sends with, as data that can be handed to another process: a driver by name, a scripted sender, or a
// command line. The client process makes the driver of it inside its namespace; the lab itself only asks for the version.

import { clientDriver, commandDriver, scriptedDriver } from '../../clients';
import type { ClientDriver } from '../../clients/driver';
import { loadSender } from '../../scenario/sender';

export type LabClient =
  | { readonly kind: 'driver'; readonly name: string }
  | { readonly kind: 'sender'; readonly name: string }
  | { readonly kind: 'command'; readonly template: readonly string[] };

/**
 * The driver of a lab's client.
 * @throws Error when there is none of that name, ScenarioError for a sender's file that is wrong
 */
export function driverOf(client: LabClient): ClientDriver {
  if (client.kind === 'sender') return scriptedDriver(loadSender(client.name));
  if (client.kind === 'command') return commandDriver(client.template);
  const driver = clientDriver(client.name);
  if (driver === undefined) throw new Error(`no client is called "${client.name}"`);
  return driver;
}

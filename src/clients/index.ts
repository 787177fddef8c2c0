// The clients that come with the package. A new one is a file with a ClientDriver, and a line here.
// Any other program is a client by `commandDriver`.

import { curlDriver } from './curl';
import type { ClientDriver } from './driver';
import { eximDriver } from './exim';
import { nodemailerDriver } from './nodemailer';
import { postfixDriver } from './postfix';
import { smtplibDriver } from './smtplib';
import { swaksDriver } from './swaks';

export { COMMAND_PLACEHOLDERS, commandDriver } from './command';
export { capabilitiesOf, scriptedDriver } from './scripted';
export type { CommandOptions } from './command';

/** Every client by name; whether it can run here, its `detect()` tells. */
export const CLIENT_DRIVERS: readonly ClientDriver[] = [
  nodemailerDriver(),
  postfixDriver(),
  eximDriver(),
  swaksDriver(),
  curlDriver(),
  smtplibDriver(),
];

/**
 * A client by the name one types.
 * @returns undefined when there is none of that name
 */
export function clientDriver(name: string): ClientDriver | undefined {
  return CLIENT_DRIVERS.find((driver) => driver.name === name);
}

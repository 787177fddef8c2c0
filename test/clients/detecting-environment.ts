// A jest environment that asks every client driver, before the test file is read, whether it can run here: only then can a
// test be skipped with the reason in its name.

import { TestEnvironment } from 'jest-environment-node';
import { CLIENT_DRIVERS } from '../../src/clients/index';

export default class DetectingEnvironment extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    const detected: [string, unknown][] = [];
    for (const driver of CLIENT_DRIVERS) detected.push([driver.name, await driver.detect()]);
    this.global['detectedClients'] = Object.fromEntries(detected);
  }
}

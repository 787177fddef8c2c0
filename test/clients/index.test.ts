// The list of clients.

import { CLIENT_DRIVERS, clientDriver } from '../../src/clients/index';
import { CLIENT_CAPABILITIES } from '../../src/wire/trial-record';

test('every client is found by its name, and no other', () => {
  for (const driver of CLIENT_DRIVERS) expect(clientDriver(driver.name)).toBe(driver);
  expect(clientDriver('sendmail-9')).toBeUndefined();
});

test.each(CLIENT_DRIVERS.map((driver) => [driver.name, driver] as const))(
  '%s claims each capability once; only an MTA retries and bounces',
  (_name, driver) => {
    expect(new Set(driver.capabilities).size).toBe(driver.capabilities.length);
    expect(CLIENT_CAPABILITIES).toEqual(expect.arrayContaining([...driver.capabilities]));
    expect(driver.capabilities.includes('retries')).toBe(driver.role === 'mta');
    expect(driver.capabilities.includes('bounces')).toBe(driver.role === 'mta');
  },
);

// The version of this package, as records and reports name their writer.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The package's own folder: what is shipped beside the code (scenarios, personas, senders) is found from here. */
export const PACKAGE_ROOT = join(__dirname, '..', '..');

function readVersion(): string {
  const found: unknown = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'));
  const version = typeof found === 'object' && found !== null && 'version' in found ? found.version : null;
  return typeof version === 'string' ? version : 'unknown';
}

export const PACKAGE_VERSION = `smtp-gauntlet ${readVersion()}`;

// Writes schema/scenario.schema.json from the scenario schema and prints its path. Run by `npm run schema` after a
// change to any schema file; a test fails while the two differ.

import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { scenarioJsonSchemaText } from '../scenario/json-schema';

const path = resolve(__dirname, '..', '..', 'schema', 'scenario.schema.json');

writeFileSync(path, scenarioJsonSchemaText());
process.stdout.write('schema/scenario.schema.json\n');

#!/usr/bin/env node
'use strict';

const { existsSync } = require('node:fs');
const { join } = require('node:path');

const main = join(__dirname, '..', 'dist', 'cli', 'main.js');
if (!existsSync(main)) {
  process.stderr.write('smtp-gauntlet: not built yet. Run "npm run build" in its folder first.\n');
  process.exit(2);
}
require(main).main(process.argv);

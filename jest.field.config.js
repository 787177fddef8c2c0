'use strict';

const base = require('./jest.config.js');

/** Real mail clients against the real server: slower, and one at a time, since they share two cores and some system paths. */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/field'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 180000,
  maxWorkers: 1,
};

const quick = require('./jest.config.js');

/**
 * The tests that run a whole rehearsal, two files at a time because they mostly wait: npm run test:rehearsal.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  ...quick,
  testMatch: ['**/*.e2e.test.ts'],
  testPathIgnorePatterns: [],
  globalSetup: '<rootDir>/test/rehearsal/build-toolchain.ts',
  maxWorkers: 2,
  testTimeout: 300_000,
};

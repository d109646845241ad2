const quick = require('./jest.config.js');

/**
 * The tests that run a whole rehearsal, one file after the other, so that none waits for the processors of another: npm run test:rehearsal.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  ...quick,
  testEnvironment: '<rootDir>/test/support/kubernetes-client-environment.js',
  testMatch: ['**/*.e2e.test.ts'],
  testPathIgnorePatterns: [],
  globalSetup: '<rootDir>/test/rehearsal/build-toolchain.ts',
  globalTeardown: '<rootDir>/test/support/tear-down.ts',
  maxWorkers: 1,
  testTimeout: 300_000,
};

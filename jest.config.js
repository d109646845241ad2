// The notice about the next version of Node.js would stand between the results.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // Those run a whole rehearsal: npm run test:rehearsal.
  testPathIgnorePatterns: ['\\.e2e\\.test\\.ts$'],
  // The stack is synthesized with the code of its functions.
  globalSetup: '<rootDir>/test/support/set-up.ts',
  globalTeardown: '<rootDir>/test/support/long-tests-note.ts',
  // All cores: Jest leaves one of two to itself, and its own work is little.
  maxWorkers: '100%',
  // A busy computer takes its time; no test is about speed.
  testTimeout: 60_000,
  setupFiles: ['<rootDir>/test/support/v8-flags.js'],
  moduleNameMapper: { '^@kubernetes/client-node$': '<rootDir>/test/support/kubernetes-client.js' },
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' }, sourceMaps: 'inline' }],
  },
};

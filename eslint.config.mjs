import tseslint from 'typescript-eslint';

/** Packages that only one room may reach, and the words of the error elsewhere. */
const ROOMS = {
  blueprints: { group: ['@aws-quickstart/*'], message: 'Only lib/stack knows eks-blueprints.' },
  cdk: { group: ['aws-cdk-lib', 'aws-cdk-lib/*'], message: 'Only bin/app.ts and lib/stack know the AWS CDK.' },
  cdk8s: { group: ['cdk8s', 'cdk8s-plus-*', 'cdk8s-plus-*/**'], message: 'Only charts/ knows cdk8s.' },
  toolkit: { group: ['@aws-cdk/toolkit-lib', '@aws-cdk/toolkit-lib/*'], message: 'Only lib/deploy and lib/assembly/synthesize.ts know the CDK\'s toolkit.' },
  sdk: { group: ['@aws-sdk/*'], message: 'Only lib/aws, the rooms of the verbs that act on an account, and a rehearsal, which plays it, reach AWS.' },
};

const restrict = (...rooms) => ['error', { patterns: rooms.map((room) => ROOMS[room]) }];

export default tseslint.config(
  { ignores: ['node_modules/', 'cdk.out/', 'cdk8s.out/', 'dist/', '.lab/', 'charts/schemas/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/prefer-nullish-coalescing': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      'no-console': 'error',
      'eqeqeq': 'error',
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'The environment is read in lib/config, lib/cli, lib/proxy-advice.ts, and lib/rehearsal/eks/token-command.ts, which is a program.' }],
      // What is left out of an object by taking the rest of it.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      'no-restricted-imports': restrict('blueprints', 'cdk', 'cdk8s', 'sdk', 'toolkit'),
    },
  },
  { files: ['lib/stack/**/*.ts'], rules: { 'no-restricted-imports': restrict('cdk8s', 'sdk', 'toolkit') } },
  { files: ['bin/app.ts'], rules: { 'no-restricted-imports': restrict('blueprints', 'cdk8s', 'sdk', 'toolkit') } },
  { files: ['charts/**/*.ts'], rules: { 'no-restricted-imports': restrict('blueprints', 'cdk', 'sdk', 'toolkit') } },
  { files: ['lib/aws/**/*.ts', 'lib/preflight/**/*.ts', 'lib/deploy/**/*.ts', 'lib/removal/**/*.ts', 'lib/rehearsal/**/*.ts'], rules: { 'no-restricted-imports': restrict('blueprints', 'cdk', 'cdk8s', 'toolkit') } },
  { files: ['lib/deploy/**/*.ts', 'lib/assembly/synthesize.ts'], rules: { 'no-restricted-imports': restrict('blueprints', 'cdk', 'cdk8s') } },
  { files: ['lib/config/**/*.ts', 'lib/cli/**/*.ts', 'lib/proxy-advice.ts', 'lib/rehearsal/eks/token-command.ts'], rules: { 'no-restricted-properties': 'off' } },
  { files: ['test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'], rules: { 'no-restricted-imports': 'off', 'no-restricted-properties': 'off', 'no-console': 'off' } },
  // Jest's asymmetric matchers, such as expect.objectContaining(), are typed as any.
  { files: ['test/**/*.ts'], rules: { '@typescript-eslint/no-unsafe-argument': 'off', '@typescript-eslint/no-unsafe-assignment': 'off' } },
);

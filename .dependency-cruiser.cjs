/** The architecture, executable: docs/architecture.md says why, test/architecture proves that each rule bites. */

const DOMAINS = 'auth|finance|agents|errors|dashboard';
const TYPEORM = 'node_modules/(typeorm|pg|pg-[a-z-]+)/';
const FRAMEWORK = `node_modules/(@nestjs|fastify|@fastify|typeorm|pg|redis|winston|class-validator|class-transformer)/`;

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Two files that need each other are one idea in two files, or an arrow that points the wrong way.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'config-is-the-floor',
      comment: 'Configuration imports nothing of ours.',
      severity: 'error',
      from: { path: '^config/' },
      to: { path: '^(libs|apps|test|bench)/' },
    },
    {
      name: 'platform-knows-no-domain',
      comment: 'What everything stands on must not lean on what stands on it.',
      severity: 'error',
      from: { path: '^libs/platform/' },
      to: { path: `^(apps|libs/(${DOMAINS}))/` },
    },
    {
      name: 'kernel-is-pure',
      comment: 'The kernel holds words and ports; only its module wires them.',
      severity: 'error',
      from: { path: '^libs/platform/kernel/', pathNot: 'kernel\\.module\\.ts$' },
      to: { path: `${FRAMEWORK}|^libs/platform/(?!kernel/)` },
    },
    {
      name: 'domains-stand-apart',
      comment: 'Only the dashboard reads other domains, through their read services.',
      severity: 'error',
      from: { path: '^libs/(auth|finance|agents|errors)/' },
      to: { path: `^libs/(${DOMAINS})/`, pathNot: '^libs/$1/' },
    },
    {
      name: 'libs-know-no-app',
      comment: 'Apps compose libs, never the other way round.',
      severity: 'error',
      from: { path: '^(libs|config)/' },
      to: { path: '^apps/' },
    },
    {
      name: 'front-door-of-platform',
      comment: 'Another lib is entered through its index.ts only.',
      severity: 'error',
      from: { path: `^(apps|libs/(${DOMAINS})|test|bench)/` },
      to: { path: '^libs/platform/[^/]+/src/', pathNot: '^libs/platform/[^/]+/src/index\\.ts$' },
    },
    {
      name: 'front-door-between-platform-libs',
      comment: 'Another lib is entered through its index.ts only.',
      severity: 'error',
      from: { path: '^libs/platform/([^/]+)/' },
      to: {
        path: '^libs/platform/[^/]+/src/',
        pathNot: ['^libs/platform/$1/', '^libs/platform/[^/]+/src/index\\.ts$'],
      },
    },
    {
      name: 'front-door-of-domain',
      comment: 'Another lib is entered through its index.ts only.',
      severity: 'error',
      from: { path: '^(apps|test|bench)/' },
      to: { path: `^libs/(${DOMAINS})/src/`, pathNot: `^libs/(${DOMAINS})/src/index\\.ts$` },
    },
    {
      name: 'front-door-between-domains',
      comment: 'The dashboard too enters through index.ts only.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: `^libs/(${DOMAINS})/src/`, pathNot: ['^libs/$1/', `^libs/(${DOMAINS})/src/index\\.ts$`] },
    },
    {
      name: 'domain-is-plain',
      comment: 'Rules are plain TypeScript: no framework, no database, no HTTP.',
      severity: 'error',
      from: { path: `^libs/(${DOMAINS})/src/domain/` },
      to: { path: `${FRAMEWORK}|^libs/(${DOMAINS})/src/(api|application|infrastructure)/|^libs/platform/(?!kernel/)` },
    },
    {
      name: 'application-below-api',
      comment: 'Services decide; they do not know the doors they are called through.',
      severity: 'error',
      from: { path: `^libs/(${DOMAINS})/src/(application|infrastructure)/` },
      to: { path: `^libs/(${DOMAINS})/src/api/` },
    },
    {
      name: 'infrastructure-below-application',
      comment: 'Repositories ask; they do not call services.',
      severity: 'error',
      from: { path: `^libs/(${DOMAINS})/src/infrastructure/` },
      to: { path: `^libs/(${DOMAINS})/src/application/` },
    },
    {
      name: 'controllers-translate',
      comment: 'Controllers reach storage through services only.',
      severity: 'error',
      from: { path: `^libs/(${DOMAINS})/src/api/` },
      to: { path: `^libs/(${DOMAINS})/src/infrastructure/` },
    },
    {
      name: 'sql-stays-in-infrastructure',
      comment: 'TypeORM and pg are a detail of storage.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: `^libs/(platform/database|(${DOMAINS})/src/infrastructure)/` },
      to: { path: TYPEORM },
    },
    {
      name: 'http-stays-at-the-edge',
      comment: 'Fastify is a detail of the doors in.',
      severity: 'error',
      from: { path: `^libs/(${DOMAINS})/src/(application|infrastructure|domain)/` },
      to: { path: 'node_modules/(fastify|@fastify|@nestjs/platform-fastify|@nestjs/swagger)/' },
    },
    {
      name: 'migrations-stand-alone',
      comment: 'A migration must do the same in five years, whatever our code became.',
      severity: 'error',
      from: { path: '/migrations/\\d+' },
      to: { path: '^(apps|config|libs)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.d.ts', '.json'],
    },
  },
};

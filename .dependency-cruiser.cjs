/** The architecture, executable: docs/architecture.md says why, test/architecture proves that each rule bites. */

/** Features of each domain; each may import what stands before it. Each lib's README draws the same order. */
const FEATURES = require('./domains.json');
const DOMAINS = Object.keys(FEATURES).join('|');

/** The room of a file is its suffix; a file of a feature without one holds rules. */
const API = '\\.(controller|dto|guard|pipe|filter|interceptor|strategy|decorator|validator|presenter)\\.ts$';
const APPLICATION = '\\.(service|job|runner|agent)\\.ts$';
const INFRASTRUCTURE = '\\.(entity|repository|client|postgres)\\.ts$';
const SPEC = '\\.(spec|int-spec|e2e-spec)\\.ts$';

const FEATURE_FILE = `^libs/(${DOMAINS})/src/[^/]+/`;
const TYPEORM = 'node_modules/(typeorm|pg|pg-[a-z-]+)/';
const FRAMEWORK = `node_modules/(@nestjs|fastify|@fastify|typeorm|pg|redis|winston|class-validator|class-transformer)/`;

const featuresPointOneWay = Object.entries(FEATURES).flatMap(([domain, features]) =>
  features.slice(0, -1).map((feature, index) => ({
    name: 'features-point-one-way',
    comment: 'A feature stands on those before it in the order of its lib, and knows nothing of those after it.',
    severity: 'error',
    from: { path: `^libs/${domain}/src/${feature}/`, pathNot: SPEC },
    to: {
      path: `^libs/${domain}/src/(${features.slice(index + 1).join('|')})/`,
      // A table may say in the words of later features what its columns hold (docs/adr/0026).
      ...(feature === 'tables' && { dependencyTypesNot: ['type-only'] }),
    },
  })),
);

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
      from: { path: `^libs/(?!dashboard/)(${DOMAINS})/` },
      to: { path: `^libs/(${DOMAINS})/`, pathNot: '^libs/$1/' },
    },
    {
      name: 'libs-know-no-app',
      comment: 'Apps compose libs, never the other way round; only specs use the support of tests.',
      severity: 'error',
      from: { path: '^(libs|config)/', pathNot: SPEC },
      to: { path: '^(apps|test|bench)/' },
    },
    {
      name: 'front-door-of-platform',
      comment: 'Another lib is entered through its index.ts only.',
      severity: 'error',
      from: { path: `^(apps|libs/(${DOMAINS})|test|bench)/` },
      to: { path: '^(dist/)?libs/platform/[^/]+/src/', pathNot: '^(dist/)?libs/platform/[^/]+/src/index\\.(ts|js)$' },
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
      to: {
        path: `^(dist/)?libs/(${DOMAINS})/src/`,
        pathNot: `^(dist/)?libs/(${DOMAINS})/src/index\\.(ts|js)$`,
      },
    },
    {
      name: 'front-door-between-domains',
      comment: 'The dashboard too enters through index.ts only.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: `^libs/(${DOMAINS})/src/`, pathNot: ['^libs/$1/', `^libs/(${DOMAINS})/src/index\\.ts$`] },
    },
    ...featuresPointOneWay,
    {
      name: 'rules-are-plain',
      comment:
        'Rules are plain TypeScript: no framework, no database, no HTTP, and of ours only other rules and the kernel.',
      severity: 'error',
      from: { path: FEATURE_FILE, pathNot: [API, APPLICATION, INFRASTRUCTURE, SPEC, '\\.module\\.ts$'] },
      to: { path: `${FRAMEWORK}|${API}|${APPLICATION}|${INFRASTRUCTURE}|^libs/platform/(?!kernel/)` },
    },
    {
      name: 'services-know-no-doors',
      comment: 'Services decide; they do not know the doors they are called through.',
      severity: 'error',
      from: { path: FEATURE_FILE + `.*(${APPLICATION}|${INFRASTRUCTURE})` },
      to: { path: `^libs/.*${API}` },
    },
    {
      name: 'repositories-ask',
      comment: 'Repositories ask; they do not call services.',
      severity: 'error',
      from: { path: FEATURE_FILE + `.*${INFRASTRUCTURE}` },
      to: { path: `^libs/(${DOMAINS})/.*${APPLICATION}` },
    },
    {
      name: 'controllers-translate',
      comment: 'Controllers reach storage through services only.',
      severity: 'error',
      from: { path: FEATURE_FILE + `.*${API}` },
      to: { path: `^libs/(${DOMAINS})/.*${INFRASTRUCTURE}` },
    },
    {
      name: 'sql-stays-in-infrastructure',
      comment: 'TypeORM and pg are a detail of storage.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: ['^libs/platform/database/', INFRASTRUCTURE, SPEC] },
      to: { path: TYPEORM },
    },
    {
      name: 'http-stays-at-the-edge',
      comment: 'Fastify and Swagger are a detail of the doors in.',
      severity: 'error',
      from: { path: FEATURE_FILE, pathNot: [API, SPEC] },
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
    doNotFollow: { path: '(^|/)(node_modules|dist)/' },
    exclude: { path: '(^|/)coverage/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.d.ts', '.json'],
    },
  },
};

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeConfig, environmentReference, InvalidConfigurationException, loadConfig } from './index.js';
import { listVariables } from './describe-config.js';

const KEY = 'kJ8sPq2vXz7LmN4bTf9RwYc3GhD6aEuQ5oViSx1K';
const PRODUCTION = { ENVIRONMENT: 'production', SECRET_KEY: KEY, DATABASE_URL: 'postgresql://u:p@db/x' };

const load = (env: Record<string, string>) => loadConfig({ env, envFile: false });

/** The variables that are complained about. */
function faultsOf(env: Record<string, string>): string[] {
  try {
    load(env);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidConfigurationException)) throw error;
    return error.problems.map(({ variable }) => variable).sort();
  }
}

describe('configuration', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'devskyy-config-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('has the documented defaults', () => {
    const config = load({ SECRET_KEY: KEY });
    expect(config.environment.name).toBe('development');
    expect(config.server).toMatchObject({
      port: 8000,
      rateLimitMax: 100,
      rateLimitWindowSeconds: 60,
      authRateLimitMax: 5,
    });
    expect(config.security).toMatchObject({
      accessTokenExpireMinutes: 30,
      refreshTokenExpireDays: 7,
      maxLoginAttempts: 5,
      lockoutDurationMinutes: 15,
      minPasswordLength: 12,
    });
    expect(config.database).toMatchObject({ poolSize: 5, maxOverflow: 10, poolTimeoutSeconds: 30, url: undefined });
    expect(config.performance).toMatchObject({ maxContentLengthMb: 16, gzipMinimumSize: 1000 });
  });

  it('names every wrong variable at once, and never the value', () => {
    const env = {
      SECRET_KEY: 'too short',
      PORT: '70000',
      DB_POOL_SIZE: 'five',
      LOG_LEVEL: 'LOUD',
      CORS_ORIGINS: 'example.com',
      AI_TEMPERATURE: '2.5',
      ENABLE_GZIP: 'yes',
      DATABASE_URL: 'mysql://u:hunter2@db/x',
    };
    expect(faultsOf(env)).toEqual(Object.keys(env).sort());
    expect(() => load(env)).not.toThrow(/hunter2|too short/);
  });

  it.each([
    ['no key', { SECRET_KEY: '' }, ['SECRET_KEY']],
    ['a short key', { SECRET_KEY: 'kJ8sPq2vXz7LmN4b' }, ['SECRET_KEY']],
    ['a known example', { SECRET_KEY: 'dev-only-insecure-key-DO-NOT-USE-IN-PRODUCTION-1' }, ['SECRET_KEY']],
    ['a typed key', { SECRET_KEY: 'abababababababababababababababababab' }, ['SECRET_KEY']],
    ['no database', { DATABASE_URL: '' }, ['DATABASE_URL']],
    ['wildcard CORS with credentials', { CORS_ORIGINS: '*' }, ['CORS_ORIGINS']],
    ['every proxy believed', { TRUST_PROXY: 'true' }, ['TRUST_PROXY']],
    ['every address believed as a proxy', { TRUST_PROXY: '10.0.0.0/8, 0.0.0.0/0' }, ['TRUST_PROXY']],
    ['every IPv6 address believed as a proxy', { TRUST_PROXY: '::/00' }, ['TRUST_PROXY']],
    ['redaction off', { LOG_SANITIZE_SENSITIVE: 'false' }, ['LOG_SANITIZE_SENSITIVE']],
  ])('refuses production with %s', (_, change, faults) => {
    expect(faultsOf({ ...PRODUCTION, ...change })).toEqual(faults);
  });

  it('accepts a sound production, and warns of what is missing', () => {
    const { warnings } = load(PRODUCTION);
    expect(warnings.join('\n')).toMatch(/REDIS_URL[\s\S]*TLS[\s\S]*ANTHROPIC_API_KEY/);
    for (const trusted of ['1', '10.0.0.0/8', '10.0.0.1, 2001:db8::/32', 'loopback'])
      expect(load({ ...PRODUCTION, TRUST_PROXY: trusted }).server.trustProxy).toBe(trusted);
    expect(load({ ...PRODUCTION, CORS_ORIGINS: '*', CORS_ALLOW_CREDENTIALS: 'false' }).cors.origins).toEqual(['*']);
  });

  it('takes NODE_ENV=production for production when ENVIRONMENT is unset', () => {
    expect(faultsOf({ NODE_ENV: 'production' })).toEqual(['DATABASE_URL', 'SECRET_KEY']);
    expect(load({ NODE_ENV: 'production', ENVIRONMENT: 'testing', SECRET_KEY: KEY }).environment.name).toBe('testing');
  });

  it('lets overrides beat the environment, and that beat .env', () => {
    const envFile = path.join(dir, '.env');
    writeFileSync(envFile, `SECRET_KEY=${KEY}\nPORT=1\nHOST=file\nLOG_DIR=file\n`);
    const config = loadConfig({ env: { PORT: '2', HOST: 'environment' }, overrides: { PORT: '3' }, envFile });
    expect([config.server.port, config.server.host, config.logging.dir]).toEqual([3, 'environment', 'file']);
  });

  it('reads secrets from files', () => {
    const file = path.join(dir, 'key');
    writeFileSync(file, `${KEY}\n`);
    expect(load({ SECRET_KEY_FILE: file }).security.secretKey).toBe(KEY);
    expect(faultsOf({ SECRET_KEY_FILE: path.join(dir, 'missing') })).toEqual(['SECRET_KEY_FILE']);
  });

  it('makes a development key once and keeps it', () => {
    const first = load({ DATA_DIR: dir });
    const second = load({ DATA_DIR: dir });
    expect(first.security.secretKey.length).toBeGreaterThanOrEqual(32);
    expect(second.security.secretKey).toBe(first.security.secretKey);
    expect([first.warnings.length, second.warnings.length]).toEqual([1, 0]);
  });

  it('builds the database address from its parts', () => {
    const parts = { DB_HOST: 'db', DB_USER: 'us@er', DB_PASSWORD: 'p:w/d', DB_NAME: 'shop' };
    expect(load({ SECRET_KEY: KEY, ...parts }).database.url).toBe('postgresql://us%40er:p%3Aw%2Fd@db:5432/shop');
    expect(faultsOf({ SECRET_KEY: KEY, DB_HOST: 'db' })).toEqual(['DB_NAME', 'DB_PASSWORD', 'DB_USER']);
  });

  it('is frozen', () => {
    const { server } = load({ SECRET_KEY: KEY });
    expect(() => Object.assign(server, { port: 1 })).toThrow(TypeError);
  });

  it('describes itself without secrets', () => {
    const shown = JSON.stringify(describeConfig(load({ ...PRODUCTION, ANTHROPIC_API_KEY: 'sk-ant-verysecret' })));
    expect(shown).toContain('"secretKey":"***"');
    expect(shown).not.toMatch(new RegExp(`${KEY}|verysecret|u:p@`));
  });

  it('has every variable in the production example and in the reference', () => {
    const example = readFileSync(path.resolve(__dirname, '../.env.production.example'), 'utf8');
    const variables = listVariables().map(({ variable }) => variable);
    const missing = variables.filter((variable) => !new RegExp(`^#? ?${variable}=`, 'm').test(example));
    expect(missing).toEqual([]);
    expect(variables.filter((variable) => !environmentReference().includes(`\`${variable}\``))).toEqual([]);
  });
});

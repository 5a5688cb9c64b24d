import { address, flag, integer, list, section, text } from './setting.js';

/** Where the service listens and whom it trusts. */
export class ServerConfig extends section('server', {
  host: text<string | undefined>({
    env: 'HOST',
    default: undefined,
    description: 'Address to listen on; 127.0.0.1 in development and testing, 0.0.0.0 in production when unset.',
  }),
  port: integer({ env: 'PORT', default: 8000, min: 0, max: 65535, description: 'TCP port; 0 takes a free one.' }),
  publicUrl: address<string | undefined>({
    env: 'PUBLIC_URL',
    default: undefined,
    schemes: ['http', 'https'],
    description: 'Address clients reach the service by; issuer of tokens. The address listened on when unset.',
  }),
  dataDir: text<string>({
    env: 'DATA_DIR',
    default: '.data',
    description:
      'Folder for the embedded database, the key and the first administrator of development, and write-ahead files.',
  }),
  artifactsDir: text<string>({
    env: 'ARTIFACTS_DIR',
    default: 'artifacts',
    description: 'Folder of the error-ledger artifacts.',
  }),
  trustedHosts: list({
    env: 'TRUSTED_HOSTS',
    default: ['localhost', '127.0.0.1', '[::1]', 'testserver'],
    item: /^(\*|(\*\.)?[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])$/,
    allowed: 'a comma-separated list of host names, *.domain or *',
    description: 'Host headers that are answered; others get 400.',
  }),
  trustProxy: text<string>({
    env: 'TRUST_PROXY',
    default: 'false',
    pattern: /^(false|true|\d{1,2}|[0-9a-fA-F.:/, ]+|loopback|linklocal|uniquelocal)$/,
    allowed: 'false, true, a number of hops, or addresses and networks',
    description: 'Proxies whose X-Forwarded-* headers are believed; true is refused in production.',
  }),
  docsEnabled: flag<boolean | undefined>({
    env: 'DOCS_ENABLED',
    default: undefined,
    description: 'Swagger UI and OpenAPI document; off in production when unset.',
  }),
  metricsToken: text<string | undefined>({
    env: 'METRICS_TOKEN',
    default: undefined,
    minLength: 16,
    secret: true,
    description: 'Bearer token that GET /metrics then demands.',
  }),
  rateLimitMax: integer({
    env: 'RATE_LIMIT_MAX',
    default: 100,
    min: 1,
    max: 1_000_000,
    description: 'Requests per window for one API key, user or address.',
  }),
  rateLimitWindowSeconds: integer({
    env: 'RATE_LIMIT_WINDOW_SECONDS',
    default: 60,
    min: 1,
    max: 86_400,
    description: 'Length of the rate limit window, in seconds.',
  }),
  authRateLimitMax: integer({
    env: 'AUTH_RATE_LIMIT_MAX',
    default: 5,
    min: 1,
    max: 10_000,
    description:
      'Login and register requests a minute from one address; refreshes that are not genuine get twice that.',
  }),
  idempotencyKeepDays: integer({
    env: 'IDEMPOTENCY_KEEP_DAYS',
    default: 30,
    min: 1,
    max: 3650,
    description:
      'How long a request repeated under its Idempotency-Key gets its first answer again, in days; the books never forget.',
  }),
  shutdownTimeoutSeconds: integer({
    env: 'SHUTDOWN_TIMEOUT_SECONDS',
    default: 20,
    min: 1,
    max: 300,
    description: 'How long in-flight requests may take to finish after SIGTERM, in seconds.',
  }),
  shutdownDelaySeconds: integer<number | undefined>({
    env: 'SHUTDOWN_DELAY_SECONDS',
    default: undefined,
    min: 0,
    max: 60,
    description:
      'How long readiness answers 503 before connections are refused, in seconds, so that load balancers notice; 5 in production and 0 elsewhere when unset.',
  }),
}) {}

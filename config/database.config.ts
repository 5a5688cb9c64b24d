import { address, flag, integer, section, text } from './setting.js';

const POSTGRES = ['postgres', 'postgresql'];

/** PostgreSQL. With no address, outside production, the service starts an embedded server in `DATA_DIR`. */
export class DatabaseConfig extends section('database', {
  url: address<string | undefined>({
    env: ['DATABASE_URL', 'NEON_DATABASE_URL', 'SUPABASE_DATABASE_URL'],
    default: undefined,
    schemes: POSTGRES,
    secret: true,
    description: 'PostgreSQL 15 or newer. Unset: DB_HOST and its kin, else the embedded server (never in production).',
  }),
  directUrl: address<string | undefined>({
    env: 'DATABASE_DIRECT_URL',
    default: undefined,
    schemes: POSTGRES,
    secret: true,
    description: 'Address past a pooler, for migrations and their lock. DATABASE_URL when unset.',
  }),
  host: text<string | undefined>({ env: 'DB_HOST', default: undefined, description: 'Host, when no URL is given.' }),
  port: integer({ env: 'DB_PORT', default: 5432, min: 1, max: 65535, description: 'Port, when no URL is given.' }),
  user: text<string | undefined>({ env: 'DB_USER', default: undefined, description: 'User, when no URL is given.' }),
  password: text<string | undefined>({
    env: 'DB_PASSWORD',
    default: undefined,
    secret: true,
    description: 'Password, when no URL is given.',
  }),
  name: text<string | undefined>({
    env: 'DB_NAME',
    default: undefined,
    description: 'Database, when no URL is given.',
  }),
  poolSize: integer({ env: 'DB_POOL_SIZE', default: 5, min: 1, max: 100, description: 'Connections kept open.' }),
  maxOverflow: integer({
    env: 'DB_MAX_OVERFLOW',
    default: 10,
    min: 0,
    max: 50,
    description: 'Further connections under load; they close when idle.',
  }),
  poolTimeoutSeconds: integer({
    env: 'DB_POOL_TIMEOUT',
    default: 30,
    min: 5,
    max: 300,
    description: 'Longest wait for a free connection, in seconds; then 503.',
  }),
  poolRecycleSeconds: integer({
    env: 'DB_POOL_RECYCLE',
    default: 3600,
    min: 300,
    max: 7200,
    description: 'Age at which a connection is replaced, in seconds.',
  }),
  poolPrePing: flag<boolean>({
    env: 'DB_POOL_PRE_PING',
    default: true,
    description: 'TCP keep-alive probes on pooled connections, so that dead ones are noticed.',
  }),
  portable: flag<boolean>({
    env: 'DB_PORTABLE',
    default: false,
    description: 'Ask only what every database understands, for tests and comparisons: slower on PostgreSQL.',
  }),
  echo: flag<boolean>({ env: 'DB_ECHO', default: false, description: 'Log every SQL statement at level debug.' }),
  statementTimeoutSeconds: integer({
    env: 'DB_STATEMENT_TIMEOUT',
    default: 30,
    min: 1,
    max: 3600,
    description: 'PostgreSQL cancels a statement after this many seconds.',
  }),
  startPatienceSeconds: integer({
    env: 'DATABASE_START_PATIENCE_SECONDS',
    default: 60,
    min: 0,
    max: 3600,
    description: 'How long a start waits for a database that cannot be reached or is not migrated yet, in seconds.',
  }),
  migrateOnStart: flag<boolean>({
    env: 'MIGRATE_ON_START',
    default: true,
    description: 'Apply migrations at start, under a lock; false leaves it to `devskyy migrate`.',
  }),
}) {}

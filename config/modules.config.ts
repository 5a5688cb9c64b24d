import { flag, integer, list, oneOf, section, text, timeZone } from './setting.js';

/** The error ledger. */
export class ErrorsConfig extends section('errors', {
  scrubPii: flag<boolean | undefined>({
    env: 'ERRORS_SCRUB_PII',
    default: undefined,
    description: 'Scrub e-mail and IP addresses from reports; on in production when unset.',
  }),
  recordValidation: flag<boolean>({
    env: 'ERRORS_RECORD_VALIDATION',
    default: false,
    description: 'Record ordinary validation failures too; otherwise they are only counted.',
  }),
  maxBacklogMb: integer({
    env: 'ERRORS_MAX_BACKLOG_MB',
    default: 1024,
    min: 16,
    max: 1_048_576,
    description:
      'Disk that accepted but not yet stored reports may take, in MB; detail is saved from 70 % on, 429 from 95 %.',
  }),
  minFreeDiskMb: integer({
    env: 'ERRORS_MIN_FREE_DISK_MB',
    default: 256,
    min: 0,
    max: 16_777_216,
    description: 'Free disk below which reports are refused with 429, in MB.',
  }),
  retentionDays: integer({
    env: 'ERRORS_RETENTION_DAYS',
    default: 90,
    min: 1,
    max: 3650,
    description: 'Days that single occurrences are kept; group counts stay exact.',
  }),
  sentryDsn: text<string | undefined>({
    env: 'SENTRY_DSN',
    default: undefined,
    secret: true,
    pattern: /^https?:\/\/[A-Za-z0-9]+(:[A-Za-z0-9]*)?@[^\s/?#@]+(\/[^\s?#@]+)?\/[A-Za-z0-9_-]+\/?$/,
    allowed: 'https://<key>@<host>/<project>',
    description: 'An external Sentry that gets this service’s own errors too, best effort.',
  }),
}) {}

/** The ledger of money. */
export class FinanceConfig extends section('finance', {
  requireIdempotencyKey: flag<boolean>({
    env: 'FINANCE_REQUIRE_IDEMPOTENCY_KEY',
    default: false,
    description: 'Refuse a write without Idempotency-Key (400) instead of making one.',
  }),
  auditSeconds: integer({
    env: 'FINANCE_AUDIT_SECONDS',
    default: 3600,
    min: 60,
    max: 604_800,
    description: 'Seconds between two self-audits of the ledger, which read all of it.',
  }),
  booksTimeZone: timeZone({
    env: 'BOOKS_TIME_ZONE',
    default: 'UTC',
    description:
      'Time zone in which days and months of the books begin and end; stays what it is once a month is closed.',
  }),
}) {}

/** Work for agents. */
export class AgentsConfig extends section('agents', {
  allowedHosts: list({
    env: 'AGENTS_ALLOWED_HOSTS',
    default: [],
    item: /^[A-Za-z0-9.:[\]-]+$/,
    allowed: 'a comma-separated list of hosts, with or without a port',
    description: 'Private, loopback or link-local hosts that agent calls and webhooks may reach all the same.',
  }),
  approval: oneOf<'role' | 'four_eyes'>({
    env: 'AGENTS_APPROVAL',
    default: 'role',
    values: ['role', 'four_eyes'],
    description: 'Who lets a task start that exceeds a budget: role lets an ADMIN approve his own, four_eyes nobody.',
  }),
  leaseSeconds: integer({
    env: 'AGENTS_LEASE_SECONDS',
    default: 30,
    min: 5,
    max: 3600,
    description: 'Lease of a running task, in seconds; a dead worker frees its task after it.',
  }),
  runInProcess: flag<boolean>({
    env: 'AGENTS_RUN_IN_PROCESS',
    default: true,
    description: 'Run tasks inside the API process; false leaves them to apps/worker.',
  }),
  maxConcurrentTasks: integer({
    env: 'AGENTS_MAX_CONCURRENT_TASKS',
    default: 50,
    min: 1,
    max: 1000,
    description: 'Tasks that one process runs at the same time; each agent has its own cap besides.',
  }),
  retentionDays: integer({
    env: 'AGENTS_RETENTION_DAYS',
    default: 30,
    min: 0,
    max: 3650,
    description:
      'Days that tasks are kept which succeeded or were cancelled, and workers that are silent; 0 keeps them for ever.',
  }),
  failedRetentionDays: integer({
    env: 'AGENTS_FAILED_RETENTION_DAYS',
    default: 90,
    min: 0,
    max: 3650,
    description: 'Days that tasks are kept which failed or are dead; 0 keeps them for ever.',
  }),
  retentionTasks: integer({
    env: 'AGENTS_RETENTION_TASKS',
    default: 0,
    min: 0,
    max: 1_000_000_000,
    description:
      'How many ended tasks of each state are kept at most, the latest; what ended within a day stays. 0 is no limit.',
  }),
}) {}

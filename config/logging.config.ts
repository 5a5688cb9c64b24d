import { flag, integer, oneOf, section, text } from './setting.js';

export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What is written where, and what is kept out of it. */
export class LoggingConfig extends section('logging', {
  level: oneOf<LogLevel>({
    env: 'LOG_LEVEL',
    values: LOG_LEVELS,
    default: 'INFO',
    description: 'Lowest level written.',
  }),
  format: oneOf<'json' | 'pretty' | undefined>({
    env: 'LOG_FORMAT',
    values: ['json', 'pretty'],
    default: undefined,
    description: 'Console format; json in production and pretty elsewhere when unset. Files are always JSON.',
  }),
  noColor: text<string | undefined>({
    env: 'NO_COLOR',
    default: undefined,
    description:
      'No colours on the console when set to anything (no-color.org); a console that is no terminal has none anyway.',
  }),
  enableConsole: flag<boolean>({ env: 'LOG_ENABLE_CONSOLE', default: true, description: 'Write to the console.' }),
  enableFile: flag<boolean>({ env: 'LOG_ENABLE_FILE', default: true, description: 'Write rotated files.' }),
  dir: text<string>({ env: 'LOG_DIR', default: 'logs', description: 'Folder of the log files.' }),
  maxFileSizeMb: integer({
    env: 'LOG_MAX_FILE_SIZE_MB',
    default: 10,
    min: 1,
    max: 100,
    description: 'Size at which a log file rotates, in MB.',
  }),
  backupCount: integer({
    env: 'LOG_BACKUP_COUNT',
    default: 5,
    min: 1,
    max: 20,
    description: 'Rotated files kept; the security log keeps twice as many.',
  }),
  enableCorrelationId: flag<boolean>({
    env: 'LOG_ENABLE_CORRELATION_ID',
    default: true,
    description: 'Put the correlation id of the request on every line.',
  }),
  sanitizeSensitive: flag<boolean>({
    env: 'LOG_SANITIZE_SENSITIVE',
    default: true,
    description: 'Redact secrets in log lines; production refuses false.',
  }),
}) {}

import path from 'node:path';
import winston from 'winston';
import { type EnvironmentConfig, type LoggingConfig, makeFolder } from '#config';
import { currentContext } from '#platform/kernel';
import { neutralise } from './neutralise.js';
import { scrub } from './scrubber.js';
import { TerminalTransport } from './terminal-transport.js';

/** Injection token of the winston logger behind `AppLogger`. */
export const WINSTON = Symbol('WINSTON');

/** Key under which winston keeps a line's level, whatever is shown of it. */
const LEVEL = Symbol.for('level');

/** Key under which winston keeps a line as it is written. */
const MESSAGE = Symbol.for('message');

/** Severity levels of the log, the gravest first. */
const LEVELS = { critical: 0, error: 1, warning: 2, info: 3, debug: 4 };

const COLORS = { critical: 'magenta', error: 'red', warning: 'yellow', info: 'green', debug: 'gray' };

type Line = winston.Logform.TransformableInfo;

/** Builds the log: console, and rotated files `devskyy.log`, `error.log` and `security.log`. */
export function createWinston(logging: LoggingConfig, environment: EnvironmentConfig, version: string): winston.Logger {
  const stamp = winston.format((line: Line): Line => {
    const correlationId = logging.enableCorrelationId ? currentContext()?.correlationId : undefined;
    const { level, message, ...fields } = line;
    return {
      timestamp: new Date().toISOString(),
      level,
      message: neutralise(String(message)),
      ...(correlationId === undefined ? {} : { correlationId }),
      ...fields,
      service: environment.serviceName,
      version,
      environment: environment.name,
    };
  });
  const redact = winston.format((line: Line): Line => {
    if (!logging.sanitizeSensitive) return line;
    // winston routes by a symbol that a copy of the fields does not have.
    return Object.assign(scrub(line) as Line, { level: line.level, [LEVEL]: line[LEVEL] });
  });
  // What was redacted is a plain tree, without circles or big integers: the engine's own writer does.
  const asJson = winston.format((line: Line): Line => Object.assign(line, { [MESSAGE]: JSON.stringify(line) }));
  // Who keeps what is written, in a file or a collector, wants no escape sequences in it.
  const hasColours = process.stdout.isTTY && logging.noColor === undefined;
  const colour = hasColours ? [winston.format.colorize({ level: true, colors: COLORS })] : [];
  const pretty = winston.format.combine(...colour, winston.format.printf(prettyLine));
  const consoleFormat = logging.format ?? (environment.isProduction ? 'json' : 'pretty');
  const transports: winston.transport[] = [];
  if (logging.enableConsole) {
    transports.push(new TerminalTransport(consoleFormat === 'json' ? {} : { format: pretty }));
  }
  if (logging.enableFile) transports.push(...fileTransports(logging));
  return winston.createLogger({
    levels: LEVELS,
    level: logging.level.toLowerCase(),
    // Made into JSON here, once for all transports.
    format: winston.format.combine(stamp(), redact(), logging.sanitizeSensitive ? asJson() : winston.format.json()),
    transports,
    silent: transports.length === 0,
    exitOnError: false,
  });
}

function fileTransports(logging: LoggingConfig): winston.transport[] {
  makeFolder(logging.dir);
  const securityOnly = winston.format((line: Line) => (line['logger'] === 'security' ? line : false));
  const file = (
    name: string,
    backups: number,
    options: winston.transports.FileTransportOptions = {},
  ): winston.transport =>
    new winston.transports.File({
      filename: path.join(logging.dir, name),
      maxsize: logging.maxFileSizeMb * 1024 * 1024,
      maxFiles: backups + 1,
      tailable: true,
      ...options,
    });
  return [
    file('devskyy.log', logging.backupCount),
    file('error.log', logging.backupCount, { level: 'error' }),
    file('security.log', logging.backupCount * 2, { format: securityOnly() }),
  ];
}

const SHOWN_APART = new Set([
  'timestamp',
  'level',
  'message',
  'logger',
  'service',
  'version',
  'environment',
  'exception',
]);

function prettyLine(line: Line): string {
  const time = String(line['timestamp']).slice(11, 23);
  const logger = line['logger'] === undefined ? '' : ` [${neutralise(line['logger'] as string)}]`;
  const fields = Object.entries(line)
    .filter(([key, value]) => !SHOWN_APART.has(key) && value !== undefined)
    .map(([key, value]) => `${key}=${neutralise(typeof value === 'string' ? value : JSON.stringify(value))}`);
  const stack = typeof line['exception'] === 'string' ? `\n${neutralise(line['exception'], true)}` : '';
  return `${time} ${line.level}${logger} ${String(line.message)}${fields.length > 0 ? ` ${fields.join(' ')}` : ''}${stack}`;
}

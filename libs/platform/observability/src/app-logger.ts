import { Inject, Injectable, type LoggerService } from '@nestjs/common';
import type { Logger } from 'winston';
import { WINSTON } from './winston.js';

/** Facts that go on a log line as fields of their own. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A security event: who tried what, and whether it was allowed (OWASP ASVS 5.0, 16.3). */
export interface SecurityEvent {
  category: 'authentication' | 'authorization' | 'violation' | 'data_access';
  /** `login.failed`, `role.denied`, … */
  event: string;
  outcome: 'success' | 'failure';
  userId?: string | undefined;
  clientIp?: string | undefined;
  details?: LogFields;
}

/** Nest's own accounts of every module and route at start. */
const STARTUP_CHATTER = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestFactory',
  'NestApplication',
]);

/**
 * The service's log. Correlation id, service, version and environment are added to every line; secrets are redacted and
 * control characters neutralised on the way out. Also serves as Nest's own logger.
 */
@Injectable()
export class AppLogger implements LoggerService {
  constructor(@Inject(WINSTON) private readonly winston: Logger) {}

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warning', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('critical', message, rest);
  }

  /** One line for a finished request. */
  access(fields: LogFields): void {
    this.winston.log({ level: 'info', message: 'request', logger: 'access', ...fields });
  }

  /** Writes to the security log as well as the ordinary one. */
  security({ category, event, outcome, userId, clientIp, details }: SecurityEvent): void {
    const threatLevel = category === 'violation' ? 'high' : outcome === 'failure' ? 'medium' : 'low';
    this.winston.log({
      level: outcome === 'failure' ? 'warning' : 'info',
      message: event,
      logger: 'security',
      security_category: category,
      threat_level: threatLevel,
      outcome,
      userId,
      clientIp,
      ...(details ? { details } : {}),
    });
  }

  /** Nest passes the context as the last text, and a stack before it for errors. */
  private write(level: string, message: unknown, rest: unknown[]): void {
    const extra = [...rest];
    const logger = typeof extra.at(-1) === 'string' ? (extra.pop() as string) : 'app';
    const error = [message, ...extra].find((item) => item instanceof Error);
    const stack = error?.stack ?? extra.find((item) => typeof item === 'string' && item.includes('\n    at '));
    const fields = extra.find((item) => typeof item === 'object' && item !== null && !(item instanceof Error));
    this.winston.log({
      ...(fields as LogFields | undefined),
      level: level === 'info' && STARTUP_CHATTER.has(logger) ? 'debug' : level,
      message:
        message instanceof Error ? message.message : typeof message === 'string' ? message : JSON.stringify(message),
      logger,
      ...(stack === undefined ? {} : { exception: stack }),
    });
  }
}

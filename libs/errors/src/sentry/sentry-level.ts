import type { Severity } from '#platform/kernel';

/** Names of levels in the protocol and in the loggers behind it (syslog, Python, log4j, java.util.logging, .NET, npm). */
const BY_NAME: ReadonlyMap<string, Severity> = new Map(
  Object.entries({
    critical: ['fatal', 'critical', 'crit', 'emergency', 'emerg', 'alert', 'panic'],
    high: ['error', 'err', 'severe', 'exception', 'fault'],
    medium: ['warning', 'warn'],
    low: ['notice'],
    info: [
      'info',
      'information',
      'informational',
      'log',
      'debug',
      'verbose',
      'trace',
      'config',
      'fine',
      'finer',
      'finest',
      'silly',
      'http',
      'sample',
    ],
  } satisfies Record<Severity, string[]>).flatMap(([severity, names]) =>
    names.map((name): [string, Severity] => [name, severity as Severity]),
  ),
);

/** Levels below ten are those of syslog (RFC 5424 §6.2.1), where the least is the gravest. */
const BY_SYSLOG: readonly Severity[] = ['critical', 'critical', 'critical', 'high', 'medium', 'low', 'info', 'info'];

/** From ten on they are those of Python's logging; loggers of JavaScript (bunyan, pino) begin at 60 and stand ten higher. */
const BY_TEN: readonly Severity[] = ['info', 'info', 'info', 'medium', 'high', 'critical'];

/**
 * The severity of a level in any spelling; what is no level is an error.
 *
 * @param logger name of the logger, which tells whose numbers they are
 */
export function severityOfLevel(level: string, logger: string | undefined): Severity {
  const name = level.trim().toLowerCase();
  if (!/^\d{1,3}$/.test(name)) return BY_NAME.get(name) ?? 'high';
  const value = Number(name);
  if (value < BY_SYSLOG.length) return BY_SYSLOG[value] ?? 'high';
  const ofJavaScript = /^(?:pino|bunyan)/i.test(logger ?? '') ? 1 : 0;
  return BY_TEN[Math.min(Math.floor(value / 10) - ofJavaScript, BY_TEN.length - 1)] ?? 'info';
}

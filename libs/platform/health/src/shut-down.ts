import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AppConfig } from '#config';
import { ErrorReporter } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { Lifecycle } from './lifecycle.js';

/** Ctrl-C under npm comes twice, from the terminal and from npm; only a later signal means "at once". */
const SAME_SIGNAL_MS = 1_000;

/**
 * SIGTERM and SIGINT: readiness says 503 (for the configured delay, so that balancers notice), jobs and workers stop taking
 * work, in-flight requests finish, then ledger, Redis and database close, in that order, and the process ends with 0.
 * Requests that outlast the limit are cut; a second signal ends the process at once.
 */
export function shutDownOnSignal(app: NestFastifyApplication, config: AppConfig): void {
  const logger = app.get(AppLogger);
  let stoppingSince: number | undefined;

  const stop = async (signal: string): Promise<void> => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    stoppingSince = performance.now();
    logger.log(`${signal}: finishing work in flight`, 'Lifecycle');
    app.get(Lifecycle).drain();
    await new Promise((resolve) => setTimeout(resolve, config.server.shutdownDelaySeconds * 1000));
    const limit = setTimeout(
      () => app.getHttpServer().closeAllConnections(),
      config.server.shutdownTimeoutSeconds * 1000,
    );
    try {
      await app.close();
      clearTimeout(limit);
      process.exit(0);
    } catch (error) {
      logger.error(error instanceof Error ? error : new Error(String(error)), 'Lifecycle');
      process.exit(1);
    }
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));

  const reporter = app.get(ErrorReporter, { strict: false });
  process.on('unhandledRejection', (reason) => {
    logger.error(reason instanceof Error ? reason : new Error(String(reason)), 'UnhandledRejection');
    void reporter.report({ error: reason, severity: 'high', context: { mechanism: 'unhandledRejection' } });
  });
  process.on('uncaughtExceptionMonitor', (error) => {
    reporter.reportFatal({ error, severity: 'critical', context: { mechanism: 'uncaughtException' } });
  });
}

import type { Server } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AppConfig } from '#config';
import { ErrorReporter } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { Lifecycle } from './lifecycle.js';
import { stopListening } from './stop-listening.js';

/** Ctrl-C under npm comes twice, from the terminal and from npm; only a later one means "at once". */
const SAME_INTERRUPT_MS = 500;

/** Seconds that balancers get in production, when the configuration does not say. */
const PRODUCTION_DELAY = 5;

/**
 * SIGTERM and SIGINT: readiness says 503 and answers `Connection: close` (for the configured delay, so that balancers notice and take
 * other connections), the port closes, jobs and workers stop taking work, requests in flight finish, then ledger, Redis and database
 * close, in that order, and the process ends with 0.
 * Requests that outlast the limit are cut; a second signal ends the process at once.
 */
export function shutDownOnSignal(app: NestFastifyApplication, config: AppConfig): void {
  const logger = app.get(AppLogger);
  let stoppingSince: number | undefined;

  const stop = async (signal: string): Promise<void> => {
    if (stoppingSince !== undefined) {
      const isSame = signal === 'SIGINT' && performance.now() - stoppingSince < SAME_INTERRUPT_MS;
      if (!isSame) process.exit(1);
      return;
    }
    stoppingSince = performance.now();
    logger.log(`${signal}: finishing work in flight`, 'Lifecycle');
    app.get(Lifecycle).drain();
    // From now on, so that no request before pays for it.
    const server: Server = app.getHttpServer();
    server.prependListener('request', (_, answer) => answer.setHeader('Connection', 'close'));
    const delaySeconds = config.server.shutdownDelaySeconds ?? (config.environment.isProduction ? PRODUCTION_DELAY : 0);
    await new Promise((resolve) => setTimeout(resolve, delaySeconds * 1000));
    const limit = setTimeout(() => server.closeAllConnections(), config.server.shutdownTimeoutSeconds * 1000);
    try {
      await stopListening(server);
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

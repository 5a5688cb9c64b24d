import { Global, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'winston';
import { EnvironmentConfig, LoggingConfig } from '#config';
import { AppLogger } from './app-logger.js';
import { Metrics } from './metrics.js';
import { VERSION } from './version.js';
import { createWinston, WINSTON } from './winston.js';

/** Waits until the last lines are in the files. */
@Injectable()
class LogShutdown implements OnApplicationShutdown {
  constructor(@Inject(WINSTON) private readonly winston: Logger) {}

  async onApplicationShutdown(): Promise<void> {
    const files = this.winston.transports.filter((transport) => 'filename' in transport);
    await Promise.all(
      files.map(
        (file) =>
          new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, 1_000);
            file.once('finish', () => {
              clearTimeout(timer);
              resolve();
            });
            file.end();
          }),
      ),
    );
  }
}

/** Log and metrics, for everybody. */
@Global()
@Module({
  providers: [
    {
      provide: WINSTON,
      inject: [LoggingConfig, EnvironmentConfig],
      useFactory: (logging: LoggingConfig, environment: EnvironmentConfig) =>
        createWinston(logging, environment, VERSION),
    },
    AppLogger,
    Metrics,
    LogShutdown,
  ],
  exports: [AppLogger, Metrics],
})
export class ObservabilityModule {}

import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { TaskEngine } from '#agents';
import { closeFolders, EXIT_CONFIG, InvalidConfigurationError, keepFilesPrivate, loadConfig } from '#config';
import { EmbeddedPostgresError } from '#platform/database';
import { Lifecycle, shutDownOnSignal } from '#platform/health';
import { createHttpAdapter, installRequestPipeline } from '#platform/http';
import { AppLogger, outliveTerminal } from '#platform/observability';
import { WorkerModule } from './worker.module.js';

/** Runs tasks of agents without the API; probes and metrics are all it serves. Several may run beside each other. */
async function main(): Promise<void> {
  outliveTerminal();
  keepFilesPrivate();
  const config = loadConfig();
  closeFolders([config.server.dataDir, config.server.artifactsDir, config.logging.dir]);
  const app = await NestFactory.create<NestFastifyApplication>(
    WorkerModule.forRoot(config),
    createHttpAdapter(config.server, config.performance),
    { logger: false, bodyParser: false, abortOnError: false },
  );
  app.useLogger(app.get(AppLogger));
  await installRequestPipeline(app, config);
  shutDownOnSignal(app, config);
  await app.listen(
    config.server.port,
    config.server.host ?? (config.environment.isProduction ? '0.0.0.0' : '127.0.0.1'),
  );
  app.get(TaskEngine, { strict: false }).start();
  app.get(Lifecycle).started();
  app.get(AppLogger).log(`Ready at ${await app.getUrl()}`, 'Worker');
}

try {
  await main();
} catch (error) {
  const isExplained = error instanceof InvalidConfigurationError || error instanceof EmbeddedPostgresError;
  console.error(isExplained ? error.message : error);
  process.exit(error instanceof InvalidConfigurationError ? EXIT_CONFIG : 1);
}

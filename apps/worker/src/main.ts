import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { TaskEngineService } from '#agents';
import { closeFolders, keepFilesPrivate, loadConfig } from '#config';
import { demandPort, explainFailure, hostOf, Lifecycle, shutDownOnSignal } from '#platform/health';
import { createHttpAdapter, installRequestPipeline } from '#platform/http';
import { AppLogger, outliveTerminal } from '#platform/observability';
import { WorkerModule } from './worker.module.js';

/** Runs tasks of agents without the API; probes and metrics are all it serves. Several may run beside each other. */
async function main(): Promise<void> {
  outliveTerminal();
  keepFilesPrivate();
  const config = loadConfig();
  closeFolders([config.server.dataDir, config.server.artifactsDir, config.logging.dir]);
  const host = hostOf(config.server, config.environment);
  await demandPort(config.server.port, host);
  const app = await NestFactory.create<NestFastifyApplication>(
    WorkerModule.forRoot(config),
    createHttpAdapter(config.server, config.performance),
    { logger: false, bodyParser: false, abortOnError: false },
  );
  app.useLogger(app.get(AppLogger));
  await installRequestPipeline(app, config);
  shutDownOnSignal(app, config);
  await app.listen(config.server.port, host);
  app.get(TaskEngineService, { strict: false }).start();
  app.get(Lifecycle).started();
  app.get(AppLogger).log(`Ready at ${await app.getUrl()}`, 'Worker');
}

try {
  await main();
} catch (error) {
  const explained = explainFailure(error);
  console.error(explained?.message ?? error);
  process.exit(explained?.exitCode ?? 1);
}

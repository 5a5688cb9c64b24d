import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { closeFolders, keepFilesPrivate, loadConfig } from '#config';
import { demandPort, explainFailure, hostOf, shutDownOnSignal } from '#platform/health';
import { createHttpAdapter } from '#platform/http';
import { outliveTerminal } from '#platform/observability';
import { ApiModule } from './api.module.js';
import { configureApp } from './configure-app.js';
import { announce, ensureFirstAdmin, listen } from './listen.js';

async function main(): Promise<void> {
  outliveTerminal();
  keepFilesPrivate();
  const config = loadConfig();
  closeFolders([config.server.dataDir, config.server.artifactsDir, config.logging.dir]);
  await demandPort(config.server.port, hostOf(config.server, config.environment));
  const app = await NestFactory.create<NestFastifyApplication>(
    ApiModule.forRoot(config),
    createHttpAdapter(config.server, config.performance),
    { logger: false, bodyParser: false, abortOnError: false },
  );
  await configureApp(app, config);
  shutDownOnSignal(app, config);
  await app.init();
  // Before the port: who finds it open can log in, and where it is taken the password is kept for the next start.
  const admin = await ensureFirstAdmin(app);
  announce(app, config, await listen(app, config), admin);
}

try {
  await main();
} catch (error) {
  // What the operator can mend is said in a sentence; a stack trace is for faults of ours.
  const explained = explainFailure(error);
  console.error(explained?.message ?? error);
  process.exit(explained?.exitCode ?? 1);
}

import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { closeFolders, EXIT_CONFIG, InvalidConfigurationError, keepFilesPrivate, loadConfig } from '#config';
import { EmbeddedPostgresError } from '#platform/database';
import { shutDownOnSignal } from '#platform/health';
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
  const app = await NestFactory.create<NestFastifyApplication>(
    ApiModule.forRoot(config),
    createHttpAdapter(config.server, config.performance),
    { logger: false, bodyParser: false, abortOnError: false },
  );
  await configureApp(app, config);
  shutDownOnSignal(app, config);
  await app.init();
  const admin = await ensureFirstAdmin(app);
  announce(app, config, await listen(app, config), admin);
}

try {
  await main();
} catch (error) {
  // A wrong setting is the operator's to mend: say which, without a stack trace.
  const isExplained = error instanceof InvalidConfigurationError || error instanceof EmbeddedPostgresError;
  console.error(isExplained ? error.message : error);
  process.exit(error instanceof InvalidConfigurationError ? EXIT_CONFIG : 1);
}

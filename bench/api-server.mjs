// The service as it runs, with one handler more that answers the same to everybody and to callers: what differs between the
// two routes is the cost of knowing who calls.
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ApiModule } from '../dist/apps/api/src/api.module.js';
import { configureApp } from '../dist/apps/api/src/configure-app.js';
import { ensureFirstAdmin, listen } from '../dist/apps/api/src/listen.js';
import { loadConfig } from '../dist/config/index.js';
import { shutDownOnSignal } from '../dist/libs/platform/health/src/index.js';
import { createHttpAdapter } from '../dist/libs/platform/http/src/index.js';
import { Public, Roles } from '../dist/libs/platform/security/src/index.js';

class BenchController {
  toEverybody() {
    return { status: 'ok', items: [1, 2, 3] };
  }

  toCallers() {
    return this.toEverybody();
  }
}
Controller('bench')(BenchController);
route('toEverybody', Get('public'), Public());
route('toCallers', Get('guarded'), Roles('READ_ONLY'));

function route(name, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(BenchController.prototype, name);
  for (const decorate of decorators) decorate(BenchController.prototype, name, descriptor);
}

class BenchModule {}
const config = loadConfig();
Module({ imports: [ApiModule.forRoot(config)], controllers: [BenchController] })(BenchModule);

const app = await NestFactory.create(BenchModule, createHttpAdapter(config.server, config.performance), {
  logger: false,
  bodyParser: false,
});
await configureApp(app, config);
shutDownOnSignal(app, config);
await app.init();
await ensureFirstAdmin(app);
console.log(`Ready at ${await listen(app, config)}`);

import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { environmentReference, loadConfig } from '#config';
import { createHttpAdapter } from '#platform/http';
import { ApiModule } from '../../../api/src/api.module.js';
import { applyPrefix } from '../../../api/src/configure-app.js';
import { buildOpenApi } from '../../../api/src/openapi/openapi.js';
import { authorizationMatrix } from './authorization-matrix.js';
import { errorReference } from './error-reference.js';
import { metricsReference } from './metrics-reference.js';

/** Every generated document by its file name. */
export async function generateDocuments(): Promise<Record<string, string>> {
  const openApi = await documentApi();
  return {
    'openapi.json': `${JSON.stringify(openApi, null, 2)}\n`,
    'authorization.md': authorizationMatrix(openApi),
    'env.md': environmentReference(),
    'errors.md': await errorReference(),
    'metrics.md': await metricsReference(),
  };
}

/** Nest's preview mode reads the modules without making anything: no database is started. */
async function documentApi(): Promise<OpenAPIObject> {
  const config = loadConfig({ env: { SECRET_KEY: 'x'.repeat(32) }, envFile: false });
  const adapter = createHttpAdapter(config.server, config.performance);
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.forRoot(config), adapter, {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  applyPrefix(app);
  return buildOpenApi(app);
}

import { RequestMethod } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import type { AppConfig } from '#config';
import { API_PREFIX, createValidationPipe, installRequestPipeline, PublicAddress } from '#platform/http';
import { AppLogger } from '#platform/observability';
import { challengeMcpClients } from './mcp/mcp.module.js';
import { buildOpenApi } from './openapi/openapi.js';

/** Routes that live outside the API's prefix. */
const ROOT_ROUTES = [
  'health',
  'health/live',
  'health/ready',
  'health/startup',
  'metrics',
  'docs/problems',
  '.well-known/jwks.json',
  '.well-known/oauth-authorization-server',
  '.well-known/oauth-protected-resource',
  '.well-known/oauth-protected-resource/mcp',
  'mcp',
  'api/:project/envelope',
  'api/:project/store',
];

/** Puts the API below its prefix, and leaves the routes of ops and protocols at the root. */
export function applyPrefix(app: NestFastifyApplication): void {
  app.setGlobalPrefix(API_PREFIX, { exclude: ROOT_ROUTES.map((path) => ({ path, method: RequestMethod.ALL })) });
}

/**
 * Everything that makes the application answer as documented. The tests call the same function, so that what they test is
 * what runs.
 */
export async function configureApp(app: NestFastifyApplication, config: AppConfig): Promise<void> {
  app.useLogger(app.get(AppLogger));
  applyPrefix(app);
  app.useGlobalPipes(createValidationPipe());
  await installRequestPipeline(app, config);
  challengeMcpClients(app.getHttpAdapter().getInstance(), () => app.get(PublicAddress, { strict: false }).origin);
  if (config.server.docsEnabled ?? !config.environment.isProduction) {
    SwaggerModule.setup('docs', app, () => buildOpenApi(app, config.server.publicUrl), {
      jsonDocumentUrl: 'docs/openapi.json',
      yamlDocumentUrl: 'docs/openapi.yaml',
      customSiteTitle: 'DevSkyy Enterprise API',
      swaggerOptions: { persistAuthorization: true, displayRequestDuration: true, docExpansion: 'none' },
    });
  }
}

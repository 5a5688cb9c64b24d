import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { VERSION } from '#platform/observability';

/** The OpenAPI 3.1 document of the running application. */
export function buildOpenApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('DevSkyy Enterprise')
    .setDescription(
      'Operations backend of a company whose daily work is done by AI agents: who may do this, where did the money go, ' +
        'what are the agents doing, how is it all going, and what went wrong.\n\n' +
        'Every route also answers without the prefix `/api/v1`. Failures are problem documents (RFC 9457) with a stable `code`.',
    )
    .setVersion(VERSION)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'Access token of a login' })
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'API key' }, 'apiKey')
    .addSecurity('oauthClient', { type: 'http', scheme: 'basic', description: 'Id of an API key, and the key' })
    .addServer('/')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (_controller, method) => method,
  });
  for (const item of Object.values(document.paths))
    for (const operation of Object.values(item as Record<string, unknown>))
      if (isOperation(operation)) sayCredentials(operation);
  return document;
}

interface Operation {
  responses: unknown;
  security?: Record<string, string[]>[];
  'x-required-role'?: string;
  'x-session-only'?: boolean;
}

function isOperation(value: unknown): value is Operation {
  return typeof value === 'object' && value !== null && 'responses' in value;
}

/** Public routes say that they demand nothing; those about the person himself do not offer what would be refused. */
function sayCredentials(operation: Operation): void {
  if (operation['x-required-role'] === 'public') operation.security ??= [];
  else if (operation['x-session-only'] === true)
    operation.security = (operation.security ?? []).filter((scheme) => !('apiKey' in scheme));
}

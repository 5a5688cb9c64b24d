import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { VERSION } from '#platform/observability';
import { releaseDefaults } from './defaults.js';
import { addExamples } from './examples.js';
import { addFailures } from './failures.js';
import { addHeaders } from './headers.js';
import { type Operation, operationsOf } from './operation.js';

/** What the routes are about, in the order in which one meets them. */
const TAGS = {
  auth: 'Proving who one is: login, sessions, passwords, second factor, keys.',
  oauth: 'OAuth 2.0 for programs (RFC 6749, 7009, 7662).',
  users: 'Other people’s accounts, for administrators.',
  audit: 'Who did what: an append-only, hash-chained trail.',
  finance: 'A double-entry ledger: exact, idempotent, immutable.',
  agents: 'The agents and the work they are given.',
  tasks: 'What became of the work, and what is to become of it.',
  schedules: 'Work that is given by the clock.',
  workers: 'Leases for workers in any language.',
  errors: 'What went wrong, here and in services that report here.',
  dashboard: 'How it is all going.',
  mcp: 'The door for language models.',
  health: 'Probes and metrics for those who run the service.',
} as const;

/**
 * The OpenAPI 3.1 document of the running application.
 *
 * @param server where the paths begin for those who read it: `PUBLIC_URL`, or the address by which they got the document
 */
export function buildOpenApi(app: INestApplication, server = '/'): OpenAPIObject {
  const builder = new DocumentBuilder();
  for (const [name, description] of Object.entries(TAGS)) builder.addTag(name, description);
  const config = builder
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
    .addCookieAuth(
      '__Host-refresh',
      { type: 'apiKey', in: 'cookie', description: 'Refresh token of a browser in cookie mode' },
      'refreshCookie',
    )
    .addSecurity('oauthClient', { type: 'http', scheme: 'basic', description: 'Id of an API key, and the key' })
    .addServer(server)
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (_controller, method) => method,
  });
  for (const { operation } of operationsOf(document)) sayCredentials(operation);
  releaseDefaults(document);
  addFailures(document);
  addExamples(document);
  addHeaders(document);
  return document;
}

/** Public routes say that they demand nothing; those about the person himself do not offer what would be refused. */
function sayCredentials(operation: Operation): void {
  if (operation['x-required-role'] === 'public') operation.security ??= [];
  else if (operation['x-session-only'] === true)
    operation.security = (operation.security ?? []).filter((scheme) => !('apiKey' in scheme));
}

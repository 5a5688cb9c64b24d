import { flag, integer, list, section } from './setting.js';

/** Which browser origins may call the API. */
export class CorsConfig extends section('cors', {
  origins: list({
    env: 'CORS_ORIGINS',
    default: ['http://localhost:3000', 'http://localhost:5173'],
    item: /^(\*|https?:\/\/[^/\s]+)$/,
    allowed: 'a comma-separated list of origins (scheme://host[:port]), or *',
    description: 'Origins that may read answers; production refuses * together with credentials.',
  }),
  allowCredentials: flag<boolean>({
    env: 'CORS_ALLOW_CREDENTIALS',
    default: true,
    description: 'Let browsers send cookies and authorization.',
  }),
  allowMethods: list({
    env: 'CORS_METHODS',
    default: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    item: /^[A-Z]+$/,
    allowed: 'a comma-separated list of HTTP methods',
    description: 'Methods allowed across origins.',
  }),
  allowHeaders: list({
    env: 'CORS_HEADERS',
    default: [
      'Content-Type',
      'Authorization',
      'X-Requested-With',
      'X-API-Key',
      'X-Request-ID',
      'Idempotency-Key',
      'X-Auth-Mode',
      'X-CSRF',
      'traceparent',
    ],
    item: /^[A-Za-z0-9-]+$/,
    allowed: 'a comma-separated list of header names',
    description: 'Request headers allowed across origins.',
  }),
  maxAgeSeconds: integer({
    env: 'CORS_MAX_AGE',
    default: 600,
    min: 0,
    max: 86_400,
    description: 'How long a browser keeps a preflight answer, in seconds.',
  }),
}) {}

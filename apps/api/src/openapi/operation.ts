import type { OpenAPIObject } from '@nestjs/swagger';

/** A schema, as far as the document is completed by it. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  allOf?: Schema[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  enum?: unknown[];
  example?: unknown;
  default?: unknown;
  format?: string;
  minimum?: number;
  additionalProperties?: unknown;
}

/** A body of one media type. */
export interface Media {
  schema?: Schema;
  example?: unknown;
  examples?: unknown;
}

/** An answer, or a reference to one that many operations have. */
export interface Response {
  $ref?: string;
  description?: string;
  headers?: Record<string, unknown>;
  content?: Record<string, Media>;
}

/** An operation of the document, with what the decorators say beside OpenAPI. */
export interface Operation {
  operationId: string;
  tags?: string[];
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema; example?: unknown }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, Response>;
  security?: Record<string, string[]>[];
  'x-required-role'?: string;
  'x-session-only'?: boolean;
  'x-request-example'?: unknown;
  'x-location'?: number[];
}

/** Every operation with its path and method. */
export function operationsOf(document: OpenAPIObject): { path: string; method: string; operation: Operation }[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, unknown>)
      .filter((entry): entry is [string, Operation] => isOperation(entry[1]))
      .map(([method, operation]) => ({ path, method, operation })),
  );
}

function isOperation(value: unknown): value is Operation {
  return typeof value === 'object' && value !== null && 'responses' in value;
}

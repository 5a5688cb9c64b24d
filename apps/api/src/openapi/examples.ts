import type { OpenAPIObject } from '@nestjs/swagger';
import { REQUEST_EXAMPLE } from '#platform/http';
import { type Media, operationsOf, type Schema } from './operation.js';

/** Objects in objects that an example shows. */
const MOST_DEPTH = 5;

const ID = '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00';
const TIME = '2026-11-24T12:00:00.000Z';

/** Gives every body in JSON an example: the one that its route says, or one made of the examples of its fields. */
export function addExamples(document: OpenAPIObject): void {
  const schemas = (document.components?.schemas ?? {}) as Record<string, Schema>;
  for (const { operation } of operationsOf(document)) {
    const said = operation[REQUEST_EXAMPLE];
    delete operation[REQUEST_EXAMPLE];
    for (const media of Object.values(operation.requestBody?.content ?? {})) {
      if (said !== undefined) media.example = said;
      else addExample(schemas, media, isAsked);
    }
    for (const [status, { content = {} }] of Object.entries(operation.responses))
      if (status < '300') for (const media of Object.values(content)) addExample(schemas, media, isAnswered);
  }
}

/** Whether a field that need not be there is shown. */
type Shown = (schema: Schema) => boolean;

/** Of a request what has an example of its own: others are not for every request. */
const isAsked: Shown = ({ example }) => example !== undefined && example !== null;
const isAnswered: Shown = () => true;

function addExample(schemas: Record<string, Schema>, media: Media, isShown: Shown): void {
  if (media.example !== undefined || media.examples !== undefined || !media.schema) return;
  media.example = exampleOf(schemas, media.schema, isShown, 0);
}

function exampleOf(schemas: Record<string, Schema>, schema: Schema, isShown: Shown, depth: number): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.$ref !== undefined) {
    const referred = schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {};
    return exampleOf(schemas, referred, isShown, depth);
  }
  const parts = schema.allOf ?? schema.oneOf ?? schema.anyOf;
  if (parts) return exampleOf(schemas, parts.find(({ type }) => type !== 'null') ?? {}, isShown, depth);
  if (schema.properties) return depth > MOST_DEPTH ? {} : exampleOfObject(schemas, schema, isShown, depth);
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  const [type] = [schema.type].flat();
  if (type === 'array') return depth > MOST_DEPTH ? [] : [exampleOf(schemas, schema.items ?? {}, isShown, depth + 1)];
  return exampleOfValue(type, schema);
}

function exampleOfObject(
  schemas: Record<string, Schema>,
  { properties = {}, required = [] }: Schema,
  isShown: Shown,
  depth: number,
): Record<string, unknown> {
  const shown = Object.entries(properties).filter(([name, schema]) => required.includes(name) || isShown(schema));
  return Object.fromEntries(
    shown.map(([name, schema]) => [name, named(name, schema) ?? exampleOf(schemas, schema, isShown, depth + 1)]),
  );
}

/** What names of this API stand for, where the field says no more. */
function named(name: string, { type, example, enum: values, format, $ref }: Schema): unknown {
  if (example !== undefined || values || format || $ref || ![type].flat().includes('string')) return undefined;
  if (/(^id|Id|^leaseToken)$/.test(name)) return ID;
  return /(At|^from|^to|Seen)$/.test(name) ? TIME : undefined;
}

function exampleOfValue(type: string | undefined, { format, minimum }: Schema): unknown {
  switch (type) {
    case 'integer':
    case 'number':
      return minimum ?? 1;
    case 'boolean':
      return true;
    case 'object':
      return {};
    case 'string':
      return format === 'date-time' ? TIME : format === 'uuid' ? ID : 'text';
    default:
      return undefined;
  }
}

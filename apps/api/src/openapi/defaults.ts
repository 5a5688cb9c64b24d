import type { OpenAPIObject } from '@nestjs/swagger';
import { operationsOf, type Schema } from './operation.js';

/** What has a default may be left out, in addresses and in bodies; Nest demands whatever its class always has. */
export function releaseDefaults(document: OpenAPIObject): void {
  for (const { operation } of operationsOf(document)) {
    for (const parameter of operation.parameters ?? [])
      if (parameter.schema?.default !== undefined && parameter.in !== 'path') parameter.required = false;
  }
  for (const schema of Object.values((document.components?.schemas ?? {}) as Record<string, Schema>)) {
    const { properties = {}, required } = schema;
    if (required) schema.required = required.filter((name) => properties[name]?.default === undefined);
    if (schema.required?.length === 0) delete schema.required;
  }
}

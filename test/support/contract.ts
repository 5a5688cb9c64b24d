import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

interface Schema {
  [keyword: string]: unknown;
  properties?: Record<string, Schema>;
}
interface Response {
  $ref?: string;
  headers?: Record<string, unknown>;
  content?: Record<string, { schema?: Schema }>;
}
interface Operation {
  operationId: string;
  responses: Record<string, Response>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Response> };
}

/** What came back, as far as the document speaks of it. */
export interface SeenAnswer {
  readonly method: string;
  /** Path and query, with or without the prefix. */
  readonly route: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const PREFIX = '/api/v1';
const FILE = path.resolve(__dirname, '../../docs/generated/openapi.json');

/** Read when the first answer is looked at: most files of tests look at none. */
class Contract {
  private readonly document = JSON.parse(readFileSync(FILE, 'utf8')) as Document;
  // The document itself is checked by its linter; and each schema is used a few times only, too few to pay for optimising it.
  private readonly ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    validateFormats: true,
    validateSchema: false,
    code: { optimize: false },
  });
  private readonly routes = Object.entries(this.document.paths).map(([template, item]) => ({
    item,
    template,
    pattern: new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
  }));
  private readonly validators = new Map<string, ValidateFunction>();

  constructor() {
    formats.default(this.ajv);
    // What the document does not tell of must not be there either.
    for (const schema of Object.values(this.document.components.schemas))
      if (schema.properties && schema['additionalProperties'] === undefined) schema['additionalProperties'] = false;
    this.ajv.addSchema(this.document, 'openapi');
  }

  /** How the answer is not what the document says; nothing where it is, or where the document knows no such route. */
  faultsOf({ method, route, status, headers, text }: SeenAnswer): string[] {
    const found = this.find(method, route);
    if (!found) return [];
    const { template, operation } = found;
    const faults = headers.get('x-request-id') === null ? ['has no X-Request-ID'] : [];
    if ((status === 429 || status === 503) && template !== '/health' && headers.get('retry-after') === null)
      faults.push('has no Retry-After');
    const response = this.resolve(operation.responses[String(status)]);
    if (!response) return [...faults, `status ${status} is not documented`];
    if (response.headers?.['Location'] && headers.get('location') === null) faults.push('has no Location');
    if (text === '') return response.content && method !== 'HEAD' ? [...faults, 'has no body'] : faults;
    const type = headers.get('content-type')?.split(';')[0] ?? 'none';
    const schema = response.content?.[type]?.schema;
    if (!schema) return [...faults, `content type ${type} is not documented for ${status}`];
    if (!/[/+]json$/.test(type)) return faults;
    const validate = this.validatorOf(template, method, status, type);
    if (!validate(JSON.parse(text)))
      faults.push(
        ...(validate.errors ?? []).map(
          ({ instancePath, message, params }) => `${instancePath || 'body'} ${message} ${JSON.stringify(params)}`,
        ),
      );
    return faults;
  }

  private find(method: string, route: string): { template: string; operation: Operation } | undefined {
    const asked = (route.split('?')[0] ?? '').replace(/(.)\/$/, '$1');
    for (const candidate of [asked, `${PREFIX}${asked}`]) {
      // A path of words comes before one with parameters, as in the router.
      const matching = this.routes.filter(({ pattern }) => pattern.test(candidate));
      const [route] = matching.sort((a, b) => a.template.split('{').length - b.template.split('{').length);
      const operation = route?.item[method === 'HEAD' ? 'get' : method.toLowerCase()];
      if (route && operation) return { template: route.template, operation };
    }
    return undefined;
  }

  private resolve(response: Response | undefined): Response | undefined {
    const name = response?.$ref?.split('/').at(-1);
    return name === undefined ? response : this.document.components.responses[name];
  }

  private validatorOf(template: string, method: string, status: number, type: string): ValidateFunction {
    const { operation } = this.find(method, template) ?? {};
    const { $ref } = operation?.responses[String(status)] ?? {};
    const escape = (text: string): string => text.replaceAll('~', '~0').replaceAll('/', '~1');
    const at = $ref ?? `#/paths/${escape(template)}/${method.toLowerCase()}/responses/${status}`;
    const pointer = `openapi${at}/content/${escape(type)}/schema`;
    let validate = this.validators.get(pointer);
    if (!validate) {
      validate = this.ajv.compile({ $ref: encodeURI(pointer) });
      this.validators.set(pointer, validate);
    }
    return validate;
  }
}

let contract: Contract | undefined;

/**
 * Compares an answer with the OpenAPI document: status, headers, content type and schema.
 *
 * @throws Error that says in what they differ
 */
export function assertDocumented(answer: SeenAnswer): void {
  contract ??= new Contract();
  const faults = contract.faultsOf(answer);
  if (faults.length === 0) return;
  const { method, route, status, text } = answer;
  throw new Error(
    `${method} ${route} → ${status} is not what the document says: ${faults.join('; ')}\n${text.slice(0, 500)}`,
  );
}

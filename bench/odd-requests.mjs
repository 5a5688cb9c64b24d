// Requests that are right but for one value, for every field, parameter and part of a path that the OpenAPI document knows.

/** What stands for a value, as JSON: nothing, wrong shapes, and what parsers, JavaScript or PostgreSQL cannot hold. */
export const ODD_VALUES = {
  null: 'null',
  list: '[]',
  object: '{}',
  empty: '""',
  'list in a list': '[[]]',
  'ten KB': JSON.stringify('a'.repeat(10_240)),
  'minus zero': '-0',
  infinity: '1e400',
  'beyond a double': '9007199254740993',
  nul: '"\\u0000"',
};

/** The same for addresses. */
const ODD_TEXTS = ['', 'null', '%5B%5D', '%7B%7D', 'a'.repeat(10_240), '-0', '1e400', '9007199254740993', '%00', '%ff'];

/** Values that must be others each time, or else requests conflict; and one that would have requests wait. */
const FRESH = {
  slug: (n) => `odd-${n}`,
  username: (n) => `odd-${n}`,
  email: (n) => `odd-${n}@example.com`,
  code: (n) => `assets:odd${n}`,
  idempotencyKey: (n) => `odd-${n}`,
  waitMs: () => 0,
};

const MARK = '\u2603odd\u2603';
const MOST_DEPTH = 4;

/**
 * @param document the OpenAPI document
 * @param ids what to put for the parameters of paths, by `{operationId}.{name}` or `{name}`; others get an id of nothing
 * @yields {{operationId: string, method: string, path: string, body?: string, where: string, what: string}}
 */
export function* oddRequests(document, ids = {}) {
  let count = 0;
  for (const [template, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (operation.operationId === undefined) continue;
      const { operationId } = operation;
      const parameters = operation.parameters ?? [];
      const nameOf = (name) => ids[`${operationId}.${name}`] ?? ids[name] ?? '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00';
      const fill = (odd) => template.replace(/\{(\w+)\}/g, (_, name) => (odd?.name === name ? odd.text : nameOf(name)));
      const schema = operation.requestBody?.content['application/json']?.schema;
      const sample = (n) => (schema ? exampleOf(document, schema, n) : undefined);
      const request = (where, what, path, body) => ({
        operationId,
        method: method.toUpperCase(),
        path,
        body,
        where,
        what,
      });
      const rest = schema ? JSON.stringify(sample(++count)) : undefined;
      for (const { name, in: place } of parameters) {
        for (const text of ODD_TEXTS) {
          const what = text.slice(0, 20);
          if (place === 'query') yield request(name, what, `${fill()}?${name}=${text}`, rest);
          if (place === 'path') yield request(name, what, fill({ name, text }), rest);
        }
      }
      for (const where of schema ? placesOf(sample(0)) : []) {
        for (const [what, json] of Object.entries(ODD_VALUES))
          yield request(where.join('.'), what, fill(), withValue(sample(++count), where, json));
        yield request(where.join('.'), 'absent', fill(), withValue(sample(++count), where, undefined));
      }
    }
  }
}

/** A value that the schema allows: its example, or one made of its parts. */
function exampleOf(document, schema, n, name = '', depth = 0) {
  if (name in FRESH) return FRESH[name](n);
  if (schema.$ref) return exampleOf(document, resolve(document, schema.$ref), n, name, depth);
  const one = schema.allOf?.[0] ?? schema.oneOf?.[0] ?? schema.anyOf?.[0];
  if (schema.properties && depth < MOST_DEPTH) {
    const fields = Object.entries(schema.properties);
    return Object.fromEntries(fields.map(([field, type]) => [field, exampleOf(document, type, n, field, depth + 1)]));
  }
  if (schema.example !== undefined) return schema.example;
  if (one) return exampleOf(document, one, n, name, depth);
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  switch ([schema.type].flat()[0]) {
    case 'array':
      return [exampleOf(document, schema.items ?? {}, n, '', depth + 1)];
    case 'object':
      return {};
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    default:
      return 'text';
  }
}

function resolve(document, pointer) {
  return pointer
    .slice(2)
    .split('/')
    .reduce((at, step) => at[step], document);
}

/** Paths of everything in a value, members of lists and fields of objects in it included. */
function placesOf(value, above = []) {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [[...above, key], ...placesOf(child, [...above, key])]);
}

/** The JSON of a value in which this stands at a place; nothing where it is `undefined`. */
function withValue(value, [key, ...below], json) {
  const copy = structuredClone(value);
  let at = copy;
  let last = key;
  for (const step of below) {
    at = at[last];
    last = step;
  }
  if (json === undefined) {
    if (Array.isArray(at)) at.splice(Number(last), 1);
    else delete at[last];
    return JSON.stringify(copy);
  }
  at[last] = MARK;
  return JSON.stringify(copy).replace(JSON.stringify(MARK), () => json);
}

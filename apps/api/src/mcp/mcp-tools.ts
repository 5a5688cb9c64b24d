import { cutText } from '#platform/kernel';
import type { Role } from '#platform/security';
import { faultOfBatch, operationsOf, tableOf } from './batch-table.js';

/** Arguments of a tool, as a model gave them; the route that is called judges them. */
export type ToolArguments = Readonly<Record<string, unknown>>;

/** A request to a route of this API. */
export interface RouteCall {
  readonly method: 'GET' | 'POST';
  /** Below the API's prefix. */
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly idempotencyKey?: unknown;
}

/** A tool: what a model is told of it, and the route that does the work. */
export interface McpTool {
  readonly name: string;
  readonly description: string;
  /** Role that the route demands; the tool is shown to those who have it. The route enforces it. */
  readonly role: Role;
  readonly isReadOnly: boolean;
  /** JSON Schema of each argument. */
  readonly properties: Readonly<Record<string, object>>;
  readonly required: readonly string[];
  /** What is wrong with arguments beyond their schema; see `faultOf`. */
  readonly fault?: (args: ToolArguments) => string | undefined;
  readonly call: (args: ToolArguments) => RouteCall;
  /** What of the answer is worth a model's tokens; all of it when absent. */
  readonly trim?: (answer: Record<string, unknown>) => unknown;
}

const text = { type: 'string' };
const object = { type: 'object' };
const texts = { type: 'array', items: text };
const agent = { ...text, description: 'Slug of the agent' };
const wait = { type: 'integer', description: 'Seconds to wait for the result, 0-30' };
const WAIT_SECONDS = 20;

const capabilities = { ...texts, description: 'All of these' };

const settings = {
  taskDescription: text,
  parameters: object,
  priority: { type: 'integer', description: '1-10, 10 first' },
  timeoutSeconds: { type: 'integer' },
  budget: { ...object, description: '{maxCost: "0.50" US dollars, maxTokens}' },
};

const path = (value: unknown): string => encodeURIComponent(String(value));
const pick = (from: Record<string, unknown>, ...names: string[]): Record<string, unknown> =>
  Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]));

/** What models may do here, in few words: each word is paid for with every request of every conversation. */
export const MCP_TOOLS: readonly McpTool[] = [
  {
    name: 'find_agents',
    description: 'Find agents that can do a task',
    role: 'READ_ONLY',
    isReadOnly: true,
    properties: { capability: capabilities, category: text, cursor: text },
    required: [],
    call: (query) => ({ method: 'GET', path: '/agents', query: { limit: 50, ...query } }),
    trim: ({ items, nextCursor }) => ({
      agents: (items as Record<string, unknown>[]).map((item) =>
        pick(item, 'slug', 'description', 'capabilities', 'status'),
      ),
      ...(nextCursor !== null && { nextCursor }),
    }),
  },
  {
    name: 'run_agent',
    description: 'Give an agent a task; the result, or the task if it takes longer',
    role: 'API_USER',
    isReadOnly: false,
    properties: { agent, ...settings, waitSeconds: wait, idempotencyKey: text },
    required: ['agent'],
    call: ({ agent: slug, waitSeconds = WAIT_SECONDS, ...body }) => ({
      method: 'POST',
      path: `/agents/${path(slug)}/execute`,
      query: { wait: waitSeconds },
      body,
    }),
    trim: (task) => pick(task, 'id', 'state', 'output', 'error'),
  },
  {
    name: 'run_batch',
    description:
      'Run up to 1000 tasks in one call. Say once in common what all share; for one agent give columns and rows instead of operations; select keeps only what you need',
    role: 'API_USER',
    isReadOnly: false,
    properties: {
      common: { ...object, description: 'Fields of every operation' },
      columns: { ...texts, description: 'Names of parameters' },
      rows: { type: 'array', description: 'One operation each: [parameters by columns]' },
      operations: {
        type: 'array',
        items: {
          ...object,
          properties: {
            agent,
            ...settings,
            ref: { ...text, description: 'Name for dependsOn' },
            dependsOn: { ...texts, description: 'refs or task ids that must succeed first' },
            select: { ...texts, description: 'JSON Pointers into the output' },
          },
        },
      },
      parallel: { type: 'boolean' },
      atomic: { type: 'boolean' },
      waitSeconds: wait,
      idempotencyKey: text,
    },
    required: [],
    fault: faultOfBatch,
    call: ({ waitSeconds = WAIT_SECONDS, idempotencyKey, common, columns, rows, operations, ...body }) => ({
      method: 'POST',
      path: '/agents/batch',
      query: { wait: waitSeconds },
      body: { ...body, operations: operationsOf({ common, columns, rows, operations }) },
      idempotencyKey,
    }),
    trim: ({ batchId, status, results }) => ({
      ...(status === 'succeeded' ? {} : { batchId, status }),
      ...tableOf(results as Record<string, unknown>[]),
    }),
  },
  {
    name: 'get_task',
    description: 'State and result of a task',
    role: 'API_USER',
    isReadOnly: true,
    properties: { id: text },
    required: ['id'],
    call: ({ id }) => ({ method: 'GET', path: `/tasks/${path(id)}` }),
    trim: (task) => pick(task, 'id', 'agent', 'state', 'attempt', 'output', 'error', 'progress'),
  },
  {
    name: 'get_batch',
    description: 'Results of a batch that took longer',
    role: 'API_USER',
    isReadOnly: true,
    properties: { id: text, waitSeconds: wait },
    required: ['id'],
    call: ({ id, waitSeconds = 0 }) => ({
      method: 'GET',
      path: `/agents/batch/${path(id)}`,
      query: { wait: waitSeconds },
    }),
    trim: ({ status, results }) => ({ status, ...tableOf(results as Record<string, unknown>[]) }),
  },
  {
    name: 'record_transaction',
    description: 'Record a business transaction in the ledger',
    role: 'ADMIN',
    isReadOnly: false,
    properties: {
      type: { enum: ['sale', 'refund', 'purchase', 'expense', 'revenue', 'adjustment', 'transfer'], default: 'sale' },
      amount: { ...text, description: 'Decimal, e.g. "19.99"' },
      currency: { ...text, description: 'ISO 4217, USD by default' },
      channel: text,
      orderId: text,
      notes: text,
      idempotencyKey: { ...text, description: 'Makes repeating safe' },
    },
    required: ['amount', 'idempotencyKey'],
    call: ({ idempotencyKey, ...body }) => ({
      method: 'POST',
      path: '/finance/transactions/record',
      body,
      idempotencyKey,
    }),
  },
  {
    name: 'report_error',
    description: 'Report a failure to the error ledger',
    role: 'API_USER',
    isReadOnly: false,
    properties: { errorType: text, message: text, stackTrace: text, severity: text, context: object },
    required: ['errorType', 'message'],
    call: (body) => ({ method: 'POST', path: '/errors', body }),
  },
  {
    name: 'read_dashboard',
    description: 'How the company is doing',
    role: 'READ_ONLY',
    isReadOnly: true,
    properties: { view: { enum: ['data', 'metrics', 'agents', 'activities', 'performance', 'finance', 'errors'] } },
    required: ['view'],
    call: ({ view }) => ({ method: 'GET', path: `/dashboard/${path(view)}` }),
  },
];

/** Arguments that stand in the path of a route. */
const IN_PATHS = new Set(['agent', 'id', 'view']);

/** Characters of a text, and of a stack; members of a list; characters of a name. The routes have bounds of their own below these. */
const [MOST_CHARACTERS, LONGEST_TEXT, MOST_MEMBERS, MOST_WORDS, SHOWN] = [10_000, 500_000, 1_000, 20, 200];

function isShortText(value: unknown, most: number, form = /^/): boolean {
  return typeof value === 'string' && value.length <= most && form.test(value);
}

/** What is wrong with arguments by the tool's own schema, in words for a model; `undefined` when nothing is. The route checks the rest. */
export function faultOf(tool: McpTool, args: ToolArguments): string | undefined {
  const { properties, required, isReadOnly } = tool;
  // What goes into a body is judged by the route; what goes into an address is not worth sending there.
  const unknown = isReadOnly ? Object.keys(args).find((name) => !Object.hasOwn(properties, name)) : undefined;
  if (unknown !== undefined) return `${cutText(unknown, SHOWN)} is no argument of this tool`;
  const missing = required.filter((name) => args[name] === undefined || args[name] === null);
  if (missing.length > 0) return `${missing.join(', ')} must be given`;
  for (const [name, schema] of Object.entries(properties)) {
    const fault = args[name] === undefined ? undefined : faultOfValue(name, schema, args[name]);
    if (fault !== undefined) return `${name} must be ${fault}`;
  }
  return tool.fault?.(args);
}

function faultOfValue(name: string, schema: object, value: unknown): string | undefined {
  const { type, enum: allowed } = schema as { type?: string; enum?: readonly unknown[] };
  if (allowed && !allowed.includes(value)) return `one of ${allowed.join(', ')}`;
  if (value === null) return undefined;
  // These become parts of an address, where dots have a meaning of their own.
  if (IN_PATHS.has(name)) return isShortText(value, SHOWN, /^(?!\.{1,2}$)[^/\\]+$/) ? undefined : 'a name or an id';
  if (type === 'string') {
    const most = name === 'stackTrace' ? LONGEST_TEXT : MOST_CHARACTERS;
    return isShortText(value, most) ? undefined : `a text of at most ${most} characters`;
  }
  if (type !== 'array') return undefined;
  if (!Array.isArray(value) || value.length > MOST_MEMBERS) return 'a list';
  const areWords = value.length <= MOST_WORDS && value.every((one) => isShortText(one, SHOWN));
  return schema === capabilities && !areWords ? 'a list of words' : undefined;
}

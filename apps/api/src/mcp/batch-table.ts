type Fields = Readonly<Record<string, unknown>>;

/** Bytes that all operations together may have once what is common is written into each of them. */
const MOST_BYTES = 8 * 1024 * 1024;

const MOST_OPERATIONS = 1_000;
const MOST_COLUMNS = 100;

/**
 * The operations that the arguments of `run_batch` stand for. What `common` says holds for each, parameters one by one. With `rows` each row
 * is an operation, whose values are the parameters that `columns` names; where that is one, a value may stand without its list.
 */
export function operationsOf({ operations, common, columns, rows }: Fields): unknown {
  const shared = isObject(common) ? common : {};
  const own = isList(rows) && isList(columns) ? rows.map((row) => rowOf(columns, row)) : operations;
  return isList(own) ? own.map((operation) => (isObject(operation) ? joined(shared, operation) : operation)) : own;
}

/** What is wrong with arguments of `run_batch`, in words for a model, as far as the route cannot tell. */
export function faultOfBatch({ operations, common, columns, rows }: Fields): string | undefined {
  if (isGiven(operations) === isGiven(rows)) return 'either operations or columns and rows must be given';
  if (isGiven(common) && !isObject(common)) return 'common must be an object';
  const count = isGiven(rows) ? rows : operations;
  if (!isList(count) || count.length > MOST_OPERATIONS) return `there may be ${MOST_OPERATIONS} operations`;
  if (isGiven(common) && JSON.stringify(common).length * count.length > MOST_BYTES)
    return 'common is too large for so many operations';
  if (!isGiven(rows)) return undefined;
  if (!isList(columns) || columns.length > MOST_COLUMNS || !columns.every((name) => typeof name === 'string'))
    return `columns must be a list of at most ${MOST_COLUMNS} names`;
  const odd = count.findIndex((row) => (isList(row) ? row.length : 1) !== columns.length);
  return odd === -1 ? undefined : `row ${odd} must be a list with a value for each column`;
}

/**
 * Results of a batch in few words. Selected outputs are a table: `columns` are their pointers, and each row is an operation, or `null` when
 * it did not succeed, which `others` tells of. What is not there is `null`.
 */
export function tableOf(results: readonly Fields[]): Fields {
  const whole = results.filter(isWhole);
  const isTable = whole.length > 1 && whole.every(({ output }) => isSelection(output));
  if (!isTable || results.some(({ index }, at) => index !== at)) return { results: results.map(inShort) };
  const columns = [...new Set(whole.flatMap(({ output }) => Object.keys(output as Fields)))];
  const others = results.filter((result) => !isWhole(result)).map(inShort);
  return {
    columns,
    rows: results.map((result) =>
      isWhole(result) ? columns.map((column) => (result['output'] as Fields)[column] ?? null) : null,
    ),
    ...(others.length > 0 && { others }),
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

function rowOf(columns: readonly unknown[], row: unknown): Fields {
  const values = isList(row) ? row : [row];
  return { parameters: Object.fromEntries(columns.map((name, at) => [String(name), values[at]])) };
}

function joined(common: Fields, operation: Fields): Fields {
  const [shared, own] = [common['parameters'], operation['parameters']];
  const parameters = isObject(shared) && isObject(own) ? { ...shared, ...own } : (own ?? shared);
  return { ...common, ...operation, ...(parameters !== undefined && { parameters }) };
}

/** Ids are for what has to be asked about again. */
function inShort(result: Fields): Fields {
  const names = isWhole(result) ? ['output'] : ['index', 'taskId', 'state', 'isLeftOut', 'error'];
  return Object.fromEntries(names.filter((name) => result[name] !== undefined).map((name) => [name, result[name]]));
}

function isWhole(result: Fields): boolean {
  return result['state'] === 'succeeded' && result['isLeftOut'] !== true;
}

/** What `select` made of an output: values by JSON Pointers. */
function isSelection(output: unknown): output is Fields {
  return isObject(output) && Object.keys(output).every((name) => name === '' || name.startsWith('/'));
}

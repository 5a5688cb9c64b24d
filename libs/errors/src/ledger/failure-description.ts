import type { Cause } from '../occurrences/occurrence.js';

/** What can be read off anything that was thrown. */
export interface FailureDescription {
  readonly errorType: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly constraint: string | undefined;
  readonly causes: readonly Cause[];
}

const MAX_CAUSES = 5;

/** Reads a thrown value without trusting it: a getter that throws must not hide the failure it belongs to. */
export function describeFailure(thrown: unknown): FailureDescription {
  const { type, message, stackTrace } = describeOne(thrown);
  return {
    errorType: type,
    message,
    stack: stackTrace,
    code: textOf(thrown, 'code') ?? textOf(read(thrown, 'driverError'), 'code'),
    constraint: textOf(thrown, 'constraint') ?? textOf(read(thrown, 'driverError'), 'constraint'),
    causes: causesOf(thrown),
  };
}

function describeOne(thrown: unknown): Cause {
  if (thrown instanceof Error) {
    const named = textOf(thrown, 'name') ?? 'Error';
    const constructed = textOf(read(thrown, 'constructor'), 'name');
    // Many classes never set `name`; the class itself then says more than `Error`.
    const type = named === 'Error' && constructed !== undefined && constructed !== '' ? constructed : named;
    return { type, message: textOf(thrown, 'message') ?? '', stackTrace: textOf(thrown, 'stack') };
  }
  if (typeof thrown === 'object' && thrown !== null) {
    return { type: textOf(thrown, 'name') ?? 'NonError', message: textOf(thrown, 'message') ?? asJson(thrown) };
  }
  return { type: 'NonError', message: typeof thrown === 'symbol' ? thrown.toString() : String(thrown) };
}

function causesOf(thrown: unknown): Cause[] {
  const causes: Cause[] = [];
  const seen = new Set<unknown>([thrown]);
  let next = read(thrown, 'cause') ?? read(thrown, 'driverError');
  while (next !== undefined && next !== null && !seen.has(next) && causes.length < MAX_CAUSES) {
    seen.add(next);
    causes.push(describeOne(next));
    next = read(next, 'cause');
  }
  return causes;
}

function read(value: unknown, key: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function textOf(value: unknown, key: string): string | undefined {
  const found = read(value, key);
  return typeof found === 'string' ? found : undefined;
}

function asJson(value: object): string {
  try {
    return JSON.stringify(value) ?? Object.prototype.toString.call(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

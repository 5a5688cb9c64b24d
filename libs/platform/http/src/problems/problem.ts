import { STATUS_CODES } from 'node:http';
import type { AppException } from '#platform/kernel';
import { STATUS_BY_KIND } from './status-by-kind.js';

/** One fault of a request. */
export interface Fault {
  /** Path of the field, `lineItems.0.quantity`; empty for the whole body. */
  path: string;
  /** Of every rule that was broken. */
  message: string;
  /** The first of them, `isEmail`. */
  code: string;
}

/** A problem document (RFC 9457) with our extension members. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: string;
  correlationId?: string;
  errorId?: string;
  errors?: readonly Fault[];
  details?: Readonly<Record<string, unknown>>;
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';

/** Address of the explanation of a code; the document that is served there lists every code. */
export function problemType(code: string): string {
  return `/docs/problems#${code}`;
}

/**
 * What the caller gets to read. Of a 5xx only that it happened: messages and details of such failures can hold internals.
 */
export function toProblem(
  exception: AppException,
  request: { instance: string; correlationId?: string | undefined; errorId?: string | undefined },
): ProblemDocument {
  const status = STATUS_BY_KIND[exception.kind];
  const title = STATUS_CODES[status] ?? 'Error';
  const isOurs = status >= 500;
  const { errors, ...details } = exception.details as { errors?: readonly Fault[] };
  return {
    type: problemType(exception.code),
    title,
    status,
    detail: status === 500 ? 'The service failed to answer. It has been recorded.' : exception.message,
    instance: request.instance,
    code: exception.code,
    ...(request.correlationId === undefined ? {} : { correlationId: request.correlationId }),
    ...(request.errorId === undefined ? {} : { errorId: request.errorId }),
    ...(errors === undefined ? {} : { errors }),
    ...(isOurs || Object.keys(details).length === 0 ? {} : { details }),
  };
}

import { AsyncLocalStorage } from 'node:async_hooks';

/** What is known about the unit of work in hand: a request, a job run or a task. */
export interface RequestContext {
  readonly correlationId: string;
  /** W3C Trace Context of the caller or of this unit of work. */
  readonly traceparent?: string | undefined;
  /** Set once the caller is known. */
  principalId?: string | undefined;
  /** The session or key by which the caller acts; set once it is known. */
  credentialId?: string | undefined;
  /** Address of the caller, for the audit trail. */
  readonly ip?: string | undefined;
  /** Program of the caller as it calls itself, for the audit trail. */
  readonly userAgent?: string | undefined;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** The current unit of work, or `undefined` outside any. For logs, errors and outgoing calls; never for decisions. */
export function currentContext(): RequestContext | undefined {
  return storage.getStore();
}

/** Runs `work` as part of the given unit of work. */
export function runInContext<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work);
}

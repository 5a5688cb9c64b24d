import { AsyncLocalStorage } from 'node:async_hooks';

/** What is known about the unit of work in hand: a request, a job run or a task. */
export interface RequestContext {
  readonly correlationId: string;
  /** W3C Trace Context of the caller or of this unit of work. */
  readonly traceparent?: string | undefined;
  /** Set once the caller is known. */
  principalId?: string | undefined;
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

import { AppException, type ExceptionOptions, ValidationException } from '#platform/kernel';
import type { Usage } from './usage.js';

/** There is no such task. */
export class TaskNotFoundException extends AppException {
  constructor(message = 'There is no such task', options: ExceptionOptions = {}) {
    super({ code: 'TASK.NOT_FOUND', category: 'agent', kind: 'not_found' }, message, options);
  }
}

/** The task's present state does not allow this. */
export class TaskStateException extends AppException {
  constructor(message = 'The state of the task does not allow this', options: ExceptionOptions = {}) {
    super({ code: 'TASK.INVALID_STATE', category: 'agent', kind: 'conflict' }, message, options);
  }
}

/** The lease token is not the task's present one: somebody else works on it, or it ended. */
export class LeaseLostException extends AppException {
  constructor(message = 'The lease on the task was lost', options: ExceptionOptions = {}) {
    super({ code: 'TASK.LEASE_LOST', category: 'agent', kind: 'conflict' }, message, options);
  }
}

/** The task belongs to somebody else. */
export class TaskNotOwnedException extends AppException {
  constructor(message = 'Only the owner of the task or a DEVELOPER may do this', options: ExceptionOptions = {}) {
    super({ code: 'TASK.NOT_OWNED', category: 'authorization', kind: 'forbidden' }, message, options);
  }
}

/** The caller may not decide whether the task starts. */
export class ApprovalForbiddenException extends AppException {
  constructor(message = 'Only a DEVELOPER decides whether the task starts', options: ExceptionOptions = {}) {
    super({ code: 'TASK.APPROVAL_FORBIDDEN', category: 'authorization', kind: 'forbidden' }, message, options);
  }
}

/** The parameters of a task are too large. */
export class ParametersTooLargeException extends AppException {
  constructor(message = 'The parameters are larger than 1 MB', options: ExceptionOptions = {}) {
    super({ code: 'TASK.PARAMETERS_TOO_LARGE', category: 'validation', kind: 'too_large' }, message, options);
  }
}

/** The idempotency key was used for another request. */
export class TaskKeyReusedException extends ValidationException {
  constructor(message = 'The idempotency key was used for another request', options: ExceptionOptions = {}) {
    super(message, options, { code: 'TASK.IDEMPOTENCY_KEY_REUSED', category: 'validation', kind: 'invalid' });
  }
}

/** A task to depend on does not exist. */
export class DependencyNotFoundException extends ValidationException {
  constructor(message = 'There is no such task to depend on', options: ExceptionOptions = {}) {
    super(message, options, { code: 'TASK.DEPENDENCY_NOT_FOUND', category: 'validation', kind: 'invalid' });
  }
}

/** A task to depend on ended without success, so that what depends on it could never start. */
export class DependencyNotPossibleException extends ValidationException {
  constructor(message = 'A task to depend on ended without success', options: ExceptionOptions = {}) {
    super(message, options, { code: 'TASK.DEPENDENCY_NOT_POSSIBLE', category: 'validation', kind: 'invalid' });
  }
}

/** There is no such batch. */
export class BatchNotFoundException extends AppException {
  constructor(message = 'There is no such batch', options: ExceptionOptions = {}) {
    super({ code: 'BATCH.NOT_FOUND', category: 'agent', kind: 'not_found' }, message, options);
  }
}

/** There is no such schedule. */
export class ScheduleNotFoundException extends AppException {
  constructor(message = 'There is no such schedule', options: ExceptionOptions = {}) {
    super({ code: 'SCHEDULE.NOT_FOUND', category: 'agent', kind: 'not_found' }, message, options);
  }
}

/** An operation of a batch is refused for what it depends on. */
export class OperationRefusedException extends AppException {
  constructor(message = 'It depends on an operation that was refused', options: ExceptionOptions = {}) {
    super({ code: 'BATCH.OPERATION_REFUSED', category: 'agent', kind: 'invalid' }, message, options);
  }
}

/** The agent needs a higher role than the caller's. */
export class AgentRoleRequiredException extends AppException {
  constructor(message = 'The agent needs a higher role', options: ExceptionOptions = {}) {
    super({ code: 'AGENT.ROLE_REQUIRED', category: 'authorization', kind: 'forbidden' }, message, options);
  }
}

/** Another agent has this slug. */
export class AgentSlugTakenException extends AppException {
  constructor(message = 'Another agent has this slug', options: ExceptionOptions = {}) {
    super({ code: 'AGENT.SLUG_TAKEN', category: 'agent', kind: 'conflict' }, message, options);
  }
}

/** The caller's key may not lease tasks of these agents, or they are not done by workers. */
export class AgentNotLeasableException extends AppException {
  constructor(message = 'Tasks of this agent cannot be leased with this key', options: ExceptionOptions = {}) {
    super({ code: 'AGENT.NOT_LEASABLE', category: 'authorization', kind: 'forbidden' }, message, options);
  }
}

/** The caller has registered no such worker. */
export class WorkerNotFoundException extends AppException {
  constructor(message = 'There is no such worker: register first', options: ExceptionOptions = {}) {
    super({ code: 'WORKER.NOT_FOUND', category: 'agent', kind: 'not_found' }, message, options);
  }
}

/** The output of a task is too large. */
export class OutputTooLargeException extends AppException {
  constructor(message = 'The output is larger than 10 MB', options: ExceptionOptions = {}) {
    super({ code: 'TASK.OUTPUT_TOO_LARGE', category: 'validation', kind: 'too_large' }, message, options);
  }
}

/** What a worker tells of a task is too large. */
export class ReportTooLargeException extends AppException {
  constructor(message = 'An event or a progress is larger than 16 KB of JSON', options: ExceptionOptions = {}) {
    super({ code: 'TASK.REPORT_TOO_LARGE', category: 'validation', kind: 'too_large' }, message, options);
  }
}

/** The task has all the events that it may have. */
export class TooManyEventsException extends AppException {
  constructor(message = 'The task has 1,000 events, which are the most', options: ExceptionOptions = {}) {
    super({ code: 'TASK.TOO_MANY_EVENTS', category: 'validation', kind: 'invalid' }, message, options);
  }
}

/** The agent still has work that has not ended. */
export class AgentHasOpenTasksException extends AppException {
  constructor(message = 'The agent has tasks that have not ended', options: ExceptionOptions = {}) {
    super({ code: 'AGENT.HAS_OPEN_TASKS', category: 'agent', kind: 'conflict' }, message, options);
  }
}

/** Nothing in this installation can run the agent. */
export class AgentNotRunnableException extends AppException {
  constructor(message = 'Nothing in this installation can run the agent', options: ExceptionOptions = {}) {
    super({ code: 'AGENT.NOT_RUNNABLE', category: 'agent', kind: 'conflict' }, message, options);
  }
}

/** The callback of a remote agent is not signed with the agent's secret. */
export class CallbackSignatureException extends AppException {
  constructor(message = 'The signature of the callback is wrong', options: ExceptionOptions = {}) {
    super(
      { code: 'SECURITY.SIGNATURE_INVALID', category: 'security', kind: 'unauthenticated', severity: 'medium' },
      message,
      options,
    );
  }
}

/**
 * What a runner throws when an attempt failed for a reason it can name.
 *
 * @param retryable whether another attempt can help
 * @param blame `elsewhere` when the parameters are at fault, so that the agent's health is left alone
 * @param holdsBack whether the wait that was asked for is for all of the agent's tasks
 * @param usage what it cost all the same
 */
export class AttemptFailedException extends AppException {
  readonly retryable: boolean;
  readonly blame: 'agent' | 'elsewhere';
  readonly retryAfterMs: number | undefined;
  readonly holdsBack: boolean;
  readonly usage: Usage | undefined;
  readonly reason: string;

  constructor(
    reason: string,
    message: string,
    options: ExceptionOptions & {
      retryable: boolean;
      blame?: 'agent' | 'elsewhere';
      retryAfterMs?: number | undefined;
      holdsBack?: boolean;
      usage?: Usage | undefined;
    },
  ) {
    super({ code: reason, category: 'agent', severity: 'medium' }, message, options);
    this.reason = reason;
    this.retryable = options.retryable;
    this.blame = options.blame ?? 'agent';
    this.retryAfterMs = options.retryAfterMs;
    this.holdsBack = options.holdsBack ?? false;
    this.usage = options.usage;
  }
}

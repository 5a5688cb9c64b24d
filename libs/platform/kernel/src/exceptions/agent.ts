import { AppException, type ExceptionIdentity, type ExceptionOptions } from '../app-exception.js';

/** An agent could not be given work or could not do it. */
export class AgentError extends AppException {
  constructor(
    message = 'The agent failed',
    options: ExceptionOptions = {},
    identity: ExceptionIdentity = { code: 'AGENT.FAILURE', category: 'agent' },
  ) {
    super(identity, message, options);
  }
}

/** There is no such agent. */
export class AgentNotFoundError extends AgentError {
  constructor(message = 'There is no such agent', options: ExceptionOptions = {}) {
    super(message, options, { code: 'AGENT.NOT_FOUND', category: 'agent', kind: 'not_found' });
  }
}

/** The agent is not available right now. */
export class AgentNotAvailableError extends AgentError {
  constructor(message = 'The agent is not available right now', options: ExceptionOptions = {}) {
    super(message, options, { code: 'AGENT.NOT_AVAILABLE', category: 'agent', kind: 'unavailable' });
  }
}

/** The agent could not do its task. */
export class AgentExecutionError extends AgentError {
  constructor(message = 'The agent could not do its task', options: ExceptionOptions = {}) {
    super(message, options, { code: 'AGENT.EXECUTION_FAILED', category: 'agent', severity: 'medium' });
  }
}

/** The agent took too long. */
export class AgentTimeoutError extends AgentError {
  constructor(message = 'The agent took too long', options: ExceptionOptions = {}) {
    super(message, options, { code: 'AGENT.TIMEOUT', category: 'agent', kind: 'timeout' });
  }
}

/** The agent is paused after repeated failures. */
export class AgentCircuitBreakerError extends AgentError {
  constructor(message = 'The agent is paused after repeated failures', options: ExceptionOptions = {}) {
    super(message, options, { code: 'AGENT.CIRCUIT_OPEN', category: 'agent', kind: 'unavailable' });
  }
}

import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { isSignedBy } from '#platform/security';
import { CallbackSignatureException, LeaseLostException } from '../tasks/agents.exceptions.js';
import { AgentRepository } from '../registry/agent.repository.js';
import { TaskTransitionRepository } from './task-transition.repository.js';
import { AgentSecretRepository } from '../runners/agent-secret.repository.js';
import { AttemptOutcomeService } from './attempt-outcome.service.js';

/** How a remote agent says that it is done. */
export interface AgentCallbackResult {
  readonly attempt: number;
  readonly status: 'succeeded' | 'failed';
  readonly output?: unknown;
  readonly error?: {
    readonly code?: string | undefined;
    readonly message: string;
    readonly retryable?: boolean | undefined;
  };
}

/** Ends attempts that a remote agent accepted with 202. */
@Injectable()
export class AgentCallbackService {
  constructor(
    private readonly database: Database,
    private readonly transitions: TaskTransitionRepository,
    private readonly agents: AgentRepository,
    private readonly secrets: AgentSecretRepository,
    private readonly outcomes: AttemptOutcomeService,
  ) {}

  /**
   * @param body the raw body, which the signature is over
   * @throws CallbackSignatureException for an unknown task too, so that strangers learn nothing
   * @throws LeaseLostException when the attempt is not the one that is waited for
   */
  async accept(taskId: string, body: string, signature: string, result: AgentCallbackResult): Promise<void> {
    const locked = await this.database.transaction((tx) => this.transitions.lock(tx, taskId));
    const secret = locked && (await this.secretOf(locked.agentId));
    if (!locked || secret === undefined || !isSignedBy(body, signature, secret)) throw new CallbackSignatureException();
    const { task, leaseToken, awaitsCallback } = locked;
    if (!awaitsCallback || leaseToken === null || task.attempt !== result.attempt) {
      throw new LeaseLostException('The attempt is not waited for (any more)');
    }
    const lease = { id: taskId, leaseToken };
    if (result.status === 'succeeded') return this.outcomes.succeed({ ...lease, output: result.output });
    const {
      code = 'AGENT.EXECUTION_FAILED',
      message = 'The agent gave no reason',
      retryable = true,
    } = result.error ?? {};
    await this.outcomes.fail(lease, { failure: { code, message }, retryable, blame: 'agent' });
  }

  private async secretOf(agentId: string): Promise<string | undefined> {
    const encrypted = await this.agents.secretOf(agentId);
    return encrypted === undefined ? undefined : this.secrets.decrypt(encrypted, agentId);
  }
}

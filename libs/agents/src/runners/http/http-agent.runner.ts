import { Injectable } from '@nestjs/common';
import { OutboundHttp, PublicAddress } from '#platform/http';
import { sign, SIGNATURE_HEADER } from '#platform/security';
import { AttemptFailedException } from '../../tasks/agents.exceptions.js';
import { unstorable } from '../../tasks/json-value.js';
import type { JsonObject } from '../../tasks/task.js';
import { type OutboundAnswer, OutboundHttpClient } from './outbound-http.client.js';
import type { AgentRunner, ConfigFault, RunResult } from '../agent-runner.js';
import { AgentSecretRepository } from '../agent-secret.repository.js';
import type { ClaimedTask } from '../claimed-task.js';

/** Client errors that another attempt can mend: too slow, too early, too many. */
const RETRYABLE_STATUSES = new Set([408, 425, 429]);

/** Client errors that say the parameters are wrong, not the agent. */
const CALLER_STATUSES = new Set([400, 409, 413, 422]);

/** Gives a task to an agent of kind `http`. */
@Injectable()
export class HttpAgentRunner implements AgentRunner {
  readonly kind = 'http';

  constructor(
    private readonly outbound: OutboundHttp,
    private readonly client: OutboundHttpClient,
    private readonly secrets: AgentSecretRepository,
    private readonly address: PublicAddress,
  ) {}

  check(config: JsonObject): ConfigFault | undefined {
    if (!this.outbound.isRefused(String(config['url']))) return undefined;
    return { field: 'url', message: 'must not lead inside this network, unless AGENTS_ALLOWED_HOSTS lists its host' };
  }

  /** @throws AttemptFailedException when the agent refuses, fails or answers what cannot be used */
  async run(claimed: ClaimedTask, signal: AbortSignal): Promise<RunResult> {
    const { task, agentId, encryptedSecret, traceparent, config } = claimed;
    if (encryptedSecret === null) {
      throw new AttemptFailedException('AGENT.SECRET_MISSING', 'The agent has no secret to sign with', {
        retryable: false,
      });
    }
    const secret = this.secrets.decrypt(encryptedSecret, agentId);
    const body = JSON.stringify({
      taskId: task.id,
      attempt: task.attempt,
      agent: task.agent,
      taskDescription: task.taskDescription,
      parameters: task.parameters,
      deadlineAt: task.deadlineAt,
      callbackUrl: `${this.address.origin}/api/v1/tasks/${task.id}/callback`,
    });
    const headers = {
      [SIGNATURE_HEADER]: sign(body, secret),
      'X-Task-Id': task.id,
      ...(traceparent !== null && { traceparent }),
    };
    return toResult(await this.post(String(config['url']), body, headers, signal));
  }

  private async post(
    url: string,
    body: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<OutboundAnswer> {
    try {
      return await this.client.post(url, body, headers, signal);
    } catch (error) {
      if (signal.aborted || error instanceof AttemptFailedException) throw error;
      const code = (error as NodeJS.ErrnoException).code ?? 'no answer';
      throw new AttemptFailedException('AGENT.UNREACHABLE', `The agent cannot be reached (${code})`, {
        retryable: true,
        cause: error,
      });
    }
  }
}

function toResult({ status, headers, body }: OutboundAnswer): RunResult {
  if (status === 202) return { awaitsCallback: true };
  if (status >= 200 && status < 300) return { output: parseOutput(body) };
  const retryable = status >= 500 || RETRYABLE_STATUSES.has(status);
  throw new AttemptFailedException('AGENT.REFUSED', `The agent answered ${status}`, {
    retryable,
    blame: CALLER_STATUSES.has(status) ? 'elsewhere' : 'agent',
    retryAfterMs: retryAfterMs(headers['retry-after']),
    holdsBack: status === 429 || status === 503,
  });
}

function parseOutput(body: string): unknown {
  let output: unknown;
  try {
    output = body.trim() === '' ? null : JSON.parse(body);
  } catch (error) {
    throw new AttemptFailedException('AGENT.BAD_OUTPUT', 'The agent did not answer with JSON', {
      retryable: false,
      cause: error,
    });
  }
  const problem = unstorable(output);
  if (problem === undefined) return output;
  throw new AttemptFailedException('AGENT.BAD_OUTPUT', `The answer of the agent holds ${problem}`, {
    retryable: false,
  });
}

/** Seconds only; a date (RFC 9110 §10.2.3) would need the agent's clock to agree with ours. */
function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}

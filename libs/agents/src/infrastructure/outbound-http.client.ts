import { Injectable } from '@nestjs/common';
import { AddressRefusedError, AnswerTooLargeError, type OutboundAnswer, OutboundHttp } from '#platform/http';
import { AttemptFailedError } from '../domain/agents.exceptions.js';
import { MAX_OUTPUT_BYTES } from '../domain/task.js';

export type { OutboundAnswer } from '#platform/http';

/** Calls to agents, and what their failure means for an attempt. */
@Injectable()
export class OutboundHttpClient {
  constructor(private readonly http: OutboundHttp) {}

  /** Whether calls to this address would be refused for what it says alone; names are judged when they are resolved. */
  isRefused(address: string): boolean {
    return this.http.isRefused(address);
  }

  /**
   * @throws AttemptFailedError when the address is refused or the answer too large; the transport's own error otherwise
   */
  async post(
    address: string,
    body: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<OutboundAnswer> {
    try {
      return await this.http.post(address, body, headers, signal, { maxBytes: MAX_OUTPUT_BYTES });
    } catch (error) {
      if (error instanceof AddressRefusedError) {
        throw new AttemptFailedError('AGENT.ADDRESS_REFUSED', error.message, { retryable: false, cause: error });
      }
      if (error instanceof AnswerTooLargeError) {
        throw new AttemptFailedError('AGENT.OUTPUT_TOO_LARGE', 'The answer of the agent is larger than 10 MB', {
          retryable: false,
          cause: error,
        });
      }
      throw error;
    }
  }
}

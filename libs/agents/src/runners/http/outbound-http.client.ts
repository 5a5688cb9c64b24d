import { Injectable } from '@nestjs/common';
import { AddressRefusedError, AnswerTooLargeError, type OutboundAnswer, OutboundHttp } from '#platform/http';
import { AttemptFailedException } from '../../tasks/agents.exceptions.js';
import { MAX_OUTPUT_BYTES } from '../../tasks/task.js';

export type { OutboundAnswer } from '#platform/http';

/** Calls to agents, and what their failure means for an attempt. */
@Injectable()
export class OutboundHttpClient {
  constructor(private readonly http: OutboundHttp) {}

  /**
   * @throws AttemptFailedException when the address is refused or the answer too large; the transport's own error otherwise
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
        throw new AttemptFailedException('AGENT.ADDRESS_REFUSED', error.message, { retryable: false, cause: error });
      }
      if (error instanceof AnswerTooLargeError) {
        throw new AttemptFailedException('AGENT.OUTPUT_TOO_LARGE', 'The answer of the agent is larger than 10 MB', {
          retryable: false,
          cause: error,
        });
      }
      throw error;
    }
  }
}

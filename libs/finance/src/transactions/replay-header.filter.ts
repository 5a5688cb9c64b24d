import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { ProblemDetailsFilter } from '#platform/http';
import { PostingRefusedException } from '../books/finance.exceptions.js';

/** Marks a refusal that was answered before; the problem document is the one of every failure. */
@Catch(PostingRefusedException)
export class ReplayHeaderFilter implements ExceptionFilter<PostingRefusedException> {
  constructor(private readonly problems: ProblemDetailsFilter) {}

  catch(refusal: PostingRefusedException, host: ArgumentsHost): Promise<void> {
    const reply = host.switchToHttp().getResponse<{ header(name: string, value: string): unknown }>();
    if (refusal.isReplay) reply.header('Idempotent-Replayed', 'true');
    return this.problems.catch(refusal, host);
  }
}

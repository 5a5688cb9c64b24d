import { AppException } from '#platform/kernel';

/** The caller has made more requests than the limit of this window allows. */
export class RateLimitExceededException extends AppException {
  constructor(retryAfterSeconds: number) {
    super(
      { code: 'SECURITY.RATE_LIMITED', category: 'security', kind: 'rate_limited' },
      `Too many requests; try again in ${retryAfterSeconds} s`,
      { retryAfterSeconds },
    );
  }
}

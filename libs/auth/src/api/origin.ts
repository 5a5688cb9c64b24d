import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { GuardedRequest } from '#platform/security';
import type { Origin } from '../application/audit.service.js';

/** Address and program of the caller, for the audit trail. */
export const RequestOrigin = createParamDecorator((_: unknown, context: ExecutionContext): Origin => {
  const { ip, headers } = context.switchToHttp().getRequest<GuardedRequest>();
  const userAgent = headers['user-agent'];
  return { ip, userAgent: typeof userAgent === 'string' ? userAgent : undefined };
});

import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { includesRole, type Role, RoleRequiredError, TokenMissingError } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { PUBLIC_ROUTE, REQUIRED_ROLE } from './access.decorators.js';
import type { GuardedRequest } from './principal.js';

/** Lets a caller pass who holds the role the route asks for. A route that asks for nothing is closed. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly logger: AppLogger,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC_ROUTE, targets)) return true;
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    if (!request.user) throw request.authenticationFailure ?? new TokenMissingError();
    const required = this.reflector.getAllAndOverride<Role | undefined>(REQUIRED_ROLE, targets);
    if (required !== undefined && includesRole(request.user.role, required)) return true;
    this.logger.security({
      category: 'authorization',
      event: 'role.denied',
      outcome: 'failure',
      userId: request.user.id,
      clientIp: request.ip,
      details: { required: required ?? 'none declared', role: request.user.role },
    });
    throw new RoleRequiredError(`This needs the role ${required ?? 'of nobody'}`, {
      details: { requiredRole: required ?? null, role: request.user.role },
    });
  }
}

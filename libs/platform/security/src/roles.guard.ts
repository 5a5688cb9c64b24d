import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Clock, includesRole, type Role, RoleRequiredError, TokenMissingError } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { PUBLIC_ROUTE, RECENT_PROOF, REQUIRED_ROLE, SESSION_ONLY } from './access.decorators.js';
import {
  PROOF_LIFETIME_MS,
  ReauthenticationRequiredException,
  SessionRequiredException,
} from './credential.exceptions.js';
import type { GuardedRequest, Principal } from './principal.js';

/** Lets a caller pass who holds the role, and acts by the credential, that the route asks for. A route that asks for nothing is closed. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly logger: AppLogger,
    private readonly clock: Clock,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC_ROUTE, targets)) return true;
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    if (!request.user) throw request.authenticationFailure ?? new TokenMissingError();
    const required = this.reflector.getAllAndOverride<Role | undefined>(REQUIRED_ROLE, targets);
    if (required !== undefined && includesRole(request.user.role, required)) {
      this.checkCredential(request.user, targets);
      return true;
    }
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

  private checkCredential({ credential }: Principal, targets: Parameters<Reflector['getAllAndOverride']>[1]): void {
    const isSession = credential.kind === 'session';
    if (!isSession && this.reflector.getAllAndOverride(SESSION_ONLY, targets)) throw new SessionRequiredException();
    if (!isSession || !this.reflector.getAllAndOverride(RECENT_PROOF, targets)) return;
    const provenAt = credential.provenAt?.getTime() ?? 0;
    if (this.clock.millis() - provenAt > PROOF_LIFETIME_MS) throw new ReauthenticationRequiredException();
  }
}

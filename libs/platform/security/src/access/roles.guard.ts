import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Clock, includesRole, RoleRequiredException, TokenMissingException } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { accessOf, type RouteAccess } from './access.decorator.js';
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
    private readonly logger: AppLogger,
    private readonly clock: Clock,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    const access = accessOf(request);
    if (access.isPublic) return true;
    if (!request.user) throw request.authenticationFailure ?? new TokenMissingException();
    const { requiredRole: required } = access;
    if (required !== undefined && includesRole(request.user.role, required)) {
      this.checkCredential(request.user, access);
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
    throw new RoleRequiredException(`This needs the role ${required ?? 'of nobody'}`, {
      details: { requiredRole: required ?? null, role: request.user.role },
    });
  }

  private checkCredential({ credential }: Principal, { isSessionOnly, needsRecentProof }: RouteAccess): void {
    const isSession = credential.kind === 'session';
    if (!isSession && isSessionOnly) throw new SessionRequiredException();
    if (!isSession || !needsRecentProof) return;
    const provenAt = credential.provenAt?.getTime() ?? 0;
    if (this.clock.millis() - provenAt > PROOF_LIFETIME_MS) throw new ReauthenticationRequiredException();
  }
}

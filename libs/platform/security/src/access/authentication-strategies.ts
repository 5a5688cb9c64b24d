import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import passport, { type Strategy } from 'passport';
import { AppException } from '#platform/kernel';
import type { GuardedRequest, Principal } from './principal.js';

/** A strategy that may know a caller again. */
export interface KnowingStrategy extends Strategy {
  /** The caller, when it was proven so lately that nothing has to be asked; otherwise the strategy is run. */
  recall?(request: GuardedRequest): Principal | undefined;

  /**
   * Whose credential it was when it was proven genuine last, in this process and without asking anybody. It may have ended since: good
   * for telling regular callers from strangers, and for nothing else.
   */
  recognise?(request: GuardedRequest): string | undefined;

  /** The caller, by a credential of this strategy; `undefined` when there is none. It fails when the credential is not genuine. */
  prove?(request: GuardedRequest): Promise<Principal> | undefined;
}

/**
 * The passport strategies that requests are authenticated by, in the order they are tried; the auth module puts its own in.
 *
 * Passport's registry is one for the process, so each application registers under names of its own. Strategies must be
 * registered by name: passport hangs the callbacks of a request onto the strategy, and makes a copy for each request only
 * of those it knows by name. One handed over as an object would give parallel requests each other's callers.
 */
@Injectable()
export class AuthenticationStrategies {
  readonly names: string[] = [];
  private readonly application = randomUUID();
  private readonly strategies: KnowingStrategy[] = [];

  add(strategy: KnowingStrategy): void {
    const name = `${strategy.name ?? 'strategy'}:${this.application}`;
    passport.use(name, strategy);
    this.names.push(name);
    this.strategies.push(strategy);
  }

  /** The caller, when one of the strategies knows it again. */
  recall(request: GuardedRequest): Principal | undefined {
    for (const strategy of this.strategies) {
      const principal = strategy.recall?.(request);
      if (principal) return principal;
    }
    return undefined;
  }

  /** The id of the user, when one of the strategies has seen the credential before; see `KnowingStrategy.recognise`. */
  recognise(request: GuardedRequest): string | undefined {
    for (const strategy of this.strategies) {
      const user = strategy.recognise?.(request);
      if (user !== undefined) return user;
    }
    return undefined;
  }

  /** Whether the request carries a credential that is genuine now; also when that cannot be told, as while the database is away. */
  async isGenuine(request: GuardedRequest): Promise<boolean> {
    for (const strategy of this.strategies) {
      const proof = strategy.prove?.(request);
      if (!proof) continue;
      return proof.then(
        () => true,
        (error: unknown) => !(error instanceof AppException && error.kind === 'unauthenticated'),
      );
    }
    return false;
  }
}

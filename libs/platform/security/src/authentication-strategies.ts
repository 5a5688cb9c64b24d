import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import passport, { type Strategy } from 'passport';

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

  add(strategy: Strategy): void {
    const name = `${strategy.name ?? 'strategy'}:${this.application}`;
    passport.use(name, strategy);
    this.names.push(name);
  }
}

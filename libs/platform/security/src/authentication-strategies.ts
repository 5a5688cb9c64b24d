import { Injectable } from '@nestjs/common';
import type { Strategy } from 'passport';

/**
 * The passport strategies that requests are authenticated by, in the order they are tried. The auth module puts its own in;
 * kept per application rather than in passport's global registry, so that several can live in one process.
 */
@Injectable()
export class AuthenticationStrategies {
  readonly list: Strategy[] = [];

  add(strategy: Strategy): void {
    this.list.push(new PerRequest(strategy));
  }
}

type Authenticate = (request: unknown, options: unknown) => void;

/** What passport hangs onto a strategy. */
const CALLBACKS = ['success', 'fail', 'redirect', 'pass', 'error'];

/**
 * Passport hangs the callbacks of a request (`success`, `fail`, …) onto the strategy. Of a strategy it knows by name it makes a
 * copy for each request; one that it is given as an object it uses as it is, and requests at the same time would get each
 * other's callers. Passport calls `authenticate` right after setting the callbacks: taken along here, they are the request's own.
 */
class PerRequest {
  constructor(private readonly strategy: Strategy) {}

  authenticate(request: unknown, options: unknown): void {
    const callbacks = this as unknown as Readonly<Record<string, unknown>>;
    const own = Object.create(this.strategy) as Strategy & Record<string, unknown>;
    for (const name of CALLBACKS) own[name] = callbacks[name];
    (own as { authenticate: Authenticate }).authenticate(request, options);
  }
}

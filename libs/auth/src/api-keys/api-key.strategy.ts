import { Injectable } from '@nestjs/common';
import { Strategy } from 'passport';
import {
  AuthenticationStrategies,
  type GuardedRequest,
  type KnowingStrategy,
  type Principal,
} from '#platform/security';
import { ApiKeyAuthenticationService } from './api-key-authentication.service.js';

/** Authenticates `X-API-Key: <key>`. */
@Injectable()
export class ApiKeyStrategy extends Strategy implements KnowingStrategy {
  override readonly name = 'api-key';

  constructor(
    private readonly apiKeys: ApiKeyAuthenticationService,
    strategies: AuthenticationStrategies,
  ) {
    super();
    strategies.add(this);
  }

  recognise({ headers }: GuardedRequest): string | undefined {
    const key = headers['x-api-key'];
    return typeof key === 'string' ? this.apiKeys.recognise(key) : undefined;
  }

  prove({ headers, ip, signatureSuffices }: GuardedRequest): Promise<Principal> | undefined {
    const key = headers['x-api-key'];
    return typeof key === 'string' ? this.apiKeys.authenticate(key, ip, signatureSuffices) : undefined;
  }

  override authenticate(request: unknown): void {
    const proof = this.prove(request as GuardedRequest);
    if (!proof) {
      this.fail('no API key');
      return;
    }
    // passport calls the strategy on an object of its own that inherits from it: the outcome must go to that object.
    proof.then(
      (principal) => this.success(principal),
      (error: unknown) => this.error(error),
    );
  }
}

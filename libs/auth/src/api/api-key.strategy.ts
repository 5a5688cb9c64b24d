import { Injectable } from '@nestjs/common';
import { Strategy } from 'passport';
import { AuthenticationStrategies, type GuardedRequest } from '#platform/security';
import { ApiKeyAuthenticationService } from '../application/api-key-authentication.service.js';

/** Authenticates `X-API-Key: <key>`. */
@Injectable()
export class ApiKeyStrategy extends Strategy {
  override readonly name = 'api-key';

  constructor(
    private readonly apiKeys: ApiKeyAuthenticationService,
    strategies: AuthenticationStrategies,
  ) {
    super();
    strategies.add(this);
  }

  override authenticate(request: unknown): void {
    const { headers, ip, signatureSuffices } = request as GuardedRequest;
    const key = headers['x-api-key'];
    if (typeof key !== 'string') {
      this.fail('no API key');
      return;
    }
    // passport calls the strategy on an object of its own that inherits from it: the outcome must go to that object.
    this.apiKeys.authenticate(key, ip, signatureSuffices).then(
      (principal) => this.success(principal),
      (error: unknown) => this.error(error),
    );
  }
}

import { Injectable } from '@nestjs/common';
import { TokenInvalidException } from '#platform/kernel';
import type { Principal } from '#platform/security';
import { OAuthException } from './oauth.exceptions.js';
import { ApiKeyAuthenticationService } from '../api-keys/api-key-authentication.service.js';

/** Authenticates OAuth clients: `client_id` is the id of an API key, `client_secret` the key (RFC 6749 §2.3). */
@Injectable()
export class OAuthClientService {
  constructor(private readonly apiKeys: ApiKeyAuthenticationService) {}

  /** @throws OAuthException `invalid_client` */
  async authenticate(clientId: string, clientSecret: string, ip: string): Promise<Principal> {
    try {
      const principal = await this.apiKeys.authenticate(clientSecret, ip);
      if (principal.credential.id === clientId.toLowerCase()) return principal;
    } catch (error) {
      if (!(error instanceof TokenInvalidException)) throw error;
    }
    throw new OAuthException('invalid_client', 'The client is unknown, or its secret is wrong, revoked or expired');
  }
}

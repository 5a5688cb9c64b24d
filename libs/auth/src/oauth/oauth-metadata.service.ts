import { Injectable } from '@nestjs/common';
import { ROLES } from '#platform/kernel';
import { PublishedKeys } from '#platform/security';
import { TokenKeysService } from '../tokens/token-keys.service.js';
import { TokenIssuerService } from '../tokens/token-issuer.service.js';

/** What others may know of how tokens are made. */
@Injectable()
export class OAuthMetadataService {
  constructor(
    private readonly keys: TokenKeysService,
    private readonly others: PublishedKeys,
    private readonly tokenIssuer: TokenIssuerService,
  ) {}

  get issuer(): string {
    return this.tokenIssuer.address;
  }

  /** Keys of tokens, none while they are signed with a key that nobody else has, and keys that other modules sign with. */
  async publishedKeys(): Promise<object[]> {
    return [...this.keys.published, ...(await this.others.all())];
  }

  /** Scopes are roles. */
  scopes(): string[] {
    return [...ROLES];
  }
}

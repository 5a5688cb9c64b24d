import { Injectable } from '@nestjs/common';
import { ROLES } from '#platform/kernel';
import { type PublishedKey, TokenKeys } from '../infrastructure/token-keys.js';
import { TokenIssuer } from './token-issuer.service.js';

/** What others may know of how tokens are made. */
@Injectable()
export class OAuthMetadataService {
  constructor(
    private readonly keys: TokenKeys,
    private readonly tokenIssuer: TokenIssuer,
  ) {}

  get issuer(): string {
    return this.tokenIssuer.address;
  }

  /** None while tokens are signed with a key that nobody else has. */
  publishedKeys(): PublishedKey[] {
    return [...this.keys.published];
  }

  /** Scopes are roles. */
  scopes(): string[] {
    return [...ROLES];
  }
}

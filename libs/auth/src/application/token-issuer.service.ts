import { Injectable } from '@nestjs/common';
import { EnvironmentConfig, ServerConfig } from '#config';
import { PublicAddress } from '#platform/http';

/** An issuer of another replica of a service whose PUBLIC_URL is not set: the same kind of address, another port. */
const LOCAL_ISSUER = /^http:\/\/[A-Za-z0-9.:[\]-]+$/;

/** Who issues our tokens: `PUBLIC_URL`, else the address listened on. */
@Injectable()
export class TokenIssuer {
  constructor(
    private readonly server: ServerConfig,
    private readonly environment: EnvironmentConfig,
    private readonly publicAddress: PublicAddress,
  ) {}

  /** An address without a closing slash. */
  get address(): string {
    if (this.server.publicUrl !== undefined) return this.publicAddress.origin;
    const host = this.server.host ?? (this.environment.isProduction ? '0.0.0.0' : '127.0.0.1');
    return `http://${host.includes(':') ? `[${host}]` : host}:${this.publicAddress.port}`;
  }

  /** Whether a token with this `iss` is one of this service's. */
  isOurs(issuer: unknown): boolean {
    if (typeof issuer !== 'string') return false;
    return this.server.publicUrl === undefined ? LOCAL_ISSUER.test(issuer) : issuer === this.address;
  }
}

import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { EnvironmentConfig, ServerConfig } from '#config';

/** An issuer of another replica of a service whose PUBLIC_URL is not set: the same kind of address, another port. */
const LOCAL_ISSUER = /^http:\/\/[A-Za-z0-9.:[\]-]+$/;

/** Who issues our tokens: `PUBLIC_URL`, else the address listened on. */
@Injectable()
export class TokenIssuer {
  constructor(
    private readonly server: ServerConfig,
    private readonly environment: EnvironmentConfig,
    private readonly host: HttpAdapterHost,
  ) {}

  /** An address without a closing slash. */
  get address(): string {
    if (this.server.publicUrl !== undefined) return this.server.publicUrl.replace(/\/$/, '');
    const host = this.server.host ?? (this.environment.isProduction ? '0.0.0.0' : '127.0.0.1');
    return `http://${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }

  /** Whether a token with this `iss` is one of this service's. */
  isOurs(issuer: unknown): boolean {
    if (typeof issuer !== 'string') return false;
    return this.server.publicUrl === undefined ? LOCAL_ISSUER.test(issuer) : issuer === this.address;
  }

  /** Port 0 means that the system chose one. */
  private get port(): number {
    const server = this.host.httpAdapter?.getHttpServer() as { address?(): unknown } | undefined;
    const address = server?.address?.();
    const isBound = typeof address === 'object' && address !== null && 'port' in address;
    return isBound ? Number(address.port) : this.server.port;
  }
}

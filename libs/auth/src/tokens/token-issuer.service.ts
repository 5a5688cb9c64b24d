import { Injectable } from '@nestjs/common';
import { EnvironmentConfig, ServerConfig } from '#config';
import { PublicAddress } from '#platform/http';
import { Clock } from '#platform/kernel';
import { TokenIssuerRepository } from './token-issuer.repository.js';

/** How long an announcement is enough, and how long it is remembered: longer than any token lives. */
const ANNOUNCE_EVERY_MS = 60 * 60_000;
const REMEMBER_MS = 30 * 24 * 60 * 60_000;

/**
 * Who issues our tokens: `PUBLIC_URL`, else the address listened on. Without it each process has an address of its own, and the others
 * take what it issued because the database knows it; what is merely signed with our key is not enough (RFC 9068 §4).
 */
@Injectable()
export class TokenIssuerService {
  private announcedAt = 0;
  /** Other processes of this service. */
  private readonly siblings = new Set<string>();

  constructor(
    private readonly server: ServerConfig,
    private readonly environment: EnvironmentConfig,
    private readonly publicAddress: PublicAddress,
    private readonly issuers: TokenIssuerRepository,
    private readonly clock: Clock,
  ) {}

  /** An address without a closing slash. */
  get address(): string {
    if (this.server.publicUrl !== undefined) return this.publicAddress.origin;
    const host = this.server.host ?? (this.environment.isProduction ? '0.0.0.0' : '127.0.0.1');
    return `http://${host.includes(':') ? `[${host}]` : host}:${this.publicAddress.port}`;
  }

  /** The `iss` of a token that is about to be issued; from now on other processes take it. */
  async announce(): Promise<string> {
    const { address } = this;
    const now = this.clock.now();
    if (this.server.publicUrl === undefined && now.getTime() - this.announcedAt > ANNOUNCE_EVERY_MS) {
      await this.issuers.remember(address, now);
      await this.issuers.forgetBefore(new Date(now.getTime() - REMEMBER_MS));
      this.announcedAt = now.getTime();
    }
    return address;
  }

  /** Whether a token with this `iss` is one of this service's. Only asked of tokens that were signed with our key. */
  async isOurs(issuer: unknown): Promise<boolean> {
    if (typeof issuer !== 'string') return false;
    if (issuer === this.address || this.siblings.has(issuer)) return true;
    if (this.server.publicUrl !== undefined || !(await this.issuers.isKnown(issuer))) return false;
    this.siblings.add(issuer);
    return true;
  }
}

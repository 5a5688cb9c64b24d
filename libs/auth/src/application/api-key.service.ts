import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, inTime, translateDatabaseError } from '#platform/database';
import {
  Clock,
  ConnectionError,
  Ids,
  includesRole,
  rankOf,
  RecentMap,
  type Role,
  TokenInvalidError,
  uuidFromBytes,
  uuidToBytes,
} from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import type { Principal } from '#platform/security';
import { ApiKeyNotFoundException, RankViolationException } from '../domain/auth.exceptions.js';
import { isAllowedFrom } from '../domain/ip-allowlist.js';
import { type ApiKey, ApiKeyRepository, type ApiKeyStanding } from '../infrastructure/api-key.repository.js';

export type { ApiKey } from '../infrastructure/api-key.repository.js';
import { AuditService, type Origin } from './audit.service.js';

const PREFIX = 'dsk_';

/** How long a route that works without the database waits for it. */
const PATIENCE_MS = 1_000;
const ID_BYTES = 16;
const SECRET_BYTES = 32;

/** A busy key's last use is written no more often than this. */
const TOUCH_AFTER_MS = 60_000;

/** Keys whose standing is remembered for an outage of the database. */
const MAX_REMEMBERED = 1_000;

interface FoundStanding {
  readonly standing: ApiKeyStanding | undefined;
  /** Asked of the database just now. */
  readonly isCurrent: boolean;
}

export interface ApiKeyRequest {
  name: string;
  role?: Role | undefined;
  expiresAt?: Date | undefined;
  ipAllowlist?: readonly string[] | undefined;
  agents?: readonly string[] | undefined;
}

/**
 * Keys for programs: `dsk_` and base64url of the key's id and 256 random bits. A key acts with a role no higher than its
 * owner's at any time. Only a SHA-256 is kept: the secret is random, so it needs no slow hash.
 */
@Injectable()
export class ApiKeyService {
  /** Keys as they were found last; the ones that were not used for longest are forgotten first. */
  private readonly remembered = new RecentMap<string, ApiKeyStanding>(MAX_REMEMBERED);
  /** Keys that were taken from memory in this outage, each logged once. */
  private readonly told = new Set<string>();

  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly audit: AuditService,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly logger: AppLogger,
  ) {}

  /**
   * Makes a key; its text is in the answer and nowhere else.
   *
   * @throws RankViolationException when the role is above the owner's
   */
  async create(owner: Principal, request: ApiKeyRequest, origin: Origin): Promise<{ apiKey: ApiKey; key: string }> {
    const role = request.role ?? owner.role;
    if (!includesRole(owner.role, role))
      throw new RankViolationException('A key cannot have a higher role than its owner');
    const id = this.ids.next();
    const secret = randomBytes(SECRET_BYTES);
    const apiKey = {
      id,
      userId: owner.id,
      name: request.name,
      role,
      ipAllowlist: [...(request.ipAllowlist ?? [])],
      agents: [...(request.agents ?? [])],
      createdAt: this.clock.now(),
      expiresAt: request.expiresAt ?? null,
      lastUsedAt: null,
    };
    await this.database.transaction(async (tx) => {
      await this.keys.insert(tx, { ...apiKey, secretDigest: digestOf(secret) });
      const details = { keyId: id, name: request.name, role };
      await this.audit.record(tx, {
        action: 'api_key.created',
        actorId: owner.id,
        subjectId: owner.id,
        origin,
        details,
      });
    });
    return { apiKey, key: textOf(id, secret) };
  }

  list(owner: Principal): Promise<ApiKey[]> {
    return this.keys.listOf(owner.id);
  }

  /**
   * Gives a key another secret; the one before, and the access tokens it was exchanged for, are refused from then on.
   *
   * @throws ApiKeyNotFoundException
   */
  async rotate(owner: Principal, id: string, origin: Origin): Promise<{ apiKey: ApiKey; key: string }> {
    const secret = randomBytes(SECRET_BYTES);
    const apiKey = await this.database.transaction(async (tx) => {
      const rotated = await this.keys.replaceSecret(tx, id, owner.id, digestOf(secret));
      if (!rotated) throw new ApiKeyNotFoundException();
      const entry = { actorId: owner.id, subjectId: owner.id, origin, details: { keyId: id } };
      await this.audit.record(tx, { action: 'api_key.rotated', ...entry });
      return rotated;
    });
    return { apiKey, key: textOf(id, secret) };
  }

  /** @throws ApiKeyNotFoundException */
  async revoke(owner: Principal, id: string, origin: Origin): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (!(await this.keys.revoke(tx, id, owner.id))) throw new ApiKeyNotFoundException();
      const entry = { actorId: owner.id, subjectId: owner.id, origin, details: { keyId: id } };
      await this.audit.record(tx, { action: 'api_key.revoked', ...entry });
    });
  }

  /**
   * Who a key stands for. Asked of PostgreSQL every time: a revoked key is refused at once.
   *
   * @param mayRemember whether what was found last in this process is enough while the database is away; that is logged
   * @throws TokenInvalidError when the key is unknown, revoked, expired, or used from an address that is not listed
   */
  async authenticate(key: string, ip: string, mayRemember = false): Promise<Principal> {
    const text = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : '';
    const bytes = Buffer.from(text, 'base64url');
    if (bytes.length !== ID_BYTES + SECRET_BYTES || bytes.toString('base64url') !== text) throw new TokenInvalidError();
    const id = uuidFromBytes(bytes.subarray(0, ID_BYTES));
    const { standing, isCurrent } = await this.standingOf(id, mayRemember);
    if (!standing || !timingSafeEqual(standing.secretDigest, digestOf(bytes.subarray(ID_BYTES))))
      throw new TokenInvalidError();
    if (!isAllowedFrom(ip, standing.ipAllowlist)) throw new TokenInvalidError('The key is not valid from this address');
    const isLongAgo = this.clock.millis() - (standing.lastUsedAt?.getTime() ?? 0) > TOUCH_AFTER_MS;
    if (isCurrent && isLongAgo) await this.keys.touch(id);
    const { userId, owner, agents } = standing;
    return { id: userId, role: roleOfKey(standing), username: owner.username, apiKeyId: id, agents };
  }

  private async standingOf(id: string, mayRemember: boolean): Promise<FoundStanding> {
    try {
      const found = this.keys.findStanding(id);
      const standing = await (mayRemember ? inTime(found, PATIENCE_MS) : found);
      if (standing) this.remembered.set(id, standing);
      else this.remembered.delete(id);
      this.told.delete(id);
      return { standing, isCurrent: true };
    } catch (error) {
      const standing = this.remembered.get(id);
      const isOver = (standing?.expiresAt?.getTime() ?? Infinity) <= this.clock.millis();
      if (!mayRemember || !standing || isOver || !(translateDatabaseError(error) instanceof ConnectionError))
        throw error;
      if (!this.told.has(id)) {
        this.told.add(id);
        this.logger.warn('The database is away: an API key is taken as it was found last', 'Auth', { apiKeyId: id });
      }
      return { standing, isCurrent: false };
    }
  }
}

/** The lower of the key's role and what its owner is now. */
export function roleOfKey({ role, owner }: ApiKeyStanding): Role {
  return rankOf(owner.role) < rankOf(role) ? owner.role : role;
}

function textOf(id: string, secret: Buffer): string {
  return PREFIX + Buffer.concat([uuidToBytes(id), secret]).toString('base64url');
}

function digestOf(secret: Buffer): Buffer {
  return createHash('sha256').update(secret).digest();
}

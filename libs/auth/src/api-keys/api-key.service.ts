import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { type KeyedRequest, KeyedRequests } from '#platform/idempotency';
import { Clock, Ids, type Role, TokenInvalidException } from '#platform/kernel';
import type { Principal } from '#platform/security';
import { digestOfSecret, formatApiKey, SECRET_BYTES } from './api-key-text.js';
import { ApiKeyNotFoundException, KeyExpiryException } from '../identities/auth.exceptions.js';
import { assertWithin, powersFor, powersOf } from './credential-rules.js';
import { type ApiKey, ApiKeyRepository } from './api-key.repository.js';
import { SessionRepository } from '../sessions/session.repository.js';
import { AuditService } from '../audit/audit.service.js';

export type { ApiKey } from './api-key.repository.js';

export interface ApiKeyRequest {
  name: string;
  role?: Role | undefined;
  expiresAt?: Date | undefined;
  ipAllowlist?: readonly string[] | undefined;
  agents?: readonly string[] | undefined;
}

/**
 * Keys for programs. A person handles all of his; a key, or a token it was exchanged for, only those that it made, and never one that
 * may do more than itself.
 */
@Injectable()
export class ApiKeyService {
  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly sessions: SessionRepository,
    private readonly audit: AuditService,
    private readonly requests: KeyedRequests,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * Makes a key; its text is in the answer and, encrypted, in what is kept for the request's idempotency key. What is not asked for it
   * has from its maker.
   *
   * @param show what is answered
   * @throws KeyExpiryException, CredentialExceededException when it would do more than its maker; TokenInvalidException when the maker ends
   *   meanwhile
   */
  create<A>(
    keyed: KeyedRequest,
    maker: Principal,
    request: ApiKeyRequest,
    show: (apiKey: ApiKey, key: string) => A,
  ): Promise<A> {
    return this.requests.once(keyed, async (tx) => show(...(await this.insert(tx, maker, request))));
  }

  private async insert(tx: Transaction, maker: Principal, request: ApiKeyRequest): Promise<[ApiKey, string]> {
    if (request.expiresAt && request.expiresAt <= this.clock.now()) throw new KeyExpiryException();
    const own = powersOf(maker);
    const powers = powersFor(own, request);
    assertWithin(own, powers);
    const id = this.ids.next();
    const secret = randomBytes(SECRET_BYTES);
    const apiKey: ApiKey = {
      id,
      userId: maker.id,
      parentId: keyOf(maker) ?? null,
      name: request.name,
      role: powers.role,
      ipAllowlist: [...powers.ipAllowlist],
      agents: [...powers.agents],
      createdAt: this.clock.now(),
      expiresAt: powers.expiresAt,
      lastUsedAt: null,
    };
    // Its maker must not end meanwhile, or the new key would outlive it.
    const { kind, id: makerId } = maker.credential;
    const isLiving = await (kind === 'session' ? this.sessions : this.keys).holdLiving(tx, makerId);
    if (!isLiving) throw new TokenInvalidException();
    await this.keys.insert(tx, { ...apiKey, secretDigest: digestOfSecret(secret) });
    await this.record(tx, maker, 'api_key.created', { keyId: id, name: request.name, role: powers.role });
    return [apiKey, formatApiKey(id, secret)];
  }

  /** The caller's living keys, newest first: all of a person, those that it made of a key. */
  list(caller: Principal): Promise<ApiKey[]> {
    return this.keys.listOf(caller.id, keyOf(caller));
  }

  /**
   * Gives a key another secret; the one before, and the access tokens it was exchanged for, are refused from then on.
   *
   * @param show what is answered
   * @throws ApiKeyNotFoundException, CredentialExceededException
   */
  rotate<A>(keyed: KeyedRequest, caller: Principal, id: string, show: (apiKey: ApiKey, key: string) => A): Promise<A> {
    return this.requests.once(keyed, async (tx) => {
      const secret = randomBytes(SECRET_BYTES);
      const found = await this.demand(tx, caller, id);
      await this.keys.replaceSecret(tx, id, digestOfSecret(secret));
      await this.record(tx, caller, 'api_key.rotated', { keyId: id });
      return show(found, formatApiKey(id, secret));
    });
  }

  /**
   * Ends a key and all that it made.
   *
   * @throws ApiKeyNotFoundException, CredentialExceededException
   */
  async revoke(caller: Principal, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.demand(tx, caller, id);
      const ended = await this.keys.revokeTree(tx, id);
      await this.record(tx, caller, 'api_key.revoked', { keyId: id, ended });
    });
  }

  /** The living key, locked, when the caller may handle it. */
  private async demand(tx: Transaction, caller: Principal, id: string): Promise<ApiKey> {
    const apiKey = await this.keys.lock(tx, id, caller.id);
    if (!apiKey) throw new ApiKeyNotFoundException();
    const callerKey = keyOf(caller);
    if (callerKey !== undefined) {
      // Before its powers are compared: what a caller may not see is not there for him.
      if (!(await this.keys.isDescendant(tx, id, callerKey))) throw new ApiKeyNotFoundException();
      assertWithin(powersOf(caller), apiKey);
    }
    return apiKey;
  }

  private record(tx: Transaction, { id }: Principal, action: string, details: Record<string, unknown>): Promise<void> {
    return this.audit.record(tx, { action, subjectId: id, details });
  }
}

/** The key by which a caller acts; a person acts by none. */
function keyOf({ credential }: Principal): string | undefined {
  return credential.kind === 'session' ? undefined : credential.id;
}

import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import {
  AppException,
  Clock,
  differingFields,
  type ExceptionIdentity,
  type FailureKind,
  fingerprintOf,
  type RequestFingerprint,
} from '#platform/kernel';
import { EncryptionService } from '#platform/security';
import { IdempotencyKeyReusedError, RequestInFlightError } from '../domain/errors.exceptions.js';
import { KeyedRequestRepository } from '../infrastructure/keyed-request.repository.js';

/** A request to make something. */
export interface KeyedRequest {
  readonly principalId: string;
  /** The client's idempotency key; without one the request is carried out each time. */
  readonly key: string | undefined;
  readonly operation: string;
  readonly fields: object;
  /** Called when the answer is one that was given before. */
  readonly onReplay: () => void;
}

interface Rejection {
  identity: ExceptionIdentity;
  message: string;
  details: Readonly<Record<string, unknown>>;
}

/** Kinds of rejections that are answers; all others may be different the next time. */
const LASTING = new Set<FailureKind>(['conflict', 'not_found', 'invalid']);

type Kept<A> = { answer: A } | { rejection: Rejection };

/** Carries a request out once for its key, whatever happens between client and service. */
@Injectable()
export class KeyedRequests {
  constructor(
    private readonly database: Database,
    private readonly requests: KeyedRequestRepository,
    private readonly encryption: EncryptionService,
    private readonly clock: Clock,
  ) {}

  /**
   * @param make does the work in the transaction and returns the answer, which must be JSON
   * @returns the answer of this or of the first request with the key; a rejection is thrown again likewise
   * @throws RequestInFlightError while another with the key is at work
   * @throws IdempotencyKeyReusedError when the key came with another request before
   */
  async once<A>(request: KeyedRequest, make: (tx: Transaction) => Promise<A>): Promise<A> {
    const { key } = request;
    if (key === undefined) return this.database.transaction(make);
    const kept = await this.database.transaction(async (tx) => {
      const known = await this.answered<A>(tx, request, key);
      if (known) return known;
      const fresh = await attempt(tx, make);
      await this.keep(tx, request, key, fresh);
      return fresh;
    });
    if ('answer' in kept) return kept.answer;
    const { identity, message, details } = kept.rejection;
    throw new AppException(identity, message, { details });
  }

  private async answered<A>(tx: Transaction, request: KeyedRequest, key: string): Promise<Kept<A> | undefined> {
    const { principalId, onReplay } = request;
    if (!(await this.requests.begin(tx, principalId, key))) throw new RequestInFlightError();
    const known = await this.requests.find(tx, principalId, key);
    if (!known) return undefined;
    const differing = differingFields(known.fingerprint, fingerprintOfRequest(request));
    if (differing.length > 0) {
      const errors = differing.map((path) => ({
        path,
        message: 'differs from the first request',
        code: 'idempotency',
      }));
      throw new IdempotencyKeyReusedError(undefined, { details: { errors } });
    }
    onReplay();
    return JSON.parse(this.encryption.decrypt(known.encryptedAnswer, placeOf(principalId, key)).toString()) as Kept<A>;
  }

  private async keep(tx: Transaction, request: KeyedRequest, key: string, kept: Kept<unknown>): Promise<void> {
    const { principalId } = request;
    const encryptedAnswer = this.encryption.encrypt(JSON.stringify(kept), placeOf(principalId, key));
    const fingerprint = fingerprintOfRequest(request);
    await this.requests.add(tx, principalId, key, { fingerprint, encryptedAnswer }, this.clock.now());
  }
}

/** Does the work; when it is rejected, undoes what it had begun and nothing else of the transaction. */
async function attempt<A>(tx: Transaction, make: (tx: Transaction) => Promise<A>): Promise<Kept<A>> {
  await tx.execute('SAVEPOINT work');
  try {
    return { answer: await make(tx) };
  } catch (error) {
    if (!(error instanceof AppException) || !LASTING.has(error.kind)) throw error;
    await tx.execute('ROLLBACK TO SAVEPOINT work');
    const { code, category, kind, severity, message, details } = error;
    return { rejection: { identity: { code, category, kind, severity }, message, details } };
  }
}

/** A field that is absent is as if it were `null`. */
function fingerprintOfRequest({ operation, fields }: KeyedRequest): RequestFingerprint {
  const given = Object.entries(fields).filter(([, value]) => value !== null);
  return fingerprintOf({ ...Object.fromEntries(given), operation });
}

function placeOf(principalId: string, key: string): string {
  return `error_request.encrypted_answer:${principalId}:${key}`;
}

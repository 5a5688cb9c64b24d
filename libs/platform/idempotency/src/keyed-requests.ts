import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import {
  AppException,
  Clock,
  differences,
  type ExceptionIdentity,
  type FailureKind,
  fingerprintOf,
  type RequestFingerprint,
} from '#platform/kernel';
import { IdempotencyKeyReusedException, RequestInFlightException } from './idempotency.exceptions.js';
import type { KeyedRequest } from './keyed-request.js';
import { KeyedRequestRepository } from './keyed-request.repository.js';

interface Rejection {
  identity: ExceptionIdentity;
  message: string;
  details: Readonly<Record<string, unknown>>;
}

/** Kinds of rejections that are answers; all others may be different the next time. */
const LASTING = new Set<FailureKind>(['conflict', 'not_found', 'invalid']);

type Outcome<A> = { answer: A } | { rejection: Rejection };

/** What is kept of a request, encrypted: answers show secrets, and the digest of a password could be guessed. */
interface StoredAnswer<A> {
  fingerprint: RequestFingerprint;
  outcome: Outcome<A>;
}

/**
 * Carries a request out once for its key, whatever happens between client and service: the key, what was made and the answer are
 * committed together.
 */
@Injectable()
export class KeyedRequests {
  constructor(
    private readonly database: Database,
    private readonly requests: KeyedRequestRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * @param make does the work in the transaction and returns the answer, which must be JSON
   * @returns the answer of this or of the first request with the key; a rejection is thrown again likewise
   * @throws RequestInFlightException while another with the key is at work
   * @throws IdempotencyKeyReusedException when the key came with another request before
   */
  async once<A>(request: KeyedRequest, make: (tx: Transaction) => Promise<A>): Promise<A> {
    const { key } = request;
    if (key === undefined) return this.database.transaction(make);
    const outcome = await this.database.transaction(async (tx) => {
      const stored = await this.stored<A>(tx, request, key);
      if (stored) return stored;
      const fresh = await attempt(tx, make);
      await this.keep(tx, request, key, fresh);
      return fresh;
    });
    if ('answer' in outcome) return outcome.answer;
    const { identity, message, details } = outcome.rejection;
    throw new AppException(identity, message, { details });
  }

  private async stored<A>(tx: Transaction, request: KeyedRequest, key: string): Promise<Outcome<A> | undefined> {
    const { owner, onReplay } = request;
    if (!(await this.requests.begin(tx, owner, key))) throw new RequestInFlightException();
    const encrypted = await this.requests.find(tx, owner, key);
    if (encrypted === undefined) return undefined;
    const stored = JSON.parse(this.requests.answers.decrypt(encrypted, owner, key).toString()) as StoredAnswer<A>;
    const errors = differences(stored.fingerprint, fingerprintOfRequest(request));
    if (errors.length > 0) throw new IdempotencyKeyReusedException(undefined, { details: { errors } });
    onReplay();
    return stored.outcome;
  }

  private async keep<A>(tx: Transaction, request: KeyedRequest, key: string, outcome: Outcome<A>): Promise<void> {
    const { owner } = request;
    const stored: StoredAnswer<A> = { fingerprint: fingerprintOfRequest(request), outcome };
    const encrypted = this.requests.answers.encrypt(JSON.stringify(stored), owner, key);
    await this.requests.add(tx, owner, key, encrypted, this.clock.now());
  }
}

/** Does the work; when it is rejected, undoes what it had begun and nothing else of the transaction. */
async function attempt<A>(tx: Transaction, make: (tx: Transaction) => Promise<A>): Promise<Outcome<A>> {
  try {
    return { answer: await tx.savepoint(() => make(tx)) };
  } catch (error) {
    if (!(error instanceof AppException) || !LASTING.has(error.kind)) throw error;
    const { code, category, kind, severity, message, details } = error;
    return { rejection: { identity: { code, category, kind, severity }, message, details } };
  }
}

/** A field that is absent is as if it were `null`. */
function fingerprintOfRequest({ operation, fields }: KeyedRequest): RequestFingerprint {
  const given = Object.entries(fields).filter(([, value]) => value !== null);
  return fingerprintOf({ ...Object.fromEntries(given), operation });
}

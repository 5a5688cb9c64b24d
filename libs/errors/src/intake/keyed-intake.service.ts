import { Injectable } from '@nestjs/common';
import { inTime, translateDatabaseError } from '#platform/database';
import { type KeyedRequest, KeyedRequests } from '#platform/idempotency';
import { ConnectionException } from '#platform/kernel';
import type { Occurrence } from '../occurrences/occurrence.js';
import { LedgerIntakeService } from '../ledger/ledger-intake.service.js';

/** How long a report waits for the database to tell whether its key is known. */
const PATIENCE_MS = 1_000;

/** Accepts reports once for their idempotency key. While the database is away keys count for nothing: no report is turned away for it. */
@Injectable()
export class KeyedIntakeService {
  constructor(
    private readonly intake: LedgerIntakeService,
    private readonly requests: KeyedRequests,
  ) {}

  /**
   * @returns the ids of the reports; those of the first request with the key
   * @throws RequestInFlightException, IdempotencyKeyReusedException, and what the intake throws
   */
  async accept(request: KeyedRequest, occurrences: readonly Occurrence[]): Promise<string[]> {
    let accepting: Promise<string[]> | undefined;
    // Called by the transaction, by hand when that fails, or by both: what is on disk is accepted once.
    const accept = (): Promise<string[]> => (accepting ??= this.write(occurrences));
    if (request.key === undefined) return accept();
    try {
      return await inTime(this.requests.once(request, accept), PATIENCE_MS);
    } catch (error) {
      if (translateDatabaseError(error) instanceof ConnectionException) return accept();
      throw error;
    }
  }

  private async write(occurrences: readonly Occurrence[]): Promise<string[]> {
    await this.intake.accept(occurrences);
    return occurrences.map(({ errorId }) => errorId);
  }
}

import { Injectable } from '@nestjs/common';
import type { DayRange } from '../books/day-range.js';
import { netBefore } from './net-before.postgres.js';
import { type StatementEnds, StatementRepository } from './statement.repository.js';

/** Bench: `statement of days`. */
@Injectable()
export class PostgresStatementRepository extends StatementRepository {
  protected override async ends(accountId: string, { from, to }: DayRange): Promise<StatementEnds> {
    const [sums] = await this.database.query<{ opening: string; closing: string }>(
      `SELECT ${netBefore('$1', '$2::date')} AS opening, ${netBefore('$1', '($3::date + 1)')} AS closing`,
      [accountId, from, to],
    );
    return { opening: BigInt(sums?.opening ?? 0), closing: BigInt(sums?.closing ?? 0) };
  }
}

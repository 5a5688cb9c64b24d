import { Injectable } from '@nestjs/common';
import { RunRepository } from './run.repository.js';

/** Looked at by every process a few times a minute. Bench: `decision about a group`. */
@Injectable()
export class PostgresRunRepository extends RunRepository {
  override async resolutionState(): Promise<string> {
    const [row] = await this.database.query<{ state: string | null }>(
      `SELECT md5(string_agg(id::text || coalesce(notes, ''), ',' ORDER BY id)) AS state
       FROM error_group WHERE status = 'resolved' AND merged_into IS NULL`,
    );
    return row?.state ?? '';
  }
}

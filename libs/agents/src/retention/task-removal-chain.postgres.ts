import { Injectable } from '@nestjs/common';
import { type ChainHead, Chains } from '#platform/checkpoints';
import { Database } from '#platform/database';

/** Removals up to one, with what their hashes should be. */
const LINKS = `
  SELECT sequence, hash, sequence = row_number() OVER w AND hash = sha256(lag(hash, 1, ''::bytea) OVER w || convert_to(concat_ws(E'\\n',
    sequence, extract(epoch FROM removed_at), tasks, events, encode(digest, 'hex')), 'UTF8')) AS is_whole
  FROM agent_task_removal WHERE sequence <= $1 WINDOW w AS (ORDER BY sequence)`;

/** Which tasks went, a link for each time: how many, and the digest of their chains of events. The database writes it, see its triggers. */
@Injectable()
export class TaskRemovalChainRepository {
  constructor(
    private readonly database: Database,
    chains: Chains,
  ) {
    chains.add({
      name: 'task-removals',
      head: () => this.head(),
      hashAt: (sequence) => this.hashAt(sequence),
    });
  }

  private async head(): Promise<ChainHead> {
    const [row] = await this.database.query<{ sequence: string; hash: Buffer }>(
      'SELECT sequence, hash FROM agent_task_removal ORDER BY sequence DESC LIMIT 1',
    );
    return { sequence: Number(row?.sequence ?? 0), hash: row?.hash.toString('hex') ?? '' };
  }

  /** Computes the whole chain up to there again; `undefined` when it does not hold. */
  private async hashAt(sequence: number): Promise<string | undefined> {
    const [row] = await this.database.query<{ is_whole: boolean | null; hash: string | null }>(
      `SELECT bool_and(is_whole) AS is_whole, max(CASE WHEN sequence = $1 THEN encode(hash, 'hex') END) AS hash FROM (${LINKS}) links`,
      [sequence],
    );
    return row?.is_whole === true ? (row.hash ?? undefined) : undefined;
  }
}

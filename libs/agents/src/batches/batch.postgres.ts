import { Injectable } from '@nestjs/common';
import type { ExecutorRole } from '../tasks/task-access.js';
import type { TaskState } from '../tasks/task-state.js';
import { type Batch, BatchRepository } from './batch.repository.js';

const COUNT = {
  name: 'agent_batch_count_states',
  text: `
    SELECT t.batch_id, t.state, count(*)::integer AS n FROM agent_task t JOIN agent a ON a.id = t.agent_id
    WHERE t.id = ANY ($1::uuid[]) AND a.minimum_role = ANY ($2) GROUP BY 1, 2`,
};

/** A list of a thousand ids is one value, and no statement of a thousand. Bench: `a page of batches`. */
@Injectable()
export class PostgresBatchRepository extends BatchRepository {
  override async countStates(
    batches: readonly Batch[],
    roles: readonly ExecutorRole[],
  ): Promise<Map<string, Map<TaskState, number>>> {
    const ids = batches.flatMap(({ operations }) => operations.flatMap(({ taskId }) => taskId ?? []));
    const rows = await this.database.query<{ batch_id: string; state: TaskState; n: number }>(COUNT, [
      `{${ids.join()}}`,
      roles,
    ]);
    const counts = new Map<string, Map<TaskState, number>>();
    for (const { batch_id, state, n } of rows) {
      counts.set(batch_id, (counts.get(batch_id) ?? new Map<TaskState, number>()).set(state, n));
    }
    return counts;
  }
}

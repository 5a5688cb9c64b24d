import { Injectable } from '@nestjs/common';
import type { ExecutorRole } from '../tasks/task-access.js';
import type { TaskState } from '../tasks/task-state.js';
import { type Batch, BatchRepository } from './batch.repository.js';

const COUNT = {
  name: 'agent_batch_count_states',
  text: `
    SELECT o.batch_id, t.state, count(*)::integer AS n
    FROM unnest($1::uuid[], $2::uuid[]) AS o (batch_id, task_id) JOIN agent_task t ON t.id = o.task_id JOIN agent a ON a.id = t.agent_id
    WHERE a.minimum_role = ANY ($3) GROUP BY 1, 2`,
};

/** A list of two thousand ids is one value, and no statement of two thousand. Bench: `a page of batches`. */
@Injectable()
export class PostgresBatchRepository extends BatchRepository {
  override async countStates(
    batches: readonly Batch[],
    roles: readonly ExecutorRole[],
  ): Promise<Map<string, Map<TaskState, number>>> {
    const [ofBatches, ofTasks]: [string[], string[]] = [[], []];
    for (const { id, operations } of batches) {
      for (const { taskId } of operations) {
        if (taskId === null) continue;
        ofBatches.push(id);
        ofTasks.push(taskId);
      }
    }
    const rows = await this.database.query<{ batch_id: string; state: TaskState; n: number }>(COUNT, [
      `{${ofBatches.join()}}`,
      `{${ofTasks.join()}}`,
      roles,
    ]);
    const counts = new Map<string, Map<TaskState, number>>();
    for (const { batch_id, state, n } of rows) {
      counts.set(batch_id, (counts.get(batch_id) ?? new Map<TaskState, number>()).set(state, n));
    }
    return counts;
  }
}

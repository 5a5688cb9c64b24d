import { AgentHourEntity } from './tables/agent-hour.entity.js';
import { AgentRuntimeEntity } from './tables/agent-runtime.entity.js';
import { AgentStatisticEntity } from './tables/agent-statistic.entity.js';
import { AgentEntity } from './tables/agent.entity.js';
import { BatchEntity } from './tables/batch.entity.js';
import { ConsequentialHourEntity } from './tables/consequential-hour.entity.js';
import { HistoryMarkEntity } from './tables/history-mark.entity.js';
import { IdempotencyKeyEntity } from './tables/idempotency-key.entity.js';
import { ScheduleEntity } from './tables/schedule.entity.js';
import { TaskDependencyEntity } from './tables/task-dependency.entity.js';
import { TaskEventEntity } from './tables/task-event.entity.js';
import { TaskRemovalEntity } from './tables/task-removal.entity.js';
import { TaskTextEntity } from './tables/task-text.entity.js';
import { TaskEntity } from './tables/task.entity.js';
import { WorkerEntity } from './tables/worker.entity.js';

/** All tables of this domain. */
export const TABLES = [
  AgentHourEntity,
  AgentRuntimeEntity,
  AgentStatisticEntity,
  AgentEntity,
  BatchEntity,
  ConsequentialHourEntity,
  HistoryMarkEntity,
  IdempotencyKeyEntity,
  ScheduleEntity,
  TaskDependencyEntity,
  TaskEventEntity,
  TaskRemovalEntity,
  TaskTextEntity,
  TaskEntity,
  WorkerEntity,
];

import { Injectable } from '@nestjs/common';
import { In, MoreThanOrEqual } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import { AgentHourEntity } from '../tables/agent-hour.entity.js';
import { HistoryMarkEntity } from '../tables/history-mark.entity.js';
import { TaskEntity } from '../tables/task.entity.js';
import type { EndedState } from '../tasks/task-state.js';
import { type AgentHour, type EndedRun, together } from './agent-hour.js';

/** The one mark that there is. */
const NAME = 'ended';

/** What agents did by the hour, and how far tasks that ended are counted. */
@Injectable()
export class AgentHourRepository {
  constructor(private readonly database: Database) {}

  /** By time, from an hour on. */
  async list(agentId: string, since: Date): Promise<AgentHour[]> {
    const rows = await this.database.repository(AgentHourEntity).find({
      where: { agentId, hour: MoreThanOrEqual(since) },
      order: { hour: 'ASC' },
    });
    return rows.map(toHour);
  }

  /** Up to when tasks are counted, which nobody else changes until the transaction ends. @param first says when nobody counted yet */
  async lockMark(tx: Transaction, first: Date): Promise<Date> {
    await tx.insertMany(HistoryMarkEntity, [{ name: NAME, at: first }], { ignore: true });
    return (await tx.lockOne(HistoryMarkEntity, { name: NAME }))?.at ?? first;
  }

  async setMark(tx: Transaction, at: Date): Promise<void> {
    await tx.repository(HistoryMarkEntity).update({ name: NAME }, { at });
  }

  /** Whether what ended at a time is counted; until the transaction ends, what is not stays so. */
  async isCounted(tx: Transaction, finishedAt: Date): Promise<boolean> {
    const mark = await tx.holdOne(HistoryMarkEntity, { name: NAME });
    return mark !== null && finishedAt < mark.at;
  }

  /**
   * Tasks that ended in a state and span of time and did or cost anything that is not counted yet, in the order of their ends.
   *
   * @param after id of the last one that was read
   * @returns the id after which to go on, if there may be more
   */
  async endedRuns(
    tx: Transaction,
    state: EndedState,
    span: { readonly from: Date; readonly to: Date },
    limit: number,
    after?: string,
  ): Promise<{ runs: EndedRun[]; next: string | undefined }> {
    const builder = tx
      .repository(TaskEntity)
      .createQueryBuilder('t')
      .select(['t.id', 't.agentId', 't.startedAt', 't.finishedAt', 't.tokensIn', 't.tokensOut', 't.costMicros'])
      .addSelect(['t.countedTokens', 't.countedCostMicros'])
      .where({ state })
      .andWhere('t.finishedAt >= :from AND t.finishedAt < :to', span)
      .orderBy('t.finishedAt')
      .addOrderBy('t.id')
      .limit(limit);
    if (after !== undefined) {
      // Its time has more digits than a Date.
      const place = builder.subQuery().select('l.finishedAt').from(TaskEntity, 'l').where('l.id = :after').getQuery();
      builder.andWhere(`(t.finishedAt, t.id) > (${place}, :after)`, { after });
    }
    const tasks = await builder.getMany();
    return {
      runs: tasks.flatMap((task) => runOf(task, state)),
      next: tasks.length === limit ? tasks.at(-1)?.id : undefined,
    };
  }

  /** Adds to hours; whoever does so has locked the mark. */
  async add(tx: Transaction, hours: readonly AgentHour[]): Promise<void> {
    if (hours.length === 0) return;
    const known = await tx.repository(AgentHourEntity).findBy({
      agentId: In([...new Set(hours.map(({ agentId }) => agentId))]),
      hour: In([...new Set(hours.map(({ hour }) => hour.getTime()))].map((time) => new Date(time))),
    });
    const rows = hours.map((one) => {
      const before = known.find(
        ({ agentId, hour }) => agentId === one.agentId && hour.getTime() === one.hour.getTime(),
      );
      const { durations, ...sums } = before ? together(toHour(before), one) : one;
      return { ...sums, durations: Object.fromEntries(durations) };
    });
    const set = { runs: 'take', failures: 'take', tokens: 'take', costMicros: 'take', durations: 'take' } as const;
    await tx.insertMany(AgentHourEntity, rows, { key: ['agentId', 'hour'], set });
  }

  async removeBefore(hour: Date): Promise<void> {
    await this.database
      .repository(AgentHourEntity)
      .createQueryBuilder()
      .delete()
      .where('hour < :hour', { hour })
      .execute();
  }
}

function runOf(task: TaskEntity, state: EndedState): EndedRun[] {
  const { agentId, startedAt, finishedAt, countedTokens, countedCostMicros } = task;
  const tokens = task.tokensIn + task.tokensOut - (countedTokens ?? 0);
  const costMicros = task.costMicros - (countedCostMicros ?? 0n);
  const isNothing = startedAt === null && tokens === 0 && costMicros === 0n;
  return finishedAt === null || isNothing ? [] : [{ agentId, state, startedAt, finishedAt, tokens, costMicros }];
}

function toHour({ durations, ...sums }: AgentHourEntity): AgentHour {
  return { ...sums, durations: new Map(Object.entries(durations).map(([slot, runs]) => [Number(slot), runs])) };
}

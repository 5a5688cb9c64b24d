import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { IsNull, LessThan, Not, type ObjectLiteral, type SelectQueryBuilder } from 'typeorm';
import { Database } from '#platform/database';
import { type Conservation, conserved } from '../write-ahead/conservation.js';
import type { RunIdentity } from '../write-ahead/run-identity.js';
import { CheckpointEntity } from '../tables/checkpoint.entity.js';
import { ErrorGroupEntity } from '../tables/error-group.entity.js';
import { OccurrenceEntity } from '../tables/occurrence.entity.js';
import { RunProjectEntity } from '../tables/run-project.entity.js';
import { RunEntity } from '../tables/run.entity.js';

/** One life of a process, as the database knows it. */
export interface RunRecord extends Conservation {
  id: string;
  startedAt: Date;
  completedAt: Date | null;
  recoveredAt: Date | null;
  service: string;
  release: string;
  environment: string;
  platform: string;
  nodeVersion: string;
}

type Sums = Omit<Conservation, 'backlog'>;

/** Questions about runs. */
@Injectable()
export class RunRepository {
  constructor(protected readonly database: Database) {}

  /** Notes what came in at the doors of a living run. */
  async countDoors({ runId, pid: _pid, ...run }: RunIdentity, received: number, refused: number): Promise<void> {
    const row = { ...run, id: runId, startedAt: new Date(run.startedAt), received, refused };
    await this.database.insertMany(RunEntity, [row], { key: ['id'], set: { received: 'take', refused: 'take' } });
  }

  /** The same by project. */
  async countProjectDoors(
    runId: string,
    projects: ReadonlyMap<number, { received: number; refused: number }>,
  ): Promise<void> {
    const rows = [...projects].map(([projectId, { received, refused }]) => ({ runId, projectId, received, refused }));
    const doors = { key: ['runId', 'projectId'], set: { received: 'take', refused: 'take' } } as const;
    await this.database.insertMany(RunProjectEntity, rows, doors);
  }

  async complete(runId: string, at: Date): Promise<void> {
    await this.database.repository(RunEntity).update({ id: runId }, { completedAt: at });
  }

  /** A run whose process died: what reached the disk is what was received. */
  markRecovered(runId: string, at: Date): Promise<Conservation> {
    const received = (): string => 'stored + duplicate + quarantined + refused';
    return this.database.transaction(async (tx) => {
      await tx.repository(RunProjectEntity).update({ runId }, { received });
      await tx.repository(RunEntity).update({ id: runId }, { recoveredAt: at, received });
      const run = await tx.repository(RunEntity).findOneBy({ id: runId });
      return { ...sumsOf(run), backlog: 0 };
    });
  }

  /** For a run whose files are gone. */
  async forgetCheckpoints(runId: string): Promise<void> {
    await this.database.repository(CheckpointEntity).delete({ runId });
  }

  /** Newest first. @param before id of the last run of the page before */
  async list(limit: number, before: string | undefined): Promise<RunRecord[]> {
    const where = before === undefined ? {} : { id: LessThan(before) };
    const runs = await this.database.repository(RunEntity).find({ where, order: { id: 'DESC' }, take: limit });
    return runs.map(recordOf);
  }

  async find(runId: string): Promise<RunRecord | undefined> {
    const run = await this.database.repository(RunEntity).findOneBy({ id: runId });
    return run ? recordOf(run) : undefined;
  }

  /** What was decided about the occurrences of a run: notes by the ids of those whose group is resolved. */
  async resolutionsOf(runId: string, atMost: number): Promise<Map<string, string | null>> {
    const rows = await this.database
      .repository(ErrorGroupEntity)
      .createQueryBuilder('v')
      .innerJoin(ErrorGroupEntity, 'g', 'g.id = v.id OR g.mergedInto = v.id')
      .innerJoin(OccurrenceEntity, 'o', 'o.groupId = g.id AND o.runId = :runId', { runId })
      .select('o.id', 'id')
      .addSelect('v.notes', 'notes')
      // Not a parameter: few groups are resolved, or most, and the plan depends on it.
      .where(`v.status = 'resolved' AND v.mergedInto IS NULL`)
      .limit(atMost)
      .getRawMany<{ id: string; notes: string | null }>();
    return new Map(rows.map(({ id, notes }) => [id, notes]));
  }

  /** Tells one state of all resolutions from another; empty when there is none. */
  async resolutionState(): Promise<string> {
    const resolved = await this.database.repository(ErrorGroupEntity).find({
      select: { id: true, notes: true },
      where: { status: 'resolved', mergedInto: IsNull() },
      order: { id: 'ASC' },
    });
    if (resolved.length === 0) return '';
    const hash = createHash('md5');
    for (const { id, notes } of resolved) hash.update(`${id}${notes ?? ''},`);
    return hash.digest('hex');
  }

  /** Sums over every run but one, whose own count is fresher. */
  async sumOfOthers(runId: string): Promise<Sums> {
    const builder = this.database.repository(RunEntity).createQueryBuilder('r');
    return sumsOf(
      await summed(builder)
        .where({ id: Not(runId) })
        .getRawOne<Sums>(),
    );
  }

  /** The same by project. */
  async sumOfOthersByProject(runId: string): Promise<Map<number, Sums>> {
    const builder = this.database.repository(RunProjectEntity).createQueryBuilder('r');
    const rows = await summed(builder)
      .addSelect('r.projectId', 'id')
      .where({ runId: Not(runId) })
      .groupBy('r.projectId')
      .getRawMany<Sums & { id: number }>();
    return new Map(rows.map((row) => [row.id, sumsOf(row)]));
  }
}

const SUMMED = ['received', 'stored', 'duplicate', 'quarantined', 'refused'] as const;

function summed<T extends ObjectLiteral>(builder: SelectQueryBuilder<T>): SelectQueryBuilder<T> {
  builder.select([]);
  for (const name of SUMMED) builder.addSelect(`SUM(r.${name})`, name);
  return builder;
}

/** Drivers give sums as text, and nothing for the sum of no rows. */
function sumsOf(row: Readonly<Record<keyof Sums, unknown>> | null | undefined): Sums {
  const numberOf = (name: keyof Sums): number => Number(row?.[name] ?? 0);
  return {
    received: numberOf('received'),
    stored: numberOf('stored'),
    duplicate: numberOf('duplicate'),
    quarantined: numberOf('quarantined'),
    refused: numberOf('refused'),
  };
}

function recordOf(run: RunEntity): RunRecord {
  const { id, startedAt, completedAt, recoveredAt, service, release, environment, platform, nodeVersion } = run;
  return {
    id,
    startedAt,
    completedAt,
    recoveredAt,
    service,
    release,
    environment,
    platform,
    nodeVersion,
    ...conserved(run),
  };
}

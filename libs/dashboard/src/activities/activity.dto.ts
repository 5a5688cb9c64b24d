import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, IsUUID, Matches, MaxLength } from 'class-validator';
import { IsInstant, PageQueryDto } from '#platform/http';
import { includesRole, type Role } from '#platform/kernel';
import type { Principal } from '#platform/security';
import { ACTIVITY_SEVERITIES, type Activity, type ActivitySeverity } from './activity.js';

/** The roles to which the routes of each source show who had something done, and by which request; everybody is shown his own. */
const ORIGIN_ROLES: Readonly<Record<string, Role>> = {
  audit: 'ADMIN',
  transaction: 'API_USER',
  task: 'DEVELOPER',
  error: 'READ_ONLY',
};

function maySeeOrigin({ id, actorId, madeBy }: Activity, caller: Principal): boolean {
  const [source = ''] = id.split(':');
  return (madeBy ?? actorId) === caller.id || includesRole(caller.role, ORIGIN_ROLES[source] ?? 'ADMIN');
}

const CHAINS = ['audit', 'ledger', 'task', 'run'] as const;

/** Which activities. */
export class ActivityListQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ enum: ACTIVITY_SEVERITIES })
  @IsOptional()
  @IsIn(ACTIVITY_SEVERITIES)
  severity?: ActivitySeverity;

  /** An action of the audit trail, `transaction.sale`, `task.failed`, `error.regressed`, … */
  @ApiPropertyOptional({ example: 'task.failed' })
  @IsOptional()
  @Matches(/^[a-z_]+([.][a-z_]+)*$/, { message: 'type must be words with dots between them, such as task.failed' })
  @MaxLength(100)
  type?: string;

  /** Name of the agent whose tasks they are. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  agent?: string;

  /** The user who did it, or had it done. */
  @IsOptional()
  @IsUUID()
  actor?: string;

  /** From this instant on, or from the beginning of this date (UTC). */
  @IsOptional()
  @IsInstant({ required: false })
  since?: string;

  /** Before this instant, or up to the end of this date (UTC). */
  @IsOptional()
  @IsInstant({ required: false })
  until?: string;
}

/** What an activity happened to. */
export class ActivitySubjectDto {
  /** @example transaction */
  kind!: string;
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  id!: string;
}

/** The record that proves an activity, and the place in it. */
export class ActivityProofDto {
  @ApiProperty({
    enum: CHAINS,
    example: 'ledger',
    description:
      '`audit`: the trail, at `sequence`. `ledger`: the block `block`. `task`: the events of the task `taskId`. `run`: the artifact of the run `runId`, at `sequence`.',
  })
  chain!: (typeof CHAINS)[number];
  sequence?: number;
  /** @example 4711 */
  block?: number;
  taskId?: string;
  runId?: string;
}

/** Something that happened. */
export class RecordedActivityDto {
  /** @example transaction:01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  id!: string;
  /** @example 2026-11-24T12:00:00.000Z */
  at!: string;
  /** @example transaction.sale */
  type!: string;
  /** @example Recorded sale */
  title!: string;
  /** @example 19.99 USD */
  description!: string;
  @ApiProperty({ enum: ACTIVITY_SEVERITIES, example: 'info' })
  severity!: ActivitySeverity;
  /** The user who did it, or had it done; of tasks for their makers and DEVELOPERs, of transactions for API_USERs. */
  actorId?: string;
  /** Name of the agent whose task it was. */
  agentId?: string;
  subject?: ActivitySubjectDto;
  /** Of the request, task or job run in which it happened, for those who find it there: see `GET /trace/{correlationId}`. */
  correlationId?: string;
  /** Missing only where the record is kept no longer, as of an occurrence past its retention. */
  chain?: ActivityProofDto;
}

/** A page of activities, newest first. */
export class ActivityPageDto {
  @ApiProperty({ type: [RecordedActivityDto] })
  items!: RecordedActivityDto[];
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export function toRecordedActivityDto(activity: Activity, caller: Principal): RecordedActivityDto {
  const { id, timestamp, eventType, title, description, severity, agentId, subject, proof } = activity;
  const isKnown = maySeeOrigin(activity, caller);
  const actorId = activity.actorId ?? (isKnown ? activity.madeBy : undefined);
  const correlationId = isKnown ? activity.correlationId : undefined;
  return {
    id,
    at: timestamp.toISOString(),
    type: eventType,
    title,
    description,
    severity,
    actorId,
    agentId,
    subject,
    correlationId,
    chain: proof,
  };
}

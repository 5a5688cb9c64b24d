import { ApiProperty, getSchemaPath } from '@nestjs/swagger';

/** What every event of a task has. */
export class TaskEventBaseDto {
  /**
   * Position among the events of its task, from 1.
   * @example 2
   */
  seq!: number;
  /** @example 2026-11-24T12:00:00.123Z */
  createdAt!: string;
  @ApiProperty({
    pattern: '^[0-9a-f]{64}$',
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    description:
      'SHA-256 over the 32 bytes of the hash before (none for the first event) and, in UTF-8 with a line feed between each two and none at the ' +
      'end: id of the task, `seq`, `type`, `data`, time. `data` as JSON with one blank after each colon and comma and none elsewhere, members ' +
      'by the length of their names in bytes and then by these bytes, in strings no escapes but those JSON demands (the short ones where there ' +
      'are), numbers without an exponent; time as seconds since 1970 with six digits behind the point, of which the last three are 0.',
  })
  hash!: string;
}

/** Of an event: by whom. */
export class EventActorDto {
  /** Id of a user. */
  by!: string;
}

/** Of an event: why. */
export class EventReasonDto {
  /** @example budget */
  reason!: string;
}

/** Of an event: by whom, and why if that was said. */
export class ApprovalDataDto extends EventActorDto {
  reason?: string;
}

/** Of an event: by whom, and why. */
export class RefusalDataDto extends EventActorDto {
  reason!: string;
}

/** Of an event: by whom, if it was a person. */
export class CancellationDataDto {
  /** Id of a user; absent when the runner ended after it was told. */
  by?: string;
}

/** Of an event: which attempt, and who makes it. */
export class StartDataDto {
  /** @example 1 */
  attempt!: number;
  /** The worker; of what this service runs itself, the process. */
  workerId!: string;
}

/** Of an event: an attempt that failed. */
export class DeathDataDto {
  /** @example 1 */
  attempt!: number;
  /** @example AGENT.TIMEOUT */
  code!: string;
  /** @example The agent took too long */
  message!: string;
}

/** Of an event: an attempt that failed, and when the next may start. */
export class RetryDataDto extends DeathDataDto {
  /**
   * Milliseconds.
   * @example 1000
   */
  delayMs!: number;
}

/** Of an event: what a task failed of. */
export class FailureDataDto {
  /** Absent when no attempt failed, but a deadline passed or a task that must succeed first did not. */
  attempt?: number;
  /** @example TASK.DEADLINE_PASSED */
  code!: string;
  message!: string;
  /** The task that did not succeed. */
  because?: string;
}

/** Of an event: how long the attempt took. */
export class SuccessDataDto {
  /** @example 182 */
  durationMs!: number;
}

/** Nothing more is to be said of an event. */
export class NoDataDto {}

const Type = (type: string): PropertyDecorator => ApiProperty({ enum: [type], example: type });

/** Somebody asked for the task, or a schedule did in his name. */
export class TaskQueuedDto extends TaskEventBaseDto {
  @Type('queued') type!: 'queued';
  data!: EventActorDto;
}

/** An attempt began. */
export class TaskStartedDto extends TaskEventBaseDto {
  @Type('started') type!: 'started';
  data!: StartDataDto;
}

/** A remote agent promised to call back. */
export class TaskAcceptedDto extends TaskEventBaseDto {
  @Type('accepted') type!: 'accepted';
  data!: NoDataDto;
}

/** An attempt failed, and another is to follow. */
export class TaskRetryDto extends TaskEventBaseDto {
  @Type('retry') type!: 'retry';
  data!: RetryDataDto;
}

/** The task was given back unharmed. */
export class TaskReleasedDto extends TaskEventBaseDto {
  @Type('released') type!: 'released';
  data!: EventReasonDto;
}

/** It waits for a person. */
export class TaskApprovalRequiredDto extends TaskEventBaseDto {
  @Type('approval_required') type!: 'approval_required';
  data!: EventReasonDto;
}

/** A person lets it start. */
export class TaskApprovedDto extends TaskEventBaseDto {
  @Type('approved') type!: 'approved';
  data!: ApprovalDataDto;
}

/** A person does not let it start; `cancelled` follows. */
export class TaskRefusedDto extends TaskEventBaseDto {
  @Type('refused') type!: 'refused';
  data!: RefusalDataDto;
}

/** Its runner is to stop. */
export class TaskCancelRequestedDto extends TaskEventBaseDto {
  @Type('cancel_requested') type!: 'cancel_requested';
  data!: EventActorDto;
}

/** A person queued it again. */
export class TaskRequeuedDto extends TaskEventBaseDto {
  @Type('requeued') type!: 'requeued';
  data!: EventActorDto;
}

/** It is done. */
export class TaskSucceededDto extends TaskEventBaseDto {
  @Type('succeeded') type!: 'succeeded';
  data!: SuccessDataDto;
}

/** It ended by what repeating cannot mend. */
export class TaskFailedDto extends TaskEventBaseDto {
  @Type('failed') type!: 'failed';
  data!: FailureDataDto;
}

/** Every attempt failed. */
export class TaskDeadDto extends TaskEventBaseDto {
  @Type('dead') type!: 'dead';
  data!: DeathDataDto;
}

/** It was stopped. */
export class TaskCancelledDto extends TaskEventBaseDto {
  @Type('cancelled') type!: 'cancelled';
  data!: CancellationDataDto;
}

/** What whoever works on it tells of it. */
export class AgentEventDto extends TaskEventBaseDto {
  @ApiProperty({ pattern: '^agent\\.', example: 'agent.page' })
  type!: string;
  @ApiProperty({ type: 'object', additionalProperties: true, example: { page: 3 } })
  data!: object;
}

const BY_TYPE = {
  queued: TaskQueuedDto,
  started: TaskStartedDto,
  accepted: TaskAcceptedDto,
  retry: TaskRetryDto,
  released: TaskReleasedDto,
  approval_required: TaskApprovalRequiredDto,
  approved: TaskApprovedDto,
  refused: TaskRefusedDto,
  cancel_requested: TaskCancelRequestedDto,
  requeued: TaskRequeuedDto,
  succeeded: TaskSucceededDto,
  failed: TaskFailedDto,
  dead: TaskDeadDto,
  cancelled: TaskCancelledDto,
};

/** Every kind of event, for the document. */
export const TASK_EVENT_DTOS = [...Object.values(BY_TYPE), AgentEventDto];

/** Any event of a task: one of ours, told apart by `type`, or one of its agent. */
export const TASK_EVENT_SCHEMA = {
  oneOf: [
    {
      oneOf: Object.values(BY_TYPE).map((dto) => ({ $ref: getSchemaPath(dto) })),
      discriminator: {
        propertyName: 'type',
        mapping: Object.fromEntries(Object.entries(BY_TYPE).map(([type, dto]) => [type, getSchemaPath(dto)])),
      },
    },
    { $ref: getSchemaPath(AgentEventDto) },
  ],
};

import { Controller, Headers, type MessageEvent, Param, Req, Res, Sse, SseSignal } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EMPTY, from, map, type Observable } from 'rxjs';
import { ApiProblems, OwnPace, UuidParamPipe } from '#platform/http';
import { InvalidInputException } from '#platform/kernel';
import { CurrentPrincipal, type Principal, Roles } from '#platform/security';
import { TASK_EVENT_DTOS, TASK_EVENT_SCHEMA } from './task-event.dto.js';
import { SIGN_OF_LIFE, type TaskEvent, TaskEventStreamService } from './task-event-stream.service.js';

/** Milliseconds after which a reader that lost its connection comes back. */
const RETRY_MS = 1_000;

/** What happens to tasks, as it happens. */
@ApiTags('tasks')
@Controller('tasks')
export class TaskEventsController {
  constructor(private readonly stream: TaskEventStreamService) {}

  @Sse(':id/events')
  @Roles('API_USER')
  @OwnPace()
  @ApiOperation({
    operationId: 'streamTaskEvents',
    summary: 'What happened to a task and what happens next, until it has ended',
    description:
      'Server-sent events: `id` is the number of the event, `event` its type, `data` what the schema of the answer says of one event. Each ' +
      '`hash` covers the event and the hash before it: see there how. With `Last-Event-ID` the stream goes on after that event, at any replica.',
  })
  @ApiExtraModels(...TASK_EVENT_DTOS)
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Number of the last event that was received.' })
  @ApiProduces('text/event-stream')
  @ApiResponse({
    status: 200,
    description: 'The events; the schema is that of the `data` of each',
    schema: TASK_EVENT_SCHEMA,
  })
  @ApiResponse({ status: 204, description: 'The task has ended and there is nothing more: do not come back' })
  @ApiProblems(400, 401, 403, 404, 429)
  async streamTaskEvents(
    @Param('id', UuidParamPipe) id: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @SseSignal() gone: AbortSignal,
    @Req() { method }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Observable<MessageEvent>> {
    const events = await this.stream.follow(id, numberOf(lastEventId), principal, gone);
    // Nobody reads what follows the head of an answer to HEAD.
    if (method === 'HEAD') return EMPTY;
    if (events) return from(events).pipe(map(toMessage));
    // EventSource takes this as the end; an empty stream would make it come back for ever.
    reply.raw.statusCode = 204;
    return EMPTY;
  }
}

function numberOf(lastEventId: string | undefined): number {
  if (lastEventId === undefined || lastEventId === '') return 0;
  if (!/^\d{1,9}$/.test(lastEventId)) throw new InvalidInputException('Last-Event-ID must be the number of an event');
  return Number(lastEventId);
}

function toMessage(event: TaskEvent | typeof SIGN_OF_LIFE): MessageEvent {
  if (event === SIGN_OF_LIFE) return { comment: 'alive' };
  const { seq, type, createdAt } = event;
  const data = { ...event, createdAt: createdAt.toISOString() };
  return { id: String(seq), type, data, ...(seq === 1 && { retry: RETRY_MS }) };
}

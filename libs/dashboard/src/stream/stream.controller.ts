import { Controller, Get, Header, Headers, Query, StreamableFile } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOperation, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { ApiProblems, OwnPace } from '#platform/http';
import { InvalidInputException } from '#platform/kernel';
import { CurrentPrincipal, type Principal, Roles } from '#platform/security';
import { ActivityDto, SystemMetricsDto, toMetricsDto } from '../overview/dashboard.dto.js';
import { type Position, positionOf } from './position.js';
import { StreamOpeningService } from './stream-opening.service.js';
import { ErrorNewsDto, SkippedNewsDto, StreamQueryDto, TaskNewsDto } from './stream.dto.js';

const EVENTS = [
  ['metrics', SystemMetricsDto, 'each second what `GET /dashboard/metrics` answers; it has no id'],
  ['activities', ActivityDto, 'what `GET /dashboard/activities` lists, as it happens'],
  ['tasks', TaskNewsDto, 'a task changed its state'],
  ['approvals', TaskNewsDto, 'a task waits for approval, or does not any more'],
  ['errors', ErrorNewsDto, 'a group of errors changed its status or count; it is told as it is now'],
  ['skipped', SkippedNewsDto, 'so much happened of a topic that it is not told one by one: read its list'],
] as const;

const DESCRIPTION = [
  'Server-sent events, whose `data` is JSON:',
  '',
  ...EVENTS.map(([event, , meaning]) => `- \`${event}\`: ${meaning}.`),
  '- `reset` (`{}`): what you missed is not kept any more, or never was here; read the lists, the stream goes on from now.',
  '',
  'An `id` is good at every replica: with it as `Last-Event-ID` the stream goes on behind that event, without gap or repeat, for',
  '`STREAM_RESUME_SECONDS`. To begin, open the stream first and read the lists afterwards. A comment comes every 15 s. You see what the lists show',
  'you: of tasks and approvals that is what `GET /tasks` does, which takes an API_USER. Whoever does not fetch what is said is cut off. The stream',
  'ends with your session or key, when your role changes, when the process stops, and after five minutes: come back with the last id.',
].join('\n');

/** What happens, as it happens. */
@ApiTags('dashboard')
@Controller('dashboard')
export class DashboardStreamController {
  constructor(private readonly opening: StreamOpeningService) {}

  @Get('stream')
  @Roles('READ_ONLY')
  @OwnPace()
  @Header('Cache-Control', 'no-store')
  // What was a stream is no more used for others: a process that stops need not wait for who keeps it.
  @Header('Connection', 'close')
  // For proxies that gather what they pass on.
  @Header('X-Accel-Buffering', 'no')
  @ApiOperation({
    operationId: 'streamDashboard',
    summary: 'Numbers, activities, tasks, errors and approvals, live',
    description: DESCRIPTION,
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Id of the last event that was received.' })
  @ApiExtraModels(...EVENTS.map(([, dto]) => dto))
  @ApiResponse({
    status: 200,
    description: 'The events',
    content: {
      'text/event-stream': {
        schema: {
          description: 'One event; its `data` is JSON.',
          oneOf: EVENTS.map(([event, dto]) => ({
            type: 'object',
            required: ['event', 'data'],
            properties: {
              id: { type: 'string' },
              event: { type: 'string', enum: [event] },
              data: { $ref: getSchemaPath(dto) },
            },
          })),
        },
      },
    },
  })
  @ApiProblems(400, 401, 403, 422, 429, 503)
  async streamDashboard(
    @Query() { topics, lastEventId }: StreamQueryDto,
    @Headers('last-event-id') lastKnown: string | undefined,
    @CurrentPrincipal() reader: Principal,
  ): Promise<StreamableFile> {
    const from = positionAt(lastKnown ?? lastEventId);
    const stream = await this.opening.open({ reader, topics, from, show: toMetricsDto });
    return new StreamableFile(stream, { type: 'text/event-stream' });
  }
}

function positionAt(id: string | undefined): Position | undefined {
  if (id === undefined || id === '') return undefined;
  const position = positionOf(id);
  if (!position) throw new InvalidInputException('Last-Event-ID must be the id of an event of this stream');
  return position;
}

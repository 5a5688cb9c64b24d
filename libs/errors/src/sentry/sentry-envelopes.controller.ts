import { Controller, HttpCode, HttpStatus, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PerformanceConfig } from '#config';
import { AnyOrigin, ApiProblems, ByteBody, IgnoresUnknownQuery, inflateBody, ReadsBytes } from '#platform/http';
import { Public, RateLimit, RateLimitExceededException, RateLimits } from '#platform/security';
import { type ArrivedForm, EnvelopeIntakeService } from './envelope-intake.service.js';
import { UnknownDsnKeyException } from '../occurrences/errors.exceptions.js';
import { EnvelopeAcceptedDto } from './sentry-envelope.dto.js';
import { dsnKeysOf } from './dsn-keys.js';
import { limitsAtStage, limitsOfRefusal } from './sentry-rate-limits.js';

/** What SDKs in browsers read of an answer. */
const EXPOSED = ['X-Sentry-Rate-Limits', 'Retry-After', 'X-Request-ID'];

/** What base64 is made of, up to its padding and the end of a line; no JSON object looks like it. */
const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s{0,2}$/;

/** The door for Sentry SDKs; their key stands for a login, and their project has a limit of its own. */
@ApiTags('errors')
@Public()
@RateLimit('none')
@IgnoresUnknownQuery()
@Controller('api/:project')
export class SentryEnvelopesController {
  constructor(
    private readonly intake: EnvelopeIntakeService,
    private readonly limits: PerformanceConfig,
    private readonly strangers: RateLimits,
  ) {}

  @Post('envelope')
  @ReadsBytes()
  @AnyOrigin(...EXPOSED)
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'sendSentryEnvelope',
    summary: 'The Sentry envelope protocol; authenticated by a DSN key',
  })
  @ApiParam({ name: 'project', type: 'integer', example: 1 })
  @ApiQuery({ name: 'sentry_key', required: false, example: '0f6a2c1e9b7d4c550f6a2c1e9b7d4c55' })
  @ApiBody({
    description: 'An envelope, as it is or compressed (gzip, deflate, br)',
    schema: { type: 'string', format: 'binary' },
  })
  @ApiResponse({ status: 200, type: EnvelopeAcceptedDto })
  @ApiProblems(400, 403, 413, 415, 429, 503)
  async sendSentryEnvelope(
    @Param('project') project: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EnvelopeAcceptedDto> {
    return this.accept('envelope', project, request, reply, (bytes) => Promise.resolve(bytes));
  }

  @Post('store')
  @ReadsBytes()
  @AnyOrigin(...EXPOSED)
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'storeSentryEvent',
    summary: 'One event, as Sentry SDKs before envelopes send it; authenticated by a DSN key',
  })
  @ApiParam({ name: 'project', type: 'integer', example: 1 })
  @ApiQuery({ name: 'sentry_key', required: false, example: '0f6a2c1e9b7d4c550f6a2c1e9b7d4c55' })
  @ApiBody({
    description:
      'The event in JSON, as it is, compressed (gzip, deflate, br), or zlib in base64 as raven clients have it',
    schema: { type: 'string', format: 'binary' },
  })
  @ApiResponse({ status: 200, type: EnvelopeAcceptedDto })
  @ApiProblems(400, 403, 413, 415, 429, 503)
  async storeSentryEvent(
    @Param('project') project: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EnvelopeAcceptedDto> {
    return this.accept('event', project, request, reply, unwrapEvent);
  }

  private async accept(
    form: ArrivedForm,
    projectId: string,
    request: FastifyRequest,
    reply: FastifyReply,
    unwrap: (bytes: Buffer, limit: number) => Promise<Buffer>,
  ): Promise<EnvelopeAcceptedDto> {
    const limit = this.limits.maxContentLengthMb * 1024 * 1024;
    const tell = (limits: string | undefined): void => {
      if (limits !== undefined) void reply.header('x-sentry-rate-limits', limits);
    };
    const body = new ByteBody(request.body as Readable, request.headers['content-encoding']);
    try {
      const id = await this.intake.accept({
        form,
        projectId,
        keys: dsnKeysOf(request),
        head: (atMost) => body.head(atMost),
        read: async () => unwrap(await body.whole(limit), limit),
      });
      tell(limitsAtStage(this.intake.stage));
      return id === undefined ? {} : { id: id.replaceAll('-', '') };
    } catch (error) {
      body.discard();
      tell(limitsOfRefusal(error));
      if (error instanceof UnknownDsnKeyException) await this.countStranger(request);
      throw error;
    }
  }

  /** @throws RateLimitExceededException when too many of this network have knocked with keys that are none */
  private async countStranger({ ip }: FastifyRequest): Promise<void> {
    const { isExceeded, resetSeconds } = await this.strangers.count('default', { ip });
    if (isExceeded) throw new RateLimitExceededException(resetSeconds);
  }
}

/**
 * The JSON of an event that raven clients send as zlib in base64, without saying so; other bodies are left as they are.
 *
 * @param limit most bytes that may come out
 * @throws HttpRefusal as of `inflateBody`, 400 for base64 of something else
 */
async function unwrapEvent(bytes: Buffer, limit: number): Promise<Buffer> {
  const text = bytes.toString('latin1');
  return BASE64.test(text) ? inflateBody(Buffer.from(text, 'base64'), 'deflate', limit) : bytes;
}

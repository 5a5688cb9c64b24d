import { Body, Controller, HttpCode, HttpStatus, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PerformanceConfig } from '#config';
import { ApiProblems, inflateBody, ReadsBytes } from '#platform/http';
import { Public, RateLimit } from '#platform/security';
import { EnvelopeIntake } from '../application/envelope-intake.service.js';
import { EnvelopeAcceptedDto } from './dto/sentry-envelope.dto.js';
import { dsnKeysOf } from './dsn-keys.js';
import { limitsAtStage, limitsOfRefusal } from './sentry-rate-limits.js';

/** The door for Sentry SDKs; their key stands for a login, and their project has a limit of its own. */
@ApiTags('errors')
@Public()
@RateLimit('none')
@Controller('api/:project/envelope')
export class SentryEnvelopesController {
  constructor(
    private readonly intake: EnvelopeIntake,
    private readonly limits: PerformanceConfig,
  ) {}

  @Post()
  @ReadsBytes()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'sendSentryEnvelope',
    summary: 'The Sentry envelope protocol; authenticated by a DSN key',
  })
  @ApiParam({ name: 'project', example: 1 })
  @ApiQuery({ name: 'sentry_key', required: false, example: '0f6a2c1e9b7d4c550f6a2c1e9b7d4c55' })
  @ApiBody({
    description: 'An envelope, as it is or compressed (gzip, deflate, br)',
    schema: { type: 'string', format: 'binary' },
  })
  @ApiResponse({ status: 200, type: EnvelopeAcceptedDto })
  @ApiProblems(400, 403, 413, 415, 429, 503)
  async sendSentryEnvelope(
    @Param('project') project: string,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EnvelopeAcceptedDto> {
    const limit = this.limits.maxContentLengthMb * 1024 * 1024;
    const read = (): Promise<Buffer> =>
      inflateBody(body ?? Buffer.alloc(0), request.headers['content-encoding'], limit);
    const tell = (limits: string | undefined): void => {
      if (limits !== undefined) void reply.header('x-sentry-rate-limits', limits);
    };
    try {
      const id = await this.intake.accept({ projectId: project, keys: dsnKeysOf(request), read });
      tell(limitsAtStage(this.intake.stage));
      return id === undefined ? {} : { id: id.replaceAll('-', '') };
    } catch (error) {
      tell(limitsOfRefusal(error));
      throw error;
    }
  }
}

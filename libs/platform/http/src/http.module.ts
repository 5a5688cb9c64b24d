import { Global, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { CursorCodec } from './cursor-codec.js';
import { ProblemReferenceController } from './problem-reference.controller.js';
import { ProblemDetailsFilter } from './problem-details.filter.js';

/** The global exception filter, and cursors for everybody. */
@Global()
@Module({
  controllers: [ProblemReferenceController],
  providers: [CursorCodec, ProblemDetailsFilter, { provide: APP_FILTER, useExisting: ProblemDetailsFilter }],
  exports: [CursorCodec, ProblemDetailsFilter],
})
export class HttpModule {}

import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { CursorCodec } from './cursor-codec.js';
import { KnownQueryGuard } from './known-query.guard.js';
import { OpenStreamsGuard } from './open-streams.guard.js';
import { OutboundHttp } from './outbound-http.js';
import { ProblemReferenceController } from './problem-reference.controller.js';
import { PublicAddress } from './public-address.js';
import { ProblemDetailsFilter } from './problem-details.filter.js';

/** The global exception filter; cursors and calls to other services for everybody. */
@Global()
@Module({
  controllers: [ProblemReferenceController],
  providers: [
    CursorCodec,
    OutboundHttp,
    PublicAddress,
    ProblemDetailsFilter,
    { provide: APP_GUARD, useClass: OpenStreamsGuard },
    { provide: APP_GUARD, useClass: KnownQueryGuard },
    { provide: APP_FILTER, useExisting: ProblemDetailsFilter },
  ],
  exports: [CursorCodec, OutboundHttp, PublicAddress, ProblemDetailsFilter],
})
export class HttpModule {}

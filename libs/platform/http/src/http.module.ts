import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { CursorCodec } from './answers/cursor-codec.js';
import { KnownQueryGuard } from './checks/known-query.guard.js';
import { OpenStreamsGuard } from './doors/open-streams.guard.js';
import { OutboundHttp } from './outbound/outbound-http.js';
import { ProblemReferenceController } from './problems/problem-reference.controller.js';
import { PublicAddress } from './doors/public-address.js';
import { ProblemDetailsFilter } from './problems/problem-details.filter.js';

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

import { Global, Module } from '@nestjs/common';
import { DatabaseModule } from '#platform/database';
import { KeyedRequestEntity } from './keyed-request.entity.js';
import { KeyedRequestJob } from './keyed-request.job.js';
import { KeyedRequestRepository } from './keyed-request.repository.js';
import { KeyedRequests } from './keyed-requests.js';

/** Requests that are carried out once for their idempotency key. */
@Global()
@Module({
  imports: [DatabaseModule.forEntities([KeyedRequestEntity])],
  providers: [KeyedRequestRepository, KeyedRequests, KeyedRequestJob],
  exports: [KeyedRequests],
})
export class IdempotencyModule {}

import { Injectable } from '@nestjs/common';
import { FinanceConfig } from '#config';
import { Ids } from '#platform/kernel';
import { CanonicalText } from '../chain/canonical-json.js';
import { IdempotencyKeyRequiredException } from '../books/finance.exceptions.js';
import { KeyedRequest } from '../posting/keyed-request.js';

/** Gives every write a key: the caller's, or one of ours. */
@Injectable()
export class KeyedRequestService {
  constructor(
    private readonly config: FinanceConfig,
    private readonly ids: Ids,
  ) {}

  /**
   * @throws IdempotencyKeyRequiredException when this installation demands one
   */
  keyed(owner: string, key: string | undefined, operation: string, request: object): KeyedRequest {
    if (key === undefined && this.config.requireIdempotencyKey) throw new IdempotencyKeyRequiredException();
    return new KeyedRequest(owner, key ?? this.ids.next(), new CanonicalText({ operation, ...request }));
  }
}

export { API_PREFIX } from './doors/api-prefix.js';
export { parseJsonBody } from './bodies/body-guard.js';
export { LargeBody, ReadsCleanedJson, ReadsPrunedJson } from './bodies/body-kind.js';
export { ByteBody, inflateBody, ReadsBytes } from './bodies/byte-body.js';
export { compileRules } from './checks/compiled-rules.js';
export { AnyOrigin } from './doors/cross-origin.js';
export { CursorCodec } from './answers/cursor-codec.js';
export { ReadsExactNumbers, withExactNumbers } from './bodies/exact-numbers.js';
export { FormBody } from './bodies/form-body.js';
export { createHttpAdapter } from './doors/fastify-adapter.js';
export { HttpRefusal } from './problems/http-exceptions.js';
export { HttpModule } from './http.module.js';
export { IdempotencyKey, readIdempotencyKey } from './checks/idempotency-key.js';
export {
  AddressRefusedError,
  AnswerTooLargeError,
  type OutboundAnswer,
  OutboundHttp,
} from './outbound/outbound-http.js';
export { IgnoresUnknownQuery } from './checks/known-query.guard.js';
export { Clearable, Required } from './checks/normalise-input.js';
export { IsOneLine, isOneLine } from './checks/one-line.validator.js';
export { OwnPace } from './doors/own-pace.js';
export { PageQueryDto } from './answers/page.dto.js';
export { ProblemDetailsFilter } from './problems/problem-details.filter.js';
export type { Fault } from './problems/problem.js';
export { ApiProblems, PROBLEM_MEANINGS, ProblemDto } from './problems/problem.dto.js';
export { IsInstant, isInstant, readEnd, readSpan, type Span } from './checks/instant.validator.js';
export { PublicAddress } from './doors/public-address.js';
export { installRequestPipeline } from './doors/request-pipeline.js';
export { REQUEST_EXAMPLE, RequestExample } from './answers/request-example.js';
export { STATUS_BY_KIND } from './problems/status-by-kind.js';
export { ReadsNdjson } from './bodies/stream-body.js';
export { UuidParamPipe } from './checks/uuid-param.pipe.js';
export { createValidationPipe } from './checks/validation.pipe.js';
export { Locates, LOCATION, SaysLocation } from './answers/location.js';

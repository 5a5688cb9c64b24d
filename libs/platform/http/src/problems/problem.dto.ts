import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiPropertyOptional, ApiResponse, getSchemaPath } from '@nestjs/swagger';

/** One fault of a request. */
export class FaultDto {
  /**
   * Path of the field; empty for the whole body.
   * @example lineItems.0.quantity
   */
  path!: string;
  /** @example quantity must not be less than 1 */
  message!: string;
  /**
   * The rule that was broken.
   * @example min
   */
  code!: string;
}

/** A failure, as RFC 9457 describes it. */
export class ProblemDto {
  /** @example /docs/problems#VALIDATION.FAILED */
  type!: string;
  /** @example Unprocessable Entity */
  title!: string;
  /** @example 422 */
  status!: number;
  /** @example The request has one fault */
  detail!: string;
  /**
   * Path of the request.
   * @example /api/v1/finance/transactions/record
   */
  instance!: string;
  /**
   * Stable; match on this.
   * @example VALIDATION.FAILED
   */
  code!: string;
  /** Finds the request in the logs. */
  correlationId?: string;
  /** Finds the failure in the error ledger, when it was recorded. */
  errorId?: string;
  /** Every fault of an invalid request. */
  @ApiPropertyOptional({ type: [FaultDto] })
  errors?: FaultDto[];
  /** Facts about the failure, by code. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  details?: Record<string, unknown>;
}

/** What a status of a failure means, in the words of the documentation. */
export const PROBLEM_MEANINGS: Readonly<Record<number, string>> = {
  400: 'Malformed request',
  401: 'Not authenticated',
  403: 'Role does not suffice',
  404: 'Does not exist',
  409: 'Conflicts with the current state',
  413: 'Body too large',
  414: 'Part of the address too long',
  415: 'Media type not supported',
  422: 'Invalid content; every fault is named',
  429: 'Too many requests; see Retry-After',
  500: 'A fault of the service; it is recorded',
  503: 'Not available right now; see Retry-After',
};

/** Documents the failures of an operation; each is a problem document. */
export const ApiProblems = (...statuses: number[]): MethodDecorator & ClassDecorator =>
  applyDecorators(
    ApiExtraModels(ProblemDto, FaultDto),
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: PROBLEM_MEANINGS[status] ?? 'Failure',
        content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } } },
      }),
    ),
  );

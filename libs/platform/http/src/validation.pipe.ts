import { type ArgumentMetadata, type Type, ValidationPipe } from '@nestjs/common';
import type { ValidationError as ClassValidatorError } from 'class-validator';
import { ValidationError } from '#platform/kernel';
import { compileRules } from './compiled-rules.js';
import type { Fault } from './problem.js';

/** Types of parameters that are not DTOs. */
const PLAIN = new Set<unknown>([String, Boolean, Number, Array, Object, Buffer, Date]);

/**
 * Checks every body, query and path against its DTO; unknown fields are refused and every fault is named. What is good, as almost
 * everything is, passes by compiled rules; the rest goes the long way.
 */
class RequestValidationPipe extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { metatype, type } = metadata;
    const isDto = metatype !== undefined && type !== 'custom' && !PLAIN.has(metatype);
    const made = isDto ? compileRules(metatype as Type<object>)(value) : undefined;
    return made === undefined ? super.transform(value, metadata) : Promise.resolve(made);
  }
}

/** The pipe of all routes. */
export function createValidationPipe(): ValidationPipe {
  return new RequestValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    stopAtFirstError: false,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => {
      const faults = errors.flatMap((error) => faultsOf(error, ''));
      const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
      return new ValidationError(`The request has ${count}`, { details: { errors: faults } });
    },
  });
}

function faultsOf(error: ClassValidatorError, parent: string): Fault[] {
  const path = parent === '' ? error.property : `${parent}.${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([code, message]) => ({ path, message, code }));
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, path))];
}

import { ValidationPipe } from '@nestjs/common';
import type { ValidationError as ClassValidatorError } from 'class-validator';
import { ValidationError } from '#platform/kernel';
import type { Fault } from './problem.js';

/** Checks every body, query and path against its DTO; unknown fields are refused and every fault is named. */
export function createValidationPipe(): ValidationPipe {
  return new ValidationPipe({
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

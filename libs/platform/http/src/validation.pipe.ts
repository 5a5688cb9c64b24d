import { type ArgumentMetadata, type PipeTransform, type Type, ValidationPipe } from '@nestjs/common';
import type { ValidationError as ClassValidatorError } from 'class-validator';
import { cutText, ValidationError } from '#platform/kernel';
import { compileRules } from './compiled-rules.js';
import type { Fault } from './problem.js';

/** Types of parameters that are not DTOs. */
const PLAIN = new Set<unknown>([String, Boolean, Number, Array, Object, Buffer, Date]);

const NOT_AN_OBJECT = {
  details: { errors: [{ path: 'body', message: 'Validation failed (object is expected)', code: 'isObject' }] },
};

/**
 * Checks every body, query and path against its DTO; unknown fields are refused and every fault is named. What is good, as almost
 * everything is, passes by compiled rules; the rest goes the long way.
 */
export class RequestValidationPipe implements PipeTransform {
  constructor(readonly thorough: ValidationPipe) {}

  /** @returns what is good at once, as every promise costs each request; else a promise, which fails with all the faults */
  transform(value: unknown, metadata: ArgumentMetadata): unknown {
    const { metatype, type } = metadata;
    // What our own decorators give was made here, not sent.
    if (type === 'custom') return value;
    const isDto = metatype !== undefined && !PLAIN.has(metatype);
    // Nest takes null for a body that is not there.
    if (isDto && type === 'body' && value === null)
      throw new ValidationError('The request has one fault', NOT_AN_OBJECT);
    const made = isDto ? compileRules(metatype as Type<object>)(value) : undefined;
    return made ?? this.thorough.transform(value, metadata);
  }
}

/** Characters of a name that are told in a fault; who sent it knows the rest. */
const SHOWN = 256;

/** Faults that are named in one answer. */
const MOST_FAULTS = 500;

/** The pipe of all routes. */
export function createValidationPipe(): RequestValidationPipe {
  const thorough = new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    stopAtFirstError: false,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => {
      const faults = errors.flatMap((error) => faultsOf(error, ''));
      const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
      return new ValidationError(`The request has ${count}`, { details: { errors: faults.slice(0, MOST_FAULTS) } });
    },
  });
  return new RequestValidationPipe(thorough);
}

function faultsOf(error: ClassValidatorError, parent: string): Fault[] {
  const path = parent === '' ? error.property : `${parent}.${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([code, message]) => ({
    path: cutText(path, SHOWN),
    message: cutText(message, 2 * SHOWN),
    code,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, path))];
}

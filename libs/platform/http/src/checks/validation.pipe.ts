import { type ArgumentMetadata, type PipeTransform, type Type, ValidationPipe } from '@nestjs/common';
import type { ValidationError as ClassValidatorError } from 'class-validator';
import { cutText, ValidationException } from '#platform/kernel';
import { compileRules } from './compiled-rules.js';
import { normaliseInput } from './normalise-input.js';
import type { Fault } from '../problems/problem.js';

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
      throw new ValidationException('The request has one fault', NOT_AN_OBJECT);
    if (isDto && isWide(value)) throw tooWide();
    if (isDto) normaliseInput(metatype as Type<object>, value);
    const made = isDto ? compileRules(metatype as Type<object>)(value) : undefined;
    if (made) return made;
    if (isDto) refuseWide(value);
    return this.thorough.transform(value, metadata);
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
      return new ValidationException(`The request has ${count}`, { details: { errors: faults.slice(0, MOST_FAULTS) } });
    },
  });
  return new RequestValidationPipe(thorough);
}

/** Fields that any request may have; far more than the widest has. */
const MOST_FIELDS = 2_000;

/** Pairs of fields of one object that naming faults may compare; two thousand fields have as many. */
const MOST_PAIRS = 4_000_000;

/**
 * The long way compares the fields of an object with each other. What is good does not go it, and what is wrong and so wide need not be
 * told all of its faults.
 *
 * @throws ValidationException
 */
function refuseWide(root: unknown): void {
  let pairs = 0;
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || pairs > MOST_PAIRS) return;
    const fields: unknown[] = Array.isArray(value) ? value : Object.values(value);
    if (!Array.isArray(value)) pairs += fields.length ** 2;
    for (const field of fields) visit(field);
  };
  visit(root);
  if (pairs > MOST_PAIRS) throw tooWide();
}

/** No request has as many fields of its own. */
function isWide(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > MOST_FIELDS
  );
}

function tooWide(): ValidationException {
  const fault = { path: '', message: 'has fields that are wrong, and too many to name them', code: 'maxFields' };
  return new ValidationException('The request has faults', { details: { errors: [fault] } });
}

/** One of each field: its message tells all rules that are broken, its code names the first. */
function faultsOf(error: ClassValidatorError, parent: string): Fault[] {
  const path = parent === '' ? error.property : `${parent}.${error.property}`;
  const { nestedValidation, ...rules } = error.constraints ?? {};
  const isNoObject = nestedValidation !== undefined && Object.keys(rules).length === 0;
  const broken = Object.entries(isNoObject ? { isObject: 'must be an object' } : rules).map(([code, text]) => ({
    code,
    text,
  }));
  const message = cutText(broken.map(({ text }) => text).join('; '), 2 * SHOWN);
  const own = broken.slice(0, 1).map(({ code }) => ({ path: cutText(path, SHOWN), message, code }));
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, path))];
}

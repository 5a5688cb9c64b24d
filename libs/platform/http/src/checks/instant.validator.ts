import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { registerDecorator } from 'class-validator';
import { ValidationException } from '#platform/kernel';

/** A date, or a date and time with its zone (RFC 3339). */
const RFC_3339 = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** Times outside these years are mistakes, and some do not fit PostgreSQL. */
const [FIRST_YEAR, LAST_YEAR] = [1900, 9999];

/** Whether the text is a time that can be worked with; ISO 8601 allows more (`2026-W47`) than `Date` reads. */
export function isInstant(value: unknown): boolean {
  if (typeof value !== 'string' || !RFC_3339.test(value)) return false;
  const at = new Date(value);
  const [year = 0, month = 0, day = 0] = value.slice(0, 10).split('-').map(Number);
  // `Date` takes the 30th of February for the 2nd of March.
  const exists = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
  return exists && at.getUTCFullYear() >= FIRST_YEAR && at.getUTCFullYear() <= LAST_YEAR;
}

/** A field that holds a time in RFC 3339. */
export function IsInstant(
  options: { description?: string; required?: boolean; example?: string } = {},
): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: String, format: 'date-time', example: '2026-11-24T12:00:00.000Z', ...options }),
    (target: object, propertyName: string | symbol) =>
      registerDecorator({
        name: 'isInstant',
        target: target.constructor,
        propertyName: String(propertyName),
        options: { message: `${String(propertyName)} must be a time such as 2026-11-24T12:00:00Z` },
        validator: { validate: isInstant },
      }),
  );
}

/** A span of time as lists are asked for it: from `since` on, before `until`. */
export interface Span {
  readonly since?: Date;
  readonly until?: Date;
}

const DAY_MS = 86_400_000;

/**
 * Reads a checked text as the time up to which something lasts or is counted. A date means its whole day in UTC: the end of a day is the
 * next one's beginning. Where something begins, a date is its first instant, as `Date` reads it.
 */
export function readEnd(text: string): Date {
  return new Date(Date.parse(text) + (text.includes('T') ? 0 : DAY_MS));
}

/**
 * Reads a span of checked texts. A date means its whole day in UTC, the last one too.
 *
 * @throws ValidationException when it ends before it begins
 */
export function readSpan({ since, until }: { since?: string | undefined; until?: string | undefined }): Span {
  const from = since === undefined ? undefined : new Date(since);
  const isDay = until !== undefined && !until.includes('T');
  const to = until === undefined ? undefined : readEnd(until);
  if (from && to && (from > to || (isDay && from.getTime() === to.getTime()))) {
    const errors = [{ path: 'since', code: 'isBefore', message: 'since must not be after until' }];
    throw new ValidationException('The request has one fault', { details: { errors } });
  }
  return { ...(from && { since: from }), ...(to && { until: to }) };
}

import { Injectable, type PipeTransform } from '@nestjs/common';
import { createValidationPipe } from '#platform/http';
import { soundText, ValidationException } from '#platform/kernel';
import { ReportErrorDto, ReportErrorsDto } from './report-error.dto.js';

/** Fields of a report, and more than it can have. */
const MOST_FIELDS = 100;

/** Names that change what an object is in JavaScript; a report has no field of theirs, and its context may. */
const ODD_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads a body that is one report or `{errors: [...]}`; every fault of every report is named. Whatever the context of a report holds
 * is not looked at: it is cleaned, not refused.
 */
@Injectable()
export class ReportBodyPipe implements PipeTransform<unknown, Promise<ReportErrorDto[]>> {
  private readonly validation = createValidationPipe();

  async transform(value: unknown): Promise<ReportErrorDto[]> {
    if (!isPlainObject(value))
      throw faulty([{ path: '', message: 'must be one report, or {errors: [...]}', code: 'isObject' }]);
    const members: unknown = value['errors'];
    const odd = Array.isArray(members)
      ? members.flatMap((member, index) => (isPlainObject(member) ? [] : [index]))
      : [];
    if (odd.length > 0) {
      throw faulty(odd.map((index) => ({ path: `errors.${index}`, message: 'must be an object', code: 'isObject' })));
    }
    const wide = [value, ...(Array.isArray(members) ? (members as object[]) : [])].some(
      (one) => Object.keys(one).length > MOST_FIELDS,
    );
    if (wide) throw faulty([{ path: '', message: `must not have more than ${MOST_FIELDS} fields`, code: 'maxFields' }]);
    const reports = Array.isArray(members) ? (members as Record<string, unknown>[]) : [value];
    const metatype = 'errors' in value ? ReportErrorsDto : ReportErrorDto;
    const checked = Array.isArray(members) ? { ...fieldsOf(value), errors: reports.map(fieldsOf) } : fieldsOf(value);
    const valid = (await this.validation.transform(checked, { type: 'body', metatype })) as
      ReportErrorDto | ReportErrorsDto;
    const accepted = valid instanceof ReportErrorsDto ? valid.errors : [valid];
    return accepted.map((report, index) => Object.assign(report, contextOf(reports[index])));
  }
}

/** A report as it is checked: an object in it is empty, as only the context may be one. */
function fieldsOf(report: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields = Object.entries(report).filter(([name]) => !ODD_NAMES.has(name));
  return Object.fromEntries(fields.map(([name, value]) => [name, shallow(value)]));
}

function shallow(value: unknown): unknown {
  if (typeof value === 'string') return soundText(value);
  if (isPlainObject(value)) return {};
  return Array.isArray(value) ? value.map((one: unknown) => (typeof one === 'object' ? {} : shallow(one))) : value;
}

function contextOf(report: Readonly<Record<string, unknown>> = {}): { context?: Record<string, unknown> } {
  return isPlainObject(report['context']) ? { context: report['context'] } : {};
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function faulty(errors: { path: string; message: string; code: string }[]): ValidationException {
  return new ValidationException(`The request has ${errors.length === 1 ? 'one fault' : `${errors.length} faults`}`, {
    details: { errors },
  });
}

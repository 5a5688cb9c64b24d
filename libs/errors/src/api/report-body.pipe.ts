import { Injectable, type PipeTransform } from '@nestjs/common';
import { createValidationPipe } from '#platform/http';
import { ValidationError } from '#platform/kernel';
import { ReportErrorDto, ReportErrorsDto } from './dto/report-error.dto.js';

/** Reads a body that is one report or `{errors: [...]}`; every fault of every report is named. */
@Injectable()
export class ReportBodyPipe implements PipeTransform<unknown, Promise<ReportErrorDto[]>> {
  private readonly validation = createValidationPipe();

  async transform(value: unknown): Promise<ReportErrorDto[]> {
    if (!isPlainObject(value))
      throw faulty([{ path: '', message: 'must be one report, or {errors: [...]}', code: 'isObject' }]);
    // A list in a list would pass as an empty report: the validator looks through lists.
    const members: unknown = value['errors'];
    const odd = Array.isArray(members)
      ? members.flatMap((member, index) => (isPlainObject(member) ? [] : [index]))
      : [];
    if (odd.length > 0) {
      throw faulty(odd.map((index) => ({ path: `errors.${index}`, message: 'must be an object', code: 'isObject' })));
    }
    const metatype = 'errors' in value ? ReportErrorsDto : ReportErrorDto;
    const valid = (await this.validation.transform(value, { type: 'body', metatype })) as
      ReportErrorDto | ReportErrorsDto;
    return valid instanceof ReportErrorsDto ? valid.errors : [valid];
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function faulty(errors: { path: string; message: string; code: string }[]): ValidationError {
  return new ValidationError(`The request has ${errors.length === 1 ? 'one fault' : `${errors.length} faults`}`, {
    details: { errors },
  });
}

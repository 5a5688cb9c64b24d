import { Injectable, type PipeTransform } from '@nestjs/common';
import { createValidationPipe } from '#platform/http';
import { ValidationError } from '#platform/kernel';
import { ReportErrorDto, ReportErrorsDto } from './dto/report-error.dto.js';

/** Reads a body that is one report or `{errors: [...]}`; every fault of every report is named. */
@Injectable()
export class ReportBodyPipe implements PipeTransform<unknown, Promise<ReportErrorDto[]>> {
  private readonly validation = createValidationPipe();

  async transform(value: unknown): Promise<ReportErrorDto[]> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ValidationError('The request has one fault', {
        details: {
          errors: [{ path: '', message: 'must be an object: one report, or {errors: [...]}', code: 'isObject' }],
        },
      });
    }
    const metatype = 'errors' in value ? ReportErrorsDto : ReportErrorDto;
    const valid = (await this.validation.transform(value, { type: 'body', metatype })) as
      ReportErrorDto | ReportErrorsDto;
    return valid instanceof ReportErrorsDto ? valid.errors : [valid];
  }
}

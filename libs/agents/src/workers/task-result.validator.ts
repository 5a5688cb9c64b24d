import { Injectable } from '@nestjs/common';
import { createValidationPipe } from '#platform/http';
import { AppException } from '#platform/kernel';
import type { TaskFailure } from '../tasks/task.js';
import { TaskResultDto } from './task-result.dto.js';

/** One of several results, or why it cannot be read. */
export type TaskResultVerdict = { readonly result: TaskResultDto } | { readonly refusal: TaskFailure };

/** Checks each of many results like the body of a single request: a bad one shall not cost its neighbours their work. */
@Injectable()
export class TaskResultValidator {
  private readonly pipe = createValidationPipe();

  async read(sent: object): Promise<TaskResultVerdict> {
    try {
      return { result: (await this.pipe.transform(sent, { type: 'body', metatype: TaskResultDto })) as TaskResultDto };
    } catch (error) {
      if (!(error instanceof AppException)) throw error;
      const { errors = [] } = error.details as { errors?: { path: string; message: string }[] };
      const faults = errors.map(({ path, message }) => `${path}: ${message}`).join('; ');
      return { refusal: { code: error.code, message: faults || error.message } };
    }
  }
}

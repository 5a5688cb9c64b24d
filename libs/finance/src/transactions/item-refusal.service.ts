import { Injectable } from '@nestjs/common';
import { AppException, ErrorReporter } from '#platform/kernel';
import { ItemFailedException, type Refusal, refusalOf } from '../books/finance.exceptions.js';

/** Makes a verdict of whatever goes wrong with one of many: its neighbours have nothing to do with it. */
@Injectable()
export class ItemRefusalService {
  constructor(private readonly reporter: ErrorReporter) {}

  /** What is not expected is reported as a failure of the service, and refuses the item all the same. */
  refusalOf(error: unknown): Refusal {
    if (error instanceof AppException) return refusalOf(error);
    void this.reporter.report({ error });
    return refusalOf(new ItemFailedException());
  }
}

import { AppException, type ExceptionOptions, type FailureKind } from '#platform/kernel';

/** What the HTTP layer itself refuses, before any module is asked. */
export class HttpRefusal extends AppException {
  constructor(code: string, kind: FailureKind, message: string, options: ExceptionOptions = {}) {
    super({ code, category: kind === 'internal' ? 'unknown' : 'validation', kind }, message, options);
  }
}

import { AppException, type ExceptionOptions } from '#platform/kernel';

/** This process has as many streams open as it may. */
export class TooManyStreamsException extends AppException {
  constructor(message = 'There are too many streams; try again later', options: ExceptionOptions = {}) {
    super(
      { code: 'DASHBOARD.TOO_MANY_STREAMS', category: 'performance', kind: 'unavailable', severity: 'medium' },
      message,
      {
        retryAfterSeconds: 5,
        ...options,
      },
    );
  }
}

/** The process is about to stop; another one takes streams. */
export class StreamsClosingException extends AppException {
  constructor(message = 'This process is about to stop', options: ExceptionOptions = {}) {
    super(
      { code: 'DASHBOARD.STREAMS_CLOSING', category: 'performance', kind: 'unavailable', severity: 'low' },
      message,
      { retryAfterSeconds: 1, ...options },
    );
  }
}

/** The role of the caller does not read one of the topics that he named. */
export class TopicForbiddenException extends AppException {
  constructor(message = 'Your role does not read this topic', options: ExceptionOptions = {}) {
    super({ code: 'DASHBOARD.TOPIC_FORBIDDEN', category: 'authorization', kind: 'forbidden' }, message, options);
  }
}

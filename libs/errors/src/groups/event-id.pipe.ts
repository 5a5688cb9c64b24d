import { Injectable } from '@nestjs/common';
import { UuidParamPipe } from '#platform/http';
import { eventIdOf } from '../occurrences/event-id.js';

/** The id of an occurrence: a UUID, or the same without dashes as the Sentry protocol writes it. */
@Injectable()
export class EventIdPipe extends UuidParamPipe {
  override transform(value: string): string {
    return super.transform(eventIdOf(value) ?? value);
  }
}

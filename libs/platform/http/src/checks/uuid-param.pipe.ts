import { Injectable, type PipeTransform } from '@nestjs/common';
import { isUuid } from '#platform/kernel';
import { HttpRefusal } from '../problems/http-exceptions.js';

/** A path parameter that must be a UUID; anything else is 400. */
@Injectable()
export class UuidParamPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!isUuid(value)) throw new HttpRefusal('HTTP.INVALID_ID', 'malformed', 'The id in the address is not a UUID');
    return value.toLowerCase();
  }
}

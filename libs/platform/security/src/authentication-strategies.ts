import { Injectable } from '@nestjs/common';
import type { Strategy } from 'passport';

/**
 * The passport strategies that requests are authenticated by, in the order they are tried. The auth module puts its own in;
 * kept per application rather than in passport's global registry, so that several can live in one process.
 */
@Injectable()
export class AuthenticationStrategies {
  readonly list: Strategy[] = [];

  add(strategy: Strategy): void {
    this.list.push(strategy);
  }
}

import { Injectable } from '@nestjs/common';
import type { AppException } from '#platform/kernel';
import { addRouteConfig } from './route-config.js';

/** Names a route that the configuration may close; see `ClosedDoors`. */
export const Door = (name: string): MethodDecorator & ClassDecorator => addRouteConfig({ door: name });

/** Routes that the configuration closes. Whoever knocks there is told so before he is counted and before anything of a body is read. */
@Injectable()
export class ClosedDoors {
  private readonly refusals = new Map<string, () => AppException>();

  close(door: string, refusal: () => AppException): void {
    this.refusals.set(door, refusal);
  }

  /** Why nobody is let in; `undefined` where the door is open. */
  refusalOf(door: string | undefined): AppException | undefined {
    return door === undefined ? undefined : this.refusals.get(door)?.();
  }
}

import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';
import { cutText, ValidationException } from '#platform/kernel';
import { routeSettings, settingsOf } from '../bodies/body-kind.js';

/** A route of a protocol whose clients may add parameters of their own to the address; unknown ones are passed over. */
export const IgnoresUnknownQuery = (): MethodDecorator & ClassDecorator => routeSettings({ ignoresUnknownQuery: true });

/** Characters of a name that are told in a fault; who sent it knows the rest. */
const SHOWN = 256;

/** Names that are told in one answer. */
const MOST_FAULTS = 100;

/**
 * Refuses parameters in the address of a route that has none, as the DTO of a query refuses those it does not know: a mistyped `dryRun`
 * must not do the deed.
 */
@Injectable()
export class KnownQueryGuard implements CanActivate {
  private readonly readers = new WeakMap<object, boolean>();

  /** @throws ValidationException (422) naming each of them */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const names = Object.keys(request.query ?? {});
    if (names.length === 0 || this.readsQuery(context) || settingsOf(request).ignoresUnknownQuery) return true;
    const errors = names.slice(0, MOST_FAULTS).map((name) => ({
      path: cutText(name, SHOWN),
      message: 'is not a parameter of this route',
      code: 'whitelistValidation',
    }));
    throw new ValidationException(`The request has ${names.length === 1 ? 'one fault' : `${names.length} faults`}`, {
      details: { errors },
    });
  }

  /** Whether the handler takes the query, so that the pipe checks it. */
  private readsQuery(context: ExecutionContext): boolean {
    const handler = context.getHandler();
    let known = this.readers.get(handler);
    if (known === undefined) {
      const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), handler.name) ?? {}) as object;
      known = Object.keys(parameters).some((key) => key.startsWith(`${RouteParamtypes.QUERY}:`));
      this.readers.set(handler, known);
    }
    return known;
  }
}

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import type { Type } from '@nestjs/common';
import { TokenMissingError } from '#platform/kernel';
import { accessOf, type GuardedRequest, hasCredentials, RateLimitGuard } from '#platform/security';
import { routeSettings, settingsOf } from './body-kind.js';

/** Where Nest keeps the path of a route; other methods of a controller have none. */
const PATH = 'path';

/**
 * Refuses requests without credentials to routes that demand a role before their body is read, as the guards would afterwards: counted
 * by network, with the same answer. Node lets the body pass unread, so that the connection can be used again.
 *
 * To be called before the routes are made, as it writes on each of them whom it lets in.
 */
export function refuseStrangers(app: NestFastifyApplication): void {
  tellRoutes(app);
  const limits = app.get(RateLimitGuard, { strict: false });
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      const { access } = settingsOf(request);
      if (access?.isClosed !== true || hasCredentials(request)) {
        done();
        return;
      }
      limits.count(access.policy, request as GuardedRequest, reply).then(() => done(new TokenMissingError()), done);
    });
}

function tellRoutes(app: NestFastifyApplication): void {
  const scanner = new MetadataScanner();
  for (const module of app.get(ModulesContainer, { strict: false }).values()) {
    for (const { metatype } of module.controllers.values()) {
      if (!metatype) continue;
      const prototype = metatype.prototype as Record<string, object>;
      for (const name of scanner.getAllMethodNames(prototype)) {
        const handler = prototype[name];
        if (handler === undefined || !Reflect.hasMetadata(PATH, handler)) continue;
        const descriptor = { value: handler };
        routeSettings({ access: accessOf(handler, metatype as Type) })(prototype, name, descriptor);
      }
    }
  }
}

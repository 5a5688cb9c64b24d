import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';

type Config = Readonly<Record<string, unknown>>;

/** What routes say of themselves is read by many hooks and guards of a request; Fastify works its options out anew each time. */
interface RoutedRequest {
  readonly routeOptions?: { readonly config?: object };
  routeConfig?: object;
}

/** What the request's route says of itself by `addRouteConfig`; nothing where no route was found. */
export function routeConfigOf<C extends object>(request: object): C {
  const routed = request as RoutedRequest;
  routed.routeConfig ??= routed.routeOptions?.config ?? {};
  return routed.routeConfig as C;
}

/**
 * Tells Fastify something about a route, for hooks that run before Nest. What several decorators of a handler say adds up, where Nest's
 * own decorator keeps the last one only; on a controller it is said of each of its handlers that does not say otherwise.
 */
export function addRouteConfig(config: Config): MethodDecorator & ClassDecorator {
  return (target: object, _key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    if (descriptor) {
      const handler = descriptor.value as object;
      define(handler, { ...configOf(handler), ...config });
    } else {
      for (const handler of handlersOf(target)) define(handler, { ...config, ...configOf(handler) });
    }
  };
}

function handlersOf(controller: object): object[] {
  const { prototype } = controller as { prototype: object };
  return Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([name, { value }]) =>
    name !== 'constructor' && typeof value === 'function' ? [value as object] : [],
  );
}

function configOf(handler: object): Config {
  return (Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler) ?? {}) as Config;
}

function define(handler: object, config: Config): void {
  Reflect.defineMetadata(FASTIFY_ROUTE_CONFIG_METADATA, config, handler);
}

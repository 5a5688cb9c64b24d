import type { FactoryProvider, Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Database } from './database.js';

/**
 * A repository of which one engine has a form of its own: `portable` asks what every engine understands, `postgres` extends it and
 * overrides the methods that a bench has shown to be worth it. Who uses the repository knows `portable` alone.
 */
export function provideByEngine<T>({
  portable,
  postgres,
}: {
  portable: Type<T>;
  postgres: Type<T>;
}): FactoryProvider<T> {
  return {
    provide: portable,
    inject: [Database, ModuleRef],
    useFactory: (database: Database, modules: ModuleRef) => modules.create(database.isPortable ? portable : postgres),
  };
}

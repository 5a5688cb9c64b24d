import { Global, Module } from '@nestjs/common';
import { Clock, SystemClock } from './clock.js';
import { Ids, UuidV7Ids } from './ids.js';

/** Time and identifiers, everywhere. */
@Global()
@Module({
  providers: [
    { provide: Clock, useClass: SystemClock },
    { provide: Ids, useClass: UuidV7Ids },
  ],
  exports: [Clock, Ids],
})
export class KernelModule {}

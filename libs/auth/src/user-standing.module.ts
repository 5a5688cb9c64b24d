import { Global, Module } from '@nestjs/common';
import { DatabaseModule } from '#platform/database';
import { UserStanding } from '#platform/security';
import { TABLES } from './tables.js';
import { UserStandingRepository } from './identities/user-standing.repository.js';

/** What users may do now, for work that goes on without them: also in processes that let nobody in. */
@Global()
@Module({
  imports: [DatabaseModule.forEntities(TABLES)],
  providers: [{ provide: UserStanding, useClass: UserStandingRepository }],
  exports: [UserStanding],
})
export class UserStandingModule {}

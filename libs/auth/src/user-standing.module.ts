import { Global, Module } from '@nestjs/common';
import { UserStanding } from '#platform/security';
import { UserStandingRepository } from './identities/user-standing.repository.js';

/** What users may do now, for work that goes on without them: also in processes that let nobody in. */
@Global()
@Module({
  providers: [{ provide: UserStanding, useClass: UserStandingRepository }],
  exports: [UserStanding],
})
export class UserStandingModule {}

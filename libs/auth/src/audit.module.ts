import { Global, Module } from '@nestjs/common';
import { DatabaseModule, provideByEngine } from '#platform/database';
import { AuditTrail } from '#platform/security';
import { TABLES } from './tables.js';
import { AuditService } from './audit/audit.service.js';
import { PostgresAuditRepository } from './audit/audit.postgres.js';
import { AuditRepository } from './audit/audit.repository.js';

/** The audit trail, for whatever administers anything: also in processes that let nobody in. */
@Global()
@Module({
  imports: [DatabaseModule.forEntities(TABLES)],
  providers: [
    AuditService,
    provideByEngine({ portable: AuditRepository, postgres: PostgresAuditRepository }),
    { provide: AuditTrail, useExisting: AuditService },
  ],
  exports: [AuditService, AuditRepository, AuditTrail],
})
export class AuditModule {}

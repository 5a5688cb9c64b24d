import { Global, Module } from '@nestjs/common';
import { AuditTrail } from '#platform/security';
import { AuditService } from './audit/audit.service.js';
import { AuditRepository } from './audit/audit.repository.js';

/** The audit trail, for whatever administers anything: also in processes that let nobody in. */
@Global()
@Module({
  providers: [AuditService, AuditRepository, { provide: AuditTrail, useExisting: AuditService }],
  exports: [AuditService, AuditRepository, AuditTrail],
})
export class AuditModule {}

export { type AuditEvent, AuditReadService } from './application/audit-read.service.js';
export { type FirstAdmin, FirstAdminService } from './application/first-admin.service.js';
export { type AccountDetails, type NewAccount, UserCreationService } from './application/user-creation.service.js';
export { type ImportedLine, type ImportVerdict, UserImportService } from './application/user-import.service.js';
export { AuditModule } from './audit.module.js';
export { AuthModule } from './auth.module.js';
export { UserStandingModule } from './user-standing.module.js';
export type { User } from './domain/user.js';

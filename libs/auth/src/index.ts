export { type AuditEvent, type AuditFilter, AuditReadService } from './audit/audit-read.service.js';
export { type FirstAdmin, FirstAdminService } from './users/first-admin.service.js';
export { type NewAccount, UserCreationService } from './users/user-creation.service.js';
export { type ImportedLine, UserImportService } from './users/user-import.service.js';
export { AccountsLookupService } from './lookup/accounts-lookup.service.js';
export { AuditModule } from './audit.module.js';
export { AuthModule } from './auth.module.js';
export { UserStandingModule } from './user-standing.module.js';
export type { User } from './identities/user.js';

export { GROUP_STATUSES } from './grouping/group-status.js';
export { type ErrorGroupSummary, ErrorReadService, type RecentGroupFilter } from './statistics/error-read.service.js';
export { ErrorsLookupService } from './lookup/errors-lookup.service.js';
export { verifyArtifact } from './runs/artifact-chain.js';
export { ErrorLedgerModule, ErrorsModule } from './errors.module.js';

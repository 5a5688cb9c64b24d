export { type ErrorGroupSummary, ErrorReadService } from './statistics/error-read.service.js';
export { verifyArtifact } from './runs/artifact-chain.js';
export { ErrorLedgerModule, ErrorsModule } from './errors.module.js';

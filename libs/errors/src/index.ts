export { type ErrorGroupSummary, ErrorReadService } from './application/error-read.service.js';
export { type ArtifactVerdict, verifyArtifact } from './domain/artifact-chain.js';
export { ErrorLedgerModule, ErrorsModule } from './errors.module.js';

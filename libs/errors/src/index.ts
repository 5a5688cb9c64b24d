export { type ErrorGroupSummary, ErrorReadService } from './application/error-read.service.js';
export { ErrorLedgerModule, ErrorsModule } from './errors.module.js';

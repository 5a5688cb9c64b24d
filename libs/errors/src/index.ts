export { type ErrorGroupSummary, ErrorReadService } from './application/error-read.service.js';
export { ErrorsModule } from './errors.module.js';

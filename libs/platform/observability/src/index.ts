export { AppLogger } from './app-logger.js';
export { type FinishedRequest, Metrics } from './metrics.js';
export { ObservabilityModule } from './observability.module.js';
export { outliveTerminal } from './outlive-terminal.js';
export { scrub } from './scrubber.js';
export { REDACTED } from './secret-shapes.js';
export { VERSION } from './version.js';

export { AppLogger, type LogFields, type SecurityEvent } from './app-logger.js';
export { type FinishedRequest, Metrics, type RequestObserver } from './metrics.js';
export { neutralise } from './neutralise.js';
export { ObservabilityModule } from './observability.module.js';
export { outliveTerminal } from './outlive-terminal.js';
export { isSecretKey, REDACTED, scrub, type ScrubOptions, scrubText } from './scrubber.js';
export { VERSION } from './version.js';

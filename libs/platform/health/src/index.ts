export { demandPort, hostOf } from './demand-port.js';
export { explainFailure } from './explain-failure.js';
export { HealthModule } from './health.module.js';
export { type ComponentHealth, HealthRegistry } from './health-registry.js';
export { Lifecycle } from './lifecycle.js';
export { shutDownOnSignal } from './shut-down.js';

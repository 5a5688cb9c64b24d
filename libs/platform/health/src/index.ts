export { HealthModule } from './health.module.js';
export { type ComponentHealth, type HealthContributor, HealthRegistry, type HealthStatus } from './health-registry.js';
export { Lifecycle } from './lifecycle.js';
export { shutDownOnSignal } from './shut-down.js';

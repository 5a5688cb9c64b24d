/** One component's health. */
export class ComponentHealthDto {
  /** @example healthy */
  status!: 'healthy' | 'degraded' | 'unhealthy';
  /** Time the check took, in milliseconds, where it measures one. */
  latencyMs?: number;
  /** What is wrong, in words. */
  message?: string;
}

/** The service's health with its components. */
export class HealthDto {
  /** @example healthy */
  status!: 'healthy' | 'degraded' | 'unhealthy';
  /** @example 0.1.0 */
  version!: string;
  /** @example production */
  environment!: string;
  /** @example 2026-11-24T12:00:00.000Z */
  timestamp!: string;
  /** @example 86400 */
  uptimeSeconds!: number;
  checks!: Record<string, ComponentHealthDto>;
}

/** A probe that has nothing to add. */
export class ProbeDto {
  /** @example ok */
  status!: string;
}

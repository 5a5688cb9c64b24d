import { Injectable } from '@nestjs/common';
import { unlessLate } from '#platform/kernel';

export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy';

/** What one component says of itself; further fields are shown as they are. */
export interface ComponentHealth {
  status: HealthStatus;
  [detail: string]: unknown;
}

/** A component that has health. */
export interface HealthContributor {
  name: string;
  /** A component without which no request can succeed: readiness depends on it. */
  essential: boolean;
  check(): Promise<ComponentHealth>;
}

/** A check that takes longer counts as failed: a probe must answer in bounded time. */
const CHECK_TIMEOUT_MS = 2_000;

/** Modules register what they know about themselves; the health routes name no component. */
@Injectable()
export class HealthRegistry {
  private readonly contributors: HealthContributor[] = [];

  register(contributor: HealthContributor): void {
    this.contributors.push(contributor);
  }

  get essential(): readonly HealthContributor[] {
    return this.contributors.filter(({ essential }) => essential);
  }

  /** Every component's health, each in bounded time, all at once. */
  async checkAll(): Promise<Record<string, ComponentHealth>> {
    const checked = await Promise.all(
      this.contributors.map(async (contributor) => [contributor.name, await checkOne(contributor)] as const),
    );
    return Object.fromEntries(checked);
  }

  /** Unhealthy when an essential component is, degraded when any is not healthy. */
  overall(checks: Record<string, ComponentHealth>): HealthStatus {
    const isDown = this.essential.some(({ name }) => checks[name]?.status === 'unhealthy');
    if (isDown) return 'unhealthy';
    return Object.values(checks).every(({ status }) => status === 'healthy') ? 'healthy' : 'degraded';
  }
}

/** One component's health; a failing or slow check is unhealthy, and its words stay in the log. */
export async function checkOne(contributor: HealthContributor): Promise<ComponentHealth> {
  const late = { status: 'unhealthy' as const, message: 'did not answer in time' };
  try {
    return await unlessLate(contributor.check(), CHECK_TIMEOUT_MS, () => late);
  } catch {
    return { status: 'unhealthy', message: 'check failed' };
  }
}

import { Injectable } from '@nestjs/common';

/** Where this process is in its life; probes report it. */
@Injectable()
export class Lifecycle {
  private phase: 'starting' | 'running' | 'draining' = 'starting';

  get isStarted(): boolean {
    return this.phase !== 'starting';
  }

  get isDraining(): boolean {
    return this.phase === 'draining';
  }

  started(): void {
    this.phase = 'running';
  }

  /** From here on readiness is 503, so that no balancer sends more. */
  drain(): void {
    this.phase = 'draining';
  }
}

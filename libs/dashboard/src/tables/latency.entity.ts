import { Check, Entity } from 'typeorm';
import { Count, Instant, Small, Text } from '#platform/database';

@Entity('dashboard_latency')
@Check('dashboard_latency_step_check', "step IN ('minute', 'hour')")
export class LatencyEntity {
  @Text({ primary: true })
  step!: string;

  @Instant({ primary: true })
  bucket!: Date;

  @Small({ primary: true })
  slot!: number;

  @Count()
  requests!: number;
}

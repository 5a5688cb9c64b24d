import { Check, Entity } from 'typeorm';
import { Count, Instant, Real, Text } from '#platform/database';

@Entity('dashboard_measurement')
@Check('dashboard_measurement_step_check', "step IN ('minute', 'hour')")
export class MeasurementEntity {
  @Text({ primary: true })
  step!: string;

  @Instant({ primary: true })
  bucket!: Date;

  @Count({ default: 0 })
  requests!: number;

  @Count({ default: 0 })
  serverErrors!: number;

  @Count({ default: 0 })
  withinObjective!: number;

  @Real({ default: 0 })
  durationMs!: number;

  @Real({ default: 0 })
  cpuPercentSum!: number;

  @Real({ default: 0 })
  memoryPercentSum!: number;

  @Count({ default: 0 })
  samples!: number;
}

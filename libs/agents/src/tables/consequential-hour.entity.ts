import { Check, Entity } from 'typeorm';
import { Instant, Whole } from '#platform/database';

@Entity('agent_consequential_hour')
@Check('agent_consequential_hour_used_check', 'used > 0')
export class ConsequentialHourEntity {
  @Instant({ primary: true })
  hour!: Date;

  @Whole()
  used!: number;
}

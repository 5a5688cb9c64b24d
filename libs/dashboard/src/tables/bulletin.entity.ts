import { Entity } from 'typeorm';
import { Count, Instant, Json } from '#platform/database';
import type { Change } from '../stream/bulletin.js';

@Entity('dashboard_bulletin')
export class BulletinEntity {
  @Count({ primary: true })
  number!: number;

  @Instant({ default: () => 'now()' })
  madeAt!: Date;

  @Count()
  auditAfter!: number;

  @Count()
  auditTo!: number;

  @Count()
  blocksAfter!: number;

  @Count()
  blocksTo!: number;

  @Json()
  changes!: Change[];

  @Instant({ nullable: true })
  notedAt!: Date | null;
}

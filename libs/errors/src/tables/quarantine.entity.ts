import { Entity } from 'typeorm';
import { Bytes, Count, Instant, Text } from '#platform/database';

@Entity('error_quarantine')
export class QuarantineEntity {
  @Text({ primary: true })
  file!: string;

  @Count({ primary: true })
  byteOffset!: number;

  @Text()
  runId!: string;

  @Text()
  reason!: string;

  @Bytes()
  line!: Buffer;

  @Instant({ default: () => 'now()' })
  quarantinedAt!: Date;
}

import { Check, Entity } from 'typeorm';
import { Bytes, Count, Flag, Instant, Text } from '#platform/database';

@Entity('finance_head')
@Check('finance_head_is_only_check', 'is_only')
export class HeadEntity {
  @Flag({ primary: true, default: true })
  isOnly!: boolean;

  @Instant()
  recordedAt!: Date;

  @Instant({ default: () => 'to_timestamp((0))' })
  openSince!: Date;

  @Count({ default: 0 })
  blockNumber!: number;

  @Bytes({ default: () => "decode(repeat('00', 32), 'hex')" })
  blockHash!: Buffer;

  @Text({ default: 'UTC' })
  timeZone!: string;
}

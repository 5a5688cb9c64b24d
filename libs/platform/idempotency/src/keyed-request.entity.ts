import { Entity, Index } from 'typeorm';
import { Instant, Text } from '#platform/database';

@Entity('idempotent_request')
@Index('idempotent_request_by_time', ['createdAt'])
export class KeyedRequestEntity {
  @Text({ primary: true })
  owner!: string;

  @Text({ primary: true })
  key!: string;

  @Text()
  encryptedAnswer!: string;

  @Instant()
  createdAt!: Date;
}

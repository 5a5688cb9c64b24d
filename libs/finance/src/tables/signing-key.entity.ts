import { Entity } from 'typeorm';
import { Instant, Text } from '#platform/database';

@Entity('finance_signing_key')
export class SigningKeyEntity {
  @Text({ primary: true })
  id!: string;

  @Text()
  publicKey!: string;

  @Text()
  privateKey!: string;

  @Instant({ default: () => 'now()' })
  createdAt!: Date;
}

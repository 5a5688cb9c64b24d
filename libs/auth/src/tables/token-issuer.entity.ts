import { Entity } from 'typeorm';
import { Instant, Text } from '#platform/database';

@Entity('token_issuer')
export class TokenIssuerEntity {
  @Text({ primary: true })
  address!: string;

  @Instant()
  issuedAt!: Date;
}

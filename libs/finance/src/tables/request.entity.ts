import { Entity, Index } from 'typeorm';
import { Counter, Instant, Json, JsonByLetter, Text, Uuid } from '#platform/database';

@Entity('finance_request')
@Index('finance_request_block', ['blockNumber'], { type: 'brin' })
export class RequestEntity {
  @Uuid({ primary: true })
  principalId!: string;

  @Text({ primary: true })
  key!: string;

  @Json()
  fingerprint!: object;

  @JsonByLetter({ nullable: true })
  answer!: object | null;

  @Instant()
  createdAt!: Date;

  @Counter({ nullable: true })
  blockNumber!: bigint | null;
}

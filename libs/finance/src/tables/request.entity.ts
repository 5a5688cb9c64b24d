import { Entity, Index } from 'typeorm';
import { Count, Instant, Json, JsonByLetter, Text, Uuid } from '#platform/database';

@Entity('finance_request')
@Index('finance_request_block', ['blockNumber'], { type: 'brin' })
export class RequestEntity {
  @Uuid({ primary: true })
  principalId!: string;

  @Text({ primary: true })
  key!: string;

  @Json()
  fingerprint!: Readonly<Record<string, unknown>>;

  @JsonByLetter({ nullable: true })
  answer!: object | null;

  @Instant()
  createdAt!: Date;

  @Count({ nullable: true })
  blockNumber!: number | null;
}

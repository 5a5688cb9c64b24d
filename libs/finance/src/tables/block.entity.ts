import { Entity } from 'typeorm';
import { Bytes, Counter, Instant, Text, Whole } from '#platform/database';

@Entity('finance_block')
export class BlockEntity {
  @Counter({ primary: true })
  number!: bigint;

  @Bytes()
  previousHash!: Buffer;

  @Bytes()
  merkleRoot!: Buffer;

  @Whole()
  count!: number;

  @Instant()
  committedAt!: Date;

  @Bytes()
  hash!: Buffer;

  @Text()
  keyId!: string;

  @Bytes()
  signature!: Buffer;
}

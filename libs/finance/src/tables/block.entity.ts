import { Entity } from 'typeorm';
import { Bytes, Count, Instant, Text, Whole } from '#platform/database';

@Entity('finance_block')
export class BlockEntity {
  @Count({ primary: true })
  number!: number;

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

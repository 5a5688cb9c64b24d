import { Check, Entity } from 'typeorm';
import { Bytes, Counter, Flag } from '#platform/database';

@Entity('audit_head')
@Check('audit_head_id_check', 'id')
export class AuditHeadEntity {
  @Flag({ primary: true, default: true })
  id!: boolean;

  @Counter()
  sequence!: bigint;

  @Bytes()
  hash!: Buffer;
}

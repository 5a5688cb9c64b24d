import { Entity, ForeignKey } from 'typeorm';
import { Count, Json, Uuid } from '#platform/database';

@Entity('finance_import_rejection')
export class ImportRejectionEntity {
  @ForeignKey('ImportEntity')
  @Uuid({ primary: true })
  importId!: string;

  @Count({ primary: true })
  line!: number;

  @Json()
  refusal!: object;
}

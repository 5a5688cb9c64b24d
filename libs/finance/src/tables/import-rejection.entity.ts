import { Entity, ForeignKey } from 'typeorm';
import { Count, Json, Uuid } from '#platform/database';
import type { Refusal } from '../books/finance.exceptions.js';

@Entity('finance_import_rejection')
export class ImportRejectionEntity {
  @ForeignKey('ImportEntity')
  @Uuid({ primary: true })
  importId!: string;

  @Count({ primary: true })
  line!: number;

  @Json()
  refusal!: Refusal;
}

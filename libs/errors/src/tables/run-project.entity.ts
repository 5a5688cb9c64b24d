import { Entity } from 'typeorm';
import { Count, Text, Whole } from '#platform/database';

@Entity('error_run_project')
export class RunProjectEntity {
  @Text({ primary: true })
  runId!: string;

  @Whole({ primary: true })
  projectId!: number;

  @Count({ default: 0 })
  received!: number;

  @Count({ default: 0 })
  stored!: number;

  @Count({ default: 0 })
  duplicate!: number;

  @Count({ default: 0 })
  quarantined!: number;

  @Count({ default: 0 })
  refused!: number;
}

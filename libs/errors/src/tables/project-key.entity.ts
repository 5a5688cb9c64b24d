import { Entity, ForeignKey, Index } from 'typeorm';
import { Instant, Text, Whole } from '#platform/database';

@Entity('error_project_key')
@Index('error_project_key_by_project', ['projectId'])
export class ProjectKeyEntity {
  @Text({ primary: true })
  publicKey!: string;

  @ForeignKey('ProjectEntity')
  @Whole()
  projectId!: number;

  @Instant()
  createdAt!: Date;
}

import { Entity, ForeignKey, Index } from 'typeorm';
import { Count, Instant, Text, Uuid } from '#platform/database';

@Entity('error_group_presence')
@Index('error_group_presence_by_environment', ['environment', 'groupId'])
@Index('error_group_presence_by_release', ['release', 'environment', 'groupId'])
export class ErrorGroupPresenceEntity {
  @ForeignKey('ErrorGroupEntity', { onDelete: 'CASCADE' })
  @Uuid({ primary: true })
  groupId!: string;

  @Text({ primary: true })
  release!: string;

  @Text({ primary: true })
  environment!: string;

  @Count()
  count!: number;

  @Instant()
  lastSeen!: Date;
}

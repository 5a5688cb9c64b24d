import { Entity, ForeignKey, Index } from 'typeorm';
import { Id, Text } from '#platform/database';

@Entity('error_group_text')
@Index('error_group_text_trigrams', ['text'], { type: 'gin' })
export class ErrorGroupTextEntity {
  @ForeignKey('ErrorGroupEntity', { onDelete: 'CASCADE' })
  @Id()
  groupId!: string;

  @Text()
  text!: string;
}

import { Entity } from 'typeorm';
import { Instant, Text } from '#platform/database';

@Entity('error_release')
export class ReleaseEntity {
  @Text({ primary: true })
  service!: string;

  @Text({ primary: true })
  release!: string;

  @Instant()
  firstSeen!: Date;
}

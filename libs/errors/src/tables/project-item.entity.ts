import { Check, Entity } from 'typeorm';
import { Count, Text, Whole } from '#platform/database';

@Entity('error_project_item')
@Check('error_project_item_kind_check', "kind IN ('item', 'lost')")
export class ProjectItemEntity {
  @Whole({ primary: true })
  projectId!: number;

  @Text({ primary: true })
  kind!: 'item' | 'lost';

  @Text({ primary: true })
  category!: string;

  @Text({ primary: true })
  reason!: string;

  @Count()
  quantity!: number;
}

import { AlertDeliveryEntity } from './tables/alert-delivery.entity.js';
import { AlertEntity } from './tables/alert.entity.js';
import { CheckpointEntity } from './tables/checkpoint.entity.js';
import { ErrorDayEntity } from './tables/error-day.entity.js';
import { ErrorGroupCountEntity } from './tables/error-group-count.entity.js';
import { ErrorGroupDayEntity } from './tables/error-group-day.entity.js';
import { ErrorGroupHourEntity } from './tables/error-group-hour.entity.js';
import { ErrorGroupPresenceEntity } from './tables/error-group-presence.entity.js';
import { ErrorGroupTextEntity } from './tables/error-group-text.entity.js';
import { ErrorGroupEntity } from './tables/error-group.entity.js';
import { ErrorHourEntity } from './tables/error-hour.entity.js';
import { OccurrenceEntity } from './tables/occurrence.entity.js';
import { ProjectItemEntity } from './tables/project-item.entity.js';
import { ProjectKeyEntity } from './tables/project-key.entity.js';
import { ProjectEntity } from './tables/project.entity.js';
import { QuarantineEntity } from './tables/quarantine.entity.js';
import { ReleaseEntity } from './tables/release.entity.js';
import { RunProjectEntity } from './tables/run-project.entity.js';
import { RunEntity } from './tables/run.entity.js';
import { TopGroupEntity } from './tables/top-group.entity.js';

/** All tables of this domain. */
export const TABLES = [
  AlertDeliveryEntity,
  AlertEntity,
  CheckpointEntity,
  ErrorDayEntity,
  ErrorGroupCountEntity,
  ErrorGroupDayEntity,
  ErrorGroupHourEntity,
  ErrorGroupPresenceEntity,
  ErrorGroupTextEntity,
  ErrorGroupEntity,
  ErrorHourEntity,
  OccurrenceEntity,
  ProjectItemEntity,
  ProjectKeyEntity,
  ProjectEntity,
  QuarantineEntity,
  ReleaseEntity,
  RunProjectEntity,
  RunEntity,
  TopGroupEntity,
];

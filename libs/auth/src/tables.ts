import { ApiKeyEntity } from './tables/api-key.entity.js';
import { AttemptEntity } from './tables/attempt.entity.js';
import { AuditEventEntity } from './tables/audit-event.entity.js';
import { AuditHeadEntity } from './tables/audit-head.entity.js';
import { OneTimeTokenEntity } from './tables/one-time-token.entity.js';
import { RecoveryCodeEntity } from './tables/recovery-code.entity.js';
import { RevokedTokenEntity } from './tables/revoked-token.entity.js';
import { SessionEntity } from './tables/session.entity.js';
import { TokenIssuerEntity } from './tables/token-issuer.entity.js';
import { UserEntity } from './tables/user.entity.js';

/** All tables of this domain. */
export const TABLES = [
  ApiKeyEntity,
  AttemptEntity,
  AuditEventEntity,
  AuditHeadEntity,
  OneTimeTokenEntity,
  RecoveryCodeEntity,
  RevokedTokenEntity,
  SessionEntity,
  TokenIssuerEntity,
  UserEntity,
];

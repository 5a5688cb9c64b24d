import { Injectable } from '@nestjs/common';
import type { Role } from '#platform/kernel';
import { SessionRepository, type SessionStanding } from './session.repository.js';

const STANDING = {
  name: 'auth_session_standing',
  text: `SELECT u.id, u.username, u.role, s.proven_at
         FROM auth_session s JOIN user_account u ON u.id = s.user_id
         WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > now() AND u.is_active`,
};

type StandingRow = { id: string; username: string; role: Role; proven_at: Date };

/** Asked with every request that a session authenticates. Bench: `standing of a session`. */
@Injectable()
export class PostgresSessionRepository extends SessionRepository {
  override async findStanding(id: string): Promise<SessionStanding | undefined> {
    const [row] = await this.database.query<StandingRow>(STANDING, [id]);
    return row && { userId: row.id, username: row.username, role: row.role, provenAt: row.proven_at };
  }
}

import { performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';

/** How the database lets this service in. */
export interface DatabasePosture {
  readonly isSuperuser: boolean;
  readonly usesTls: boolean;
  /** Whether any role may create objects in the schema `public`. */
  readonly isPublicSchemaOpen: boolean;
}

/** Measures and inspects the service's own database. */
@Injectable()
export class ServiceProbeRepository {
  constructor(private readonly database: Database) {}

  /** Milliseconds of one round trip. */
  async roundTrip(): Promise<number> {
    const start = performance.now();
    await this.database.query({ name: 'agent_probe', text: 'SELECT 1' });
    return performance.now() - start;
  }

  get pool(): { total: number; idle: number; waiting: number } {
    return this.database.pool;
  }

  async posture(): Promise<DatabasePosture> {
    const [row] = await this.database.query<{ superuser: boolean; tls: boolean | null; open: boolean }>(`
      SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
             (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS tls,
             EXISTS (SELECT FROM pg_namespace n, aclexplode(n.nspacl) g
                     WHERE n.nspname = 'public' AND g.grantee = 0 AND g.privilege_type = 'CREATE') AS open`);
    return {
      isSuperuser: row?.superuser ?? false,
      usesTls: row?.tls ?? false,
      isPublicSchemaOpen: row?.open ?? false,
    };
  }

  /** Slugs of agents that are called without TLS. */
  async agentsWithoutTls(limit: number): Promise<string[]> {
    const rows = await this.database.query<{ slug: string }>(
      `SELECT slug FROM agent WHERE kind = 'http' AND deleted_at IS NULL AND config ->> 'url' LIKE 'http:%' ORDER BY slug LIMIT $1`,
      [limit],
    );
    return rows.map(({ slug }) => slug);
  }
}

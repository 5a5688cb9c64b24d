import { randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import { Database } from '#platform/database';
import { AppLogger } from '#platform/observability';

/** What happened to tasks, as processes tell each other. A hint only: whoever acts on it looks the truth up. */
export interface TaskNotification {
  /** New work may be waiting. */
  readonly queued: boolean;
  /** Tasks that somebody asked to stop. */
  readonly cancelled: readonly string[];
  /** Tasks that ended. */
  readonly ended: readonly string[];
  /** Whether this process told it. */
  readonly isOwn: boolean;
}

/** Key of the advisory lock that every process holds which runs tasks (any number, the same in every release); shared, so any number may. */
const ENGINE_LOCK = 7_391_840_217;

const ENGINE_IS_THERE = {
  name: 'agent_engine_is_there',
  text: `
    SELECT EXISTS (
      SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (l.classid::bigint << 32) + l.objid::bigint = ${ENGINE_LOCK}) AS is_there`,
};

type Listener = (notification: TaskNotification) => void;

const CHANNEL = 'devskyy_agent_task';

/** Notifications are gathered this long, because each NOTIFY takes a lock that is shared by the whole database. */
const GATHER_MS = 10;

/** Ids in one notification; PostgreSQL carries at most 8,000 bytes, and an id has 32 without its hyphens. */
const IDS_PER_NOTIFICATION = 240;

const RECONNECT_MS = 1_000;

/**
 * Tells this process at once, and the others through NOTIFY. When the listening connection is lost, the others' pick-up is as
 * slow as their polling until it is back; nothing is lost, because nothing depends on a notification.
 */
@Injectable()
export class TaskNotificationClient implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly origin = randomUUID().slice(0, 8);
  private readonly listeners = new Set<Listener>();
  private gathered = { queued: false, cancelled: new Set<string>(), ended: new Set<string>() };
  private gathering: NodeJS.Timeout | undefined;
  private reconnecting: NodeJS.Timeout | undefined;
  private client: PoolClient | undefined;
  private isStopped = false;
  private hasEngine = false;

  constructor(
    private readonly database: Database,
    private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): void {
    void this.connect();
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    clearTimeout(this.reconnecting);
    clearTimeout(this.gathering);
    this.client?.release(true);
    this.client = undefined;
  }

  /** @returns stops listening */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** This process runs tasks from now on, for as long as it is connected: others see it by a lock. */
  async standReady(): Promise<void> {
    this.hasEngine = true;
    await this.client?.query('SELECT pg_advisory_lock_shared($1)', [ENGINE_LOCK]).catch(() => undefined);
  }

  /** Whether any process runs tasks. What it held is gone with its connection. */
  async isEngineThere(): Promise<boolean> {
    const [row] = await this.database.query<{ is_there: boolean }>(ENGINE_IS_THERE);
    return row?.is_there === true;
  }

  /** To be called after the commit of what it tells of. */
  tell(news: Partial<Omit<TaskNotification, 'isOwn'>>): void {
    const { queued = false, cancelled = [], ended = [] } = news;
    this.deliver({ queued, cancelled, ended, isOwn: true });
    if (this.isStopped) return;
    this.gathered.queued ||= queued;
    for (const id of cancelled) this.gathered.cancelled.add(id);
    for (const id of ended) this.gathered.ended.add(id);
    this.gathering ??= setTimeout(() => void this.notify(), GATHER_MS);
  }

  private deliver(notification: TaskNotification): void {
    for (const listener of [...this.listeners]) listener(notification);
  }

  private async notify(): Promise<void> {
    this.gathering = undefined;
    const { queued, cancelled, ended } = this.gathered;
    this.gathered = { queued: false, cancelled: new Set(), ended: new Set() };
    const ids = [...cancelled, ...ended];
    try {
      for (let from = 0; from === 0 || from < ids.length; from += IDS_PER_NOTIFICATION) {
        const to = from + IDS_PER_NOTIFICATION;
        const [c, e] = [ids.slice(from, Math.min(to, cancelled.size)), ids.slice(Math.max(from, cancelled.size), to)];
        const payload = JSON.stringify({ o: this.origin, q: queued, c: packed(c), e: packed(e) });
        await this.database.query('SELECT pg_notify($1, $2)', [CHANNEL, payload]);
      }
    } catch {
      // Others find the same facts by polling.
    }
  }

  private async connect(): Promise<void> {
    let client: PoolClient | undefined;
    try {
      client = await this.pool.connect();
      if (this.isStopped) return client.release(true);
      const mine = client;
      client.on('notification', ({ payload = '' }) => this.receive(payload));
      client.once('error', () => this.lose(mine));
      client.once('end', () => this.lose(mine));
      await client.query(`LISTEN ${CHANNEL}`);
      this.client = client;
      if (this.hasEngine) await this.standReady();
      // What was told while nobody listened.
      this.deliver({ queued: true, cancelled: [], ended: [], isOwn: true });
    } catch (error) {
      if (client && client !== this.client) client.release(true);
      this.reconnectLater(error);
    }
  }

  /** TypeORM's pool: listening needs a connection that is kept, which the transaction helper does not give away. */
  private get pool(): Pool {
    return (this.database.manager.connection.driver as unknown as { master: Pool }).master;
  }

  private lose(client: PoolClient): void {
    if (this.client !== client) return;
    this.client = undefined;
    client.release(true);
    this.reconnectLater(new Error('connection lost'));
  }

  /** One timer at most, however many events tell of the same loss. */
  private reconnectLater(error: unknown): void {
    if (this.isStopped || this.reconnecting) return;
    this.logger.warn(`Not listening for tasks: ${error instanceof Error ? error.message : String(error)}`, 'Agents');
    this.reconnecting = setTimeout(() => {
      this.reconnecting = undefined;
      void this.connect();
    }, RECONNECT_MS);
    this.reconnecting.unref();
  }

  private receive(payload: string): void {
    try {
      const { o, q, c, e } = JSON.parse(payload) as { o: string; q: boolean; c: string; e: string };
      if (o !== this.origin) this.deliver({ queued: q, cancelled: unpacked(c), ended: unpacked(e), isOwn: false });
    } catch {
      this.logger.warn(`A notification on ${CHANNEL} is not one of this service`, 'Agents');
    }
  }
}

/** UUIDs one after the other, without hyphens. */
function packed(ids: readonly string[]): string {
  return ids.join('').replaceAll('-', '');
}

function unpacked(text: string): string[] {
  return (text.match(/.{32}/g) ?? []).map((id) => id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
}

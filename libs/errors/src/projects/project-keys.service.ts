import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { inTime } from '#platform/database';
import { Clock, ServiceUnavailableException } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { UnknownDsnKeyException } from '../occurrences/errors.exceptions.js';
import { type Project, ProjectRepository } from './project.repository.js';

/** How long what was read stands: a removed key is refused by the other replicas after it at the latest. */
const FRESH_MS = 5_000;

/** An unknown key makes the projects be read again, but not more often than this: strangers must not keep the database busy. */
const MISS_MS = 500;

/** A database that does not answer for so long is away. */
const PATIENCE_MS = 2_000;

/** Knows every key without asking the database for each event, and goes on knowing them while the database is away. */
@Injectable()
export class ProjectKeysService implements OnApplicationBootstrap {
  private byKey = new Map<string, Project>();
  private names = new Map<number, string>();
  private readAt = Number.NEGATIVE_INFINITY;
  private upcoming: Promise<void> | undefined;
  private isReachable = true;

  constructor(
    private readonly projects: ProjectRepository,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): Promise<void> {
    return this.refresh();
  }

  /**
   * The project of a key.
   *
   * @throws UnknownDsnKeyException when it is no key, or that of another project
   * @throws ServiceUnavailableException when it cannot be known because the database is away
   */
  async authenticate(projectId: string, keys: readonly string[]): Promise<Project> {
    const [key] = keys;
    if (key === undefined || keys.some((other) => other !== key)) throw new UnknownDsnKeyException();
    // A key may be younger than what was read; nobody waits for what is merely old.
    if (!this.byKey.has(key)) await this.refreshSoon();
    else if (this.clock.millis() - this.readAt > FRESH_MS) void this.refreshSoon();
    const project = this.byKey.get(key);
    if (!project && !this.isReachable) throw new ServiceUnavailableException(undefined, { retryAfterSeconds: 5 });
    if (!project || String(project.id) !== projectId) throw new UnknownDsnKeyException();
    return project;
  }

  /** Name of a living project, as far as is known here. */
  nameOf(id: number): string | undefined {
    return this.names.get(id);
  }

  /** Reads the projects; never rejects. */
  async refresh(): Promise<void> {
    this.readAt = this.clock.millis();
    try {
      const projects = await inTime(this.projects.all(), PATIENCE_MS);
      this.byKey = new Map(projects.flatMap((project) => project.keys.map((key) => [key, project])));
      this.names = new Map(projects.map(({ id, name }) => [id, name]));
      this.isReachable = true;
    } catch (error) {
      if (this.isReachable) {
        this.logger.warn('Projects cannot be read; those known go on', 'ErrorLedger', { error: String(error) });
      }
      this.isReachable = false;
    }
  }

  /** A read that begins after this call, shared by everybody who asks before it begins. */
  private refreshSoon(): Promise<void> {
    this.upcoming ??= new Promise<void>((resolve) => {
      const pause = Math.min(MISS_MS, Math.max(0, this.readAt + MISS_MS - this.clock.millis()));
      setTimeout(resolve, pause);
    }).then(() => {
      this.upcoming = undefined;
      return this.refresh();
    });
    return this.upcoming;
  }
}

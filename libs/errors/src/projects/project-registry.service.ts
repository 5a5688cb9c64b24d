import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, isUniqueViolation, type Transaction } from '#platform/database';
import { type KeyedRequest, KeyedRequests } from '#platform/idempotency';
import { Clock } from '#platform/kernel';
import { AuditTrail } from '#platform/security';
import {
  ProjectKeyNotFoundException,
  ProjectNameTakenException,
  ProjectNotFoundException,
} from '../occurrences/errors.exceptions.js';
import { type ItemCount, type Project, ProjectRepository } from './project.repository.js';
import { ProjectKeysService } from './project-keys.service.js';

export type { ItemCount, Project } from './project.repository.js';

/** What a project is made from; `undefined` is no limit of its own. */
export interface NewProject {
  name: string;
  rateLimitPerMinute?: number | null | undefined;
  retentionDays?: number | null | undefined;
}

/** Makes and removes projects and the keys of their DSNs. */
@Injectable()
export class ProjectRegistryService {
  constructor(
    private readonly database: Database,
    private readonly projects: ProjectRepository,
    private readonly requests: KeyedRequests,
    private readonly keys: ProjectKeysService,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  list(limit: number, after: number): Promise<Project[]> {
    return this.projects.list(limit, after);
  }

  /** @throws ProjectNotFoundException */
  async get(id: number): Promise<Project> {
    const project = await this.projects.find(id);
    if (!project) throw new ProjectNotFoundException();
    return project;
  }

  /** What its senders sent and said that they dropped. */
  itemsOf(id: number): Promise<ItemCount[]> {
    return this.projects.itemsOf(id);
  }

  /**
   * Makes a project with its first key.
   *
   * @param show what is answered
   * @throws ProjectNameTakenException
   */
  async create<A>(
    request: KeyedRequest,
    { name, rateLimitPerMinute, retentionDays }: NewProject,
    show: (project: Project) => A,
  ): Promise<A> {
    const limits = { rateLimitPerMinute: rateLimitPerMinute ?? null, retentionDays: retentionDays ?? null };
    const project = { name, ...limits, createdAt: this.clock.now() };
    const answer = await this.requests.once(request, async (tx) => {
      const id = await this.projects.insert(tx, project).catch((error: unknown) => {
        throw isUniqueViolation(error) ? new ProjectNameTakenException(undefined, { cause: error }) : error;
      });
      const key = await this.insertKey(tx, id);
      await this.note(tx, 'created', id, { name, ...limits, key: shown(key) });
      return show({ id, ...project, keys: [key] });
    });
    await this.keys.refresh();
    return answer;
  }

  /** @throws ProjectNotFoundException */
  async remove(id: number): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (!(await this.projects.delete(tx, id, this.clock.now()))) throw new ProjectNotFoundException();
      await this.note(tx, 'deleted', id);
    });
    await this.keys.refresh();
  }

  /**
   * Adds a key, so that the old one can be removed once every sender has the new one.
   *
   * @param show what is answered
   * @throws ProjectNotFoundException
   */
  async addKey<A>(request: KeyedRequest, id: number, show: (key: string) => A): Promise<A> {
    const answer = await this.requests.once(request, async (tx) => {
      if (!(await this.projects.lock(tx, id))) throw new ProjectNotFoundException();
      const key = await this.insertKey(tx, id);
      await this.note(tx, 'key_added', id, { key: shown(key) });
      return show(key);
    });
    await this.keys.refresh();
    return answer;
  }

  /** @throws ProjectKeyNotFoundException */
  async removeKey(id: number, key: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (!(await this.projects.deleteKey(tx, id, key))) throw new ProjectKeyNotFoundException();
      await this.note(tx, 'key_removed', id, { key: shown(key) });
    });
    await this.keys.refresh();
  }

  private async note(tx: Transaction, verb: string, projectId: number, more: object = {}): Promise<void> {
    await this.audit.record(tx, { action: `error_project.${verb}`, details: { projectId, ...more } });
  }

  private async insertKey(tx: Transaction, id: number): Promise<string> {
    const key = newKey();
    await this.projects.insertKey(tx, id, key, this.clock.now());
    return key;
  }
}

/** As much of a key as tells it from others. */
function shown(key: string): string {
  return `${key.slice(0, 8)}…`;
}

/** 32 hexadecimal digits: what the SDKs take for a public key. */
function newKey(): string {
  return randomBytes(16).toString('hex');
}

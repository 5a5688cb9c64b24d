import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { type KeyedRequest, KeyedRequests } from '#platform/idempotency';
import { AgentNotFoundException, Ids, ValidationException } from '#platform/kernel';
import { AuditTrail } from '#platform/security';
import { type AgentKind, rulesOf } from '../runners/agent-kinds.js';
import type { ConfigFault } from '../runners/agent-runner.js';
import { AgentRunnersService } from '../runners/agent-runners.service.js';
import { AgentSecretRepository } from '../runners/agent-secret.repository.js';
import type { Agent, AgentDefinition } from './agent.js';
import { checkConfig } from './agent-config.js';
import { AgentHasOpenTasksException } from '../tasks/agents.exceptions.js';
import type { JsonObject } from '../tasks/task.js';
import { AgentRepository } from './agent.repository.js';
import { TaskRepository } from '../tasks/task.repository.js';

/** An agent, and its secret when that was set just now: it is shown this once. */
export interface RegisteredAgent {
  readonly agent: Agent;
  readonly secret: string | undefined;
}

/** A change of an agent; what is absent stays. */
export type AgentPatch = Partial<Omit<AgentDefinition, 'slug' | 'kind'>> & { readonly kind?: AgentKind | undefined };

const SECRET_BYTES = 32;

/** Makes, changes and removes agents. */
@Injectable()
export class AgentRegistryService {
  constructor(
    private readonly database: Database,
    private readonly requests: KeyedRequests,
    private readonly agents: AgentRepository,
    private readonly tasks: TaskRepository,
    private readonly secrets: AgentSecretRepository,
    private readonly runners: AgentRunnersService,
    private readonly audit: AuditTrail,
    private readonly ids: Ids,
  ) {}

  /**
   * @throws ValidationException when the configuration does not fit the kind
   * @throws AgentSlugTakenException
   * @param show what is answered
   */
  create<A>(
    request: KeyedRequest,
    definition: AgentDefinition,
    show: (agent: Agent, secret: string | undefined) => A,
  ): Promise<A> {
    return this.requests.once(request, async (tx) => {
      const id = this.ids.next();
      const { config, secret } = this.check(definition.kind, definition.config, true);
      await this.agents.insert(tx, id, { ...definition, config }, this.encrypted(id, secret));
      const { slug, kind, minimumRole } = definition;
      await this.audit.record(tx, { action: 'agent.created', details: { agent: slug, kind, minimumRole } });
      const agent = await this.agents.lock(tx, slug);
      if (!agent) throw new AgentNotFoundException();
      return show(agent, shown(kind, secret));
    });
  }

  /**
   * Changes an agent. A configuration replaces the former whole; a secret stays unless a new one is given.
   *
   * @throws AgentNotFoundException
   * @throws ValidationException when the configuration does not fit the kind
   */
  async change(slug: string, { kind, config, ...changes }: AgentPatch): Promise<RegisteredAgent> {
    const secret = await this.database.transaction(async (tx): Promise<string | undefined> => {
      const agent = await this.agents.lock(tx, slug);
      if (!agent) throw new AgentNotFoundException();
      const nextKind = kind ?? agent.kind;
      const isNewKind = nextKind !== agent.kind;
      const checked = config !== undefined || isNewKind ? this.check(nextKind, config ?? {}, isNewKind) : undefined;
      await this.agents.update(tx, agent.id, {
        ...changes,
        ...(isNewKind && { kind: nextKind }),
        ...(checked && { config: checked.config }),
        ...(isNewKind || checked?.secret !== undefined
          ? { encryptedSecret: this.encrypted(agent.id, checked?.secret) }
          : {}),
      });
      const { minimumRole = agent.minimumRole } = changes;
      const details = {
        agent: slug,
        changed: Object.keys({ ...changes, ...(checked && { config }), ...(isNewKind && { kind }) }),
        ...(checked?.secret !== undefined && { isSecretNew: true }),
        ...(minimumRole !== agent.minimumRole && { minimumRole: { from: agent.minimumRole, to: minimumRole } }),
      };
      await this.audit.record(tx, { action: 'agent.changed', details });
      return shown(nextKind, checked?.secret);
    });
    return { agent: await this.get(slug), secret };
  }

  /**
   * Removes an agent; its finished tasks stay.
   *
   * @throws AgentNotFoundException
   * @throws AgentHasOpenTasksException while it has tasks that wait or run
   */
  async remove(slug: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const agent = await this.agents.lock(tx, slug);
      if (!agent) throw new AgentNotFoundException();
      if (await this.tasks.hasOpen(tx, agent.id)) {
        throw new AgentHasOpenTasksException('Cancel the tasks of the agent that wait or run, then remove it');
      }
      await this.agents.markDeleted(tx, agent.id);
      await this.audit.record(tx, { action: 'agent.deleted', details: { agent: slug } });
    });
  }

  /**
   * A paused agent starts no tasks; they wait. Of one that is paused already it stays known who did it first.
   *
   * @param by who pauses it; `undefined` lets it start tasks again
   * @throws AgentNotFoundException
   */
  async setPaused(slug: string, by: string | undefined): Promise<Agent> {
    await this.database.transaction(async (tx) => {
      const agent = await this.agents.lock(tx, slug);
      if (!agent) throw new AgentNotFoundException();
      await this.agents.setPaused(tx, agent.id, by);
      const action = by === undefined ? 'agent.resumed' : 'agent.paused';
      await this.audit.record(tx, { action, details: { agent: slug } });
    });
    return this.get(slug);
  }

  private async get(slug: string): Promise<Agent> {
    const agent = await this.agents.find(slug);
    if (!agent) throw new AgentNotFoundException();
    return agent;
  }

  private check(
    kind: AgentKind,
    given: JsonObject,
    needsSecret: boolean,
  ): { config: JsonObject; secret: string | undefined } {
    const { config, secret } = checkConfig(kind, given);
    const fault = this.runners.check(kind, config);
    if (fault) throw invalidConfig(fault);
    const isMade = rulesOf(kind).sharesSecret && secret === undefined && needsSecret;
    return { config, secret: isMade ? randomBytes(SECRET_BYTES).toString('base64url') : secret };
  }

  private encrypted(id: string, secret: string | undefined): string | null {
    return secret === undefined ? null : this.secrets.encrypt(secret, id);
  }
}

function shown(kind: AgentKind, secret: string | undefined): string | undefined {
  return rulesOf(kind).sharesSecret ? secret : undefined;
}

function invalidConfig({ field, message }: ConfigFault): ValidationException {
  return new ValidationException('The configuration of the agent is not valid', {
    details: { errors: [{ path: `config.${field}`, message, code: 'config' }] },
  });
}

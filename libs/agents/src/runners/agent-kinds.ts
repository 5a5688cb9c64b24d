import { HTTP } from './http/http-kind.js';
import { INTERNAL } from './internal/internal-kind.js';
import type { JsonObject } from '../tasks/task.js';
import type { KindNeed, KindRules } from './kind-rules.js';
import { LLM } from './llm/llm-kind.js';
import { WORKER } from './worker/worker-kind.js';

/**
 * Every kind of agent. Names are kept in the database, whose check has to know a new one too. `RunnersModule` lists who runs it, unless
 * workers do.
 */
export const KINDS = { http: HTTP, worker: WORKER, llm: LLM, internal: INTERNAL } satisfies Record<string, KindRules>;

/** How an agent's work is done. */
export type AgentKind = keyof typeof KINDS;
export const AGENT_KINDS = Object.keys(KINDS) as readonly AgentKind[];

/** Kinds whose tasks workers lease. */
export const LEASED_KINDS = AGENT_KINDS.filter((kind) => rulesOf(kind).isLeased);

export function rulesOf(kind: AgentKind): KindRules {
  return KINDS[kind];
}

/** What a kind needs by a name, in the words of `Claimant.resources`. */
export function resourceOf({ what }: KindNeed, name: string): string {
  return `${what}:${name}`;
}

/** What decides whether an agent needs something of whoever runs it. */
interface Needy {
  readonly kind: AgentKind;
  readonly config: JsonObject;
  readonly encryptedSecret: string | null;
}

/** What an agent needs of whoever runs it, in the words of `Claimant.resources`; `null` is nothing. */
export function needOf({ kind, config, encryptedSecret }: Needy): string | null {
  const { need } = rulesOf(kind);
  if (!need || (need.isSecret === true && encryptedSecret !== null)) return null;
  const name = config[need.field];
  return typeof name === 'string' ? resourceOf(need, name) : null;
}

/** The secret of the service that an agent uses, in the same words; `null` is none. */
export function secretUsedBy(agent: Needy): string | null {
  return rulesOf(agent.kind).need?.isSecret === true ? needOf(agent) : null;
}

/** For a person: what is missing where nobody has this resource; `undefined` when its kind has no words for it. */
export function missingText(resource: string): string | undefined {
  const [what, ...name] = resource.split(':');
  const kind = AGENT_KINDS.find((one) => rulesOf(one).need?.what === what);
  return kind && rulesOf(kind).need?.missing?.(name.join(':'));
}

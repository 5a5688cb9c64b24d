import { includesRole } from '#platform/kernel';
import { AgentRoleRequiredException } from '../tasks/agents.exceptions.js';
import type { Caller } from '../tasks/task-access.js';
import type { Agent } from './agent.js';

/** @throws AgentRoleRequiredException unless the caller may give the agent work */
export function demandRole(agent: Agent, caller: Caller): void {
  if (includesRole(caller.role, agent.minimumRole)) return;
  throw new AgentRoleRequiredException(`The agent ${agent.slug} needs the role ${agent.minimumRole}`, {
    details: { requiredRole: agent.minimumRole, role: caller.role },
  });
}

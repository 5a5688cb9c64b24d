/** Where an agent's secret is kept; binds the ciphertext to its row. */
export function secretPlace(agentId: string): string {
  return `agent.encrypted_secret:${agentId}`;
}

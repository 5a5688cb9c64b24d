import { AGENT_KINDS, LEASED_KINDS, rulesOf } from './agent-kinds.js';
import type { KindNeed } from './kind-rules.js';

/** Whether workers lease the tasks of `agent a`. */
export const IS_LEASED = `a.kind IN (${LEASED_KINDS.map((kind) => `'${kind}'`).join()})`;

/** What an `agent` needs of whoever runs it, in the words of `Claimant.resources`; NULL is nothing. */
const needOf = (agent: string, counts: (need: KindNeed) => boolean): string => {
  const cases = AGENT_KINDS.map((kind) => {
    const { need } = rulesOf(kind);
    if (!need || !counts(need)) return '';
    const isNeeded = need.isSecret
      ? `${agent}.kind = '${kind}' AND ${agent}.encrypted_secret IS NULL`
      : `${agent}.kind = '${kind}'`;
    return `WHEN ${isNeeded} THEN '${need.what}:' || (${agent}.config ->> '${need.field}')`;
  });
  return `CASE ${cases.join(' ')} END`;
};

/** What `agent a` needs of whoever runs it, in the words of `Claimant.resources`; NULL is nothing. */
export const NEEDS = needOf('a', () => true);

/** The secret of the service that an `agent` uses; NULL is none. */
export const secretUsedBy = (agent: string): string => needOf(agent, ({ isSecret }) => isSecret === true);

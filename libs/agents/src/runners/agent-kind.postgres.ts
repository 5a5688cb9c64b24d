import { AGENT_KINDS, LEASED_KINDS, rulesOf } from './agent-kinds.js';

/** Whether workers lease the tasks of `agent a`. */
export const IS_LEASED = `a.kind IN (${LEASED_KINDS.map((kind) => `'${kind}'`).join()})`;

const NEEDS_OF_KINDS = AGENT_KINDS.map((kind) => {
  const { need } = rulesOf(kind);
  if (!need) return '';
  const isNeeded = need.isSecret ? `a.kind = '${kind}' AND a.encrypted_secret IS NULL` : `a.kind = '${kind}'`;
  return `WHEN ${isNeeded} THEN '${need.what}:' || (a.config ->> '${need.field}')`;
});

/** What `agent a` needs of whoever runs it, as `needOf` says; NULL is nothing. */
export const NEEDS = `CASE ${NEEDS_OF_KINDS.join(' ')} END`;

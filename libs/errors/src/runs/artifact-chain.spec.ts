import { chainHash, verifyArtifact } from './artifact-chain.js';

interface Entry {
  error_id: string;
  severity: string;
  category: string;
  chain_hash?: string;
}

function artifact(
  change: (entries: Entry[]) => void = () => undefined,
  statistics: Record<string, unknown> = {},
): string {
  let head = 'run';
  const entries = ['a', 'b', 'c'].map((id): Entry => {
    const entry = { error_id: id, severity: 'high', category: 'unknown' };
    head = chainHash(head, entry);
    return { ...entry, chain_hash: head };
  });
  const sums = { total_errors: 3, by_severity: { high: 3 }, by_category: { unknown: 3 }, chain: { length: 3, head } };
  change(entries);
  return JSON.stringify({ metadata: { run_id: 'run' }, errors: entries, statistics: { ...sums, ...statistics } });
}

describe('verifyArtifact', () => {
  it('finds nothing wrong with what was written', () =>
    expect(verifyArtifact(artifact())).toMatchObject({ runId: 'run', entries: 3, problems: [] }));

  it.each<[string, (entries: Entry[]) => void]>([
    ['changed', ([, second]) => Object.assign(second ?? {}, { severity: 'low' })],
    ['removed', (entries) => entries.splice(1, 1)],
    ['removed from the end', (entries) => entries.pop()],
    ['added', (entries) => entries.push({ error_id: 'd', severity: 'high', category: 'unknown', chain_hash: 'x' })],
    ['moved', (entries) => entries.reverse()],
    ['without its hash', ([, second]) => delete second?.chain_hash],
  ])('finds an entry that was %s', (_, change) => expect(verifyArtifact(artifact(change)).problems).not.toEqual([]));

  it.each([
    [{ total_errors: 4 }],
    [{ by_severity: { high: 2, low: 1 } }],
    [{ by_category: {} }],
    [{ chain: { length: 3, head: 'x' } }],
    [{ conservation: { received: 4, stored: 3, duplicate: 0, quarantined: 0, refused: 0, backlog: 0 } }],
  ])('finds sums that do not fit: %j', (sums) =>
    expect(verifyArtifact(artifact(undefined, sums)).problems).toHaveLength(1),
  );

  it.each(['', 'null', '[]', '{}', '{"metadata":{"run_id":7}}', '{"metadata":{"run_id":"x"},"errors":{}}'])(
    'refuses %j',
    (text) => expect(verifyArtifact(text).problems).toHaveLength(1),
  );
});

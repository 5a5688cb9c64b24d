import { randomBytes } from 'node:crypto';
import { scrub } from '#platform/observability';
import { CheckpointKey, isSignedWith, parseCheckpoint, textForLog } from './checkpoint.js';

const ENDS = [
  { chain: 'audit', sequence: 3, hash: 'aa' },
  { chain: 'ledger', sequence: 0, hash: '00' },
];

describe('a checkpoint', () => {
  const key = new CheckpointKey(randomBytes(32));
  const checkpoint = key.sign(ENDS, '2026-11-24T12:00:00.000Z');

  it('is what its key signed, in whatever order its fields come', () => {
    const { chains, ...rest } = checkpoint;
    const shuffled = parseCheckpoint(
      JSON.stringify({ ...rest, chains: chains.map(({ hash, ...end }) => ({ hash, ...end })) }),
    );
    expect(shuffled && isSignedWith(shuffled, key.publicKey)).toBe(true);
  });

  it.each([
    { issuedAt: '2026-11-25T12:00:00.000Z' },
    { chains: [{ chain: 'audit', sequence: 2, hash: 'aa' }, ENDS[1]] },
    { chains: [{ chain: 'audit', sequence: 3, hash: 'ab' }, ENDS[1]] },
    { chains: [ENDS[0]] },
    { keyId: 'another' },
  ])('is not what was changed: %j', (change) => {
    const changed = parseCheckpoint(JSON.stringify({ ...checkpoint, ...change }));
    expect(changed && isSignedWith(changed, key.publicKey)).toBe(false);
  });

  it('comes whole through the log, which blots out secrets', () => {
    const line = scrub({ message: 'checkpoint', details: { checkpoint: textForLog(checkpoint) } });
    const kept = parseCheckpoint((line as { details: { checkpoint: string } }).details.checkpoint);
    expect(kept).toEqual(checkpoint);
    expect(kept && isSignedWith(kept, key.publicKey)).toBe(true);
  });

  it('is not signed by another key', () => {
    expect(isSignedWith(checkpoint, new CheckpointKey(randomBytes(32)).publicKey)).toBe(false);
  });

  it.each(['', '[]', 'null', '{}', '{"version":1,"chains":[null]}', '{"version":2}'])('is not %j', (text) => {
    expect(parseCheckpoint(text)).toBeUndefined();
  });
});

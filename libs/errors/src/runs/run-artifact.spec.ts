import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Occurrence } from '../occurrences/occurrence.js';
import { encodeWalLine } from '../write-ahead/wal-line.js';
import { WriteAheadDirectory } from '../write-ahead/write-ahead-directory.js';
import { verifyArtifact } from './artifact-chain.js';
import { EntriesAtHand } from './entries-at-hand.js';
import { RunArtifact } from './run-artifact.js';

function occurrenceOf(errorId: string, errorMessage = 'x'): Occurrence {
  const at = '2026-11-24T10:00:00.000Z';
  const nowhere = {
    correlationId: null,
    userId: null,
    endpoint: null,
    method: null,
    sourceFile: null,
    sourceLine: null,
  };
  const unknown = { release: null, environment: null, user: null, stackTrace: null };
  const empty = { context: {}, causes: [], tags: {}, breadcrumbs: [], contexts: {}, frames: [] };
  return {
    ...{ errorId, errorMessage, errorType: 'E', service: 's', timestamp: at, receivedAt: at },
    ...{ severity: 'high', category: 'unknown' },
    ...nowhere,
    ...unknown,
    ...empty,
  };
}

describe('the artifact of a run', () => {
  const runId = '20261124_100000_00000000';
  let dir: string;

  beforeEach(() => (dir = mkdtempSync(path.join(tmpdir(), 'artifact-'))));
  afterEach(() => rmSync(dir, { recursive: true }));

  it('does not read lines again whose entries are at hand, and reads the others', async () => {
    const lines = ['a', 'b', 'c'].map((id, index) => encodeWalLine({ sequence: index, occurrence: occurrenceOf(id) }));
    const [first = '', second = '', third = ''] = lines;
    const directory = new WriteAheadDirectory(dir);
    const name = `${runId}.000001.wal`;
    writeFileSync(directory.walPath(name), first + second + third);
    const identity = {
      ...{ runId, startedAt: '2026-11-24T10:00:00.000Z', service: 's', release: '1', environment: 'e' },
      ...{ platform: 'p', nodeVersion: 'v', host: 'h', pid: 1 },
    };
    const artifact = new RunArtifact(dir, identity, directory);
    artifact.atHand.keep(name, first.length, occurrenceOf('b', 'at hand'));
    await artifact.export([{ name, durableBytes: (first + second + third).length }]);
    const text = readFileSync(path.join(dir, `error-ledger-${runId}.json`), 'utf8');
    const { errors } = JSON.parse(text) as { errors: { error_id: string; error_message: string }[] };
    expect(errors.map(({ error_id, error_message }) => [error_id, error_message])).toEqual([
      ['a', 'x'],
      ['b', 'at hand'],
      ['c', 'x'],
    ]);
    expect(verifyArtifact(text)).toMatchObject({ entries: 3, problems: [] });
    expect(artifact.atHand.take(name, first.length)).toBeUndefined();
  });

  it('keeps no more at hand than some characters, the latest', () => {
    const entries = new EntriesAtHand();
    const message = 'm'.repeat(1_000_000);
    for (let offset = 0; offset < 20; offset++) entries.keep('f', offset, occurrenceOf(String(offset), message));
    const kept = Array.from({ length: 20 }, (_, offset) => entries.take('f', offset)?.errorId);
    expect(kept.filter((id) => id !== undefined)).toEqual(['12', '13', '14', '15', '16', '17', '18', '19']);
  });
});

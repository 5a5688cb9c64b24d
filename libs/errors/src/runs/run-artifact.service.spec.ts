import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RunArtifactService } from './run-artifact.service.js';

type Parameters = ConstructorParameters<typeof RunArtifactService>;

/** A part of a collaborator, as much as is used. */
const part = <T>(some: Partial<T>): T => some as T;

describe('the artifact of this run', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(path.join(tmpdir(), 'artifact-'))));
  afterEach(() => rmSync(dir, { recursive: true }));

  it('looks for resolutions one look after the other, so that an early one cannot win over a late one', async () => {
    let [under, most] = [0, 0];
    const looked = async <T>(found: T): Promise<T> => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setTimeout(resolve, 10));
      under--;
      return found;
    };
    let state = 0;
    const artifact = new RunArtifactService(
      part<Parameters[0]>({
        identity: {
          ...{ runId: '20261124_100000_00000000', startedAt: '2026-11-24T10:00:00.000Z', service: 's', release: '1' },
          ...{ environment: 'e', platform: 'p', nodeVersion: 'v', host: 'h', pid: 1 },
        },
        log: part<Parameters[0]['log']>({ files: [] }),
      }),
      part<Parameters[1]>({}),
      part<Parameters[2]>({ artifactsDir: dir }),
      part<Parameters[3]>({}),
      part<Parameters[4]>({}),
      part<Parameters[5]>({
        resolutionState: () => looked(String(++state)),
        resolutionsOf: () => looked(new Map<string, string | null>()),
      }),
      part<Parameters[6]>({}),
    );
    await Promise.all([artifact.tellResolutions(), artifact.tellResolutions(), artifact.tellResolutions()]);
    expect([state, most]).toEqual([3, 1]);
  });
});

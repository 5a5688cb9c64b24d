import { Injectable } from '@nestjs/common';
import { Clock } from '#platform/kernel';
import { DerivedKeys } from '#platform/security';
import { Chains } from './chains.js';
import { type Checkpoint, CheckpointKey, isSignedWith } from './checkpoint.js';

/** What comparing a checkpoint with the chains found: nothing, when every chain still leads through it. */
export interface CheckpointFault {
  /** Name of the chain; absent when the checkpoint itself is at fault. */
  readonly chain?: string;
  readonly reason: string;
}

/** Signs where the chains of hashes end, and tells later whether they still lead there. */
@Injectable()
export class CheckpointService {
  constructor(
    private readonly chains: Chains,
    private readonly keys: DerivedKeys,
    private readonly clock: Clock,
  ) {}

  /** The ends of all chains now. Their key comes from SECRET_KEY, which the database does not hold. */
  async issue(): Promise<Checkpoint> {
    const ends = this.chains.all.map(async (chain) => ({ chain: chain.name, ...(await chain.head()) }));
    const [key] = this.ownKeys;
    return key.sign(await Promise.all(ends), this.clock.now().toISOString());
  }

  /** Whether the checkpoint is ours, and every chain still has the link that it names. */
  async compare(checkpoint: Checkpoint): Promise<CheckpointFault[]> {
    const key = this.ownKeys.find(({ id }) => id === checkpoint.keyId);
    if (!key) return [{ reason: 'it was signed with a key that neither SECRET_KEY nor SECRET_KEY_PREVIOUS gives' }];
    if (!isSignedWith(checkpoint, key.publicKey)) return [{ reason: 'its signature does not fit what it says' }];
    const faults: CheckpointFault[] = [];
    for (const { chain: name, sequence, hash } of checkpoint.chains) {
      const chain = this.chains.all.find((each) => each.name === name);
      const found = sequence === 0 ? hash : await chain?.hashAt(sequence);
      if (!chain) faults.push({ chain: name, reason: 'there is no such chain' });
      else if (found === undefined)
        faults.push({ chain: name, reason: `link ${sequence} is missing: its end was cut off` });
      else if (found !== hash)
        faults.push({ chain: name, reason: `link ${sequence} is another one: it was written anew` });
    }
    return faults;
  }

  /** The key that signs, and the one of before the last rotation. */
  private get ownKeys(): [CheckpointKey, ...CheckpointKey[]] {
    const previous = this.keys.previous('checkpoint');
    const current = new CheckpointKey(this.keys.get('checkpoint').export());
    return previous ? [current, new CheckpointKey(previous.export())] : [current];
  }
}

import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import fc from 'fast-check';
import {
  type Block,
  blockHash,
  ChainFollower,
  inclusionProof,
  isSignedBy,
  leafHash,
  merkleRoot,
  NO_HASH,
  type PublicJwk,
  rootFromProof,
} from './chain.js';

/** Leaves of the test vectors that Certificate Transparency uses for its trees. */
const VECTORS = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const sha = (...parts: Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
const leaf = (hex: string): Buffer => sha(Buffer.from([0]), Buffer.from(hex, 'hex'));
const leavesOf = (count: number): Buffer[] => VECTORS.slice(0, count).map(leaf);

const pair = generateKeyPairSync('ed25519');
const jwk = (key: KeyObject): PublicJwk => ({ ...key.export({ format: 'jwk' }), kid: 'key-1' });
const keys = new Map([['key-1', jwk(pair.publicKey)]]);

function blockOf(number: number, previousHash: string, leaves: Buffer[], change: Partial<Block> = {}): Block {
  const header = {
    number,
    previousHash,
    merkleRoot: merkleRoot(leaves).toString('hex'),
    count: leaves.length,
    committedAt: '2026-11-30T12:00:00.000Z',
    ...change,
  };
  const hash = blockHash(header);
  return {
    ...header,
    hash: hash.toString('hex'),
    keyId: 'key-1',
    signature: sign(null, hash, pair.privateKey).toString('base64url'),
    ...change,
  };
}

describe('the tree over the records of a block', () => {
  it('has the roots of RFC 6962', () => {
    expect(merkleRoot([]).toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(merkleRoot(leavesOf(1)).toString('hex')).toBe(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    );
    expect(merkleRoot(leavesOf(8)).toString('hex')).toBe(
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    );
  });

  it('has a leaf for each record, over its canonical text', () => {
    expect(leafHash({ b: 1, a: 'x' })).toEqual(sha(Buffer.from('\0{"a":"x","b":1}')));
  });

  it('proves each of its leaves, and nothing else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), (count, some) => {
        const leaves = Array.from({ length: count }, (_, index) => leafHash({ index }));
        const index = some % count;
        const proof = inclusionProof(leaves, index);
        const own = leaves[index] ?? Buffer.alloc(0);
        const root = merkleRoot(leaves);
        expect(rootFromProof(own, index, count, proof)).toEqual(root);
        expect(rootFromProof(leafHash({ other: 1 }), index, count, proof)).not.toEqual(root);
        // Neither more nor less than the proof is one.
        expect(rootFromProof(own, index, count, [...proof, own])).toBeUndefined();
        if (proof.length > 0) expect(rootFromProof(own, index, count, proof.slice(0, -1))).toBeUndefined();
      }),
    );
  });

  it('has the proofs of RFC 6962, nearest first', () => {
    const leaves = leavesOf(7);
    const node = (from: number, to: number): Buffer => merkleRoot(leaves.slice(from, to));
    expect(inclusionProof(leaves, 0)).toEqual([node(1, 2), node(2, 4), node(4, 7)]);
    expect(inclusionProof(leaves, 3)).toEqual([node(2, 3), node(0, 2), node(4, 7)]);
    expect(inclusionProof(leaves, 6)).toEqual([node(4, 6), node(0, 4)]);
    expect(inclusionProof(leavesOf(1), 0)).toEqual([]);
    expect(inclusionProof([], 0)).toEqual([]);
  });

  it.each([
    [-1, 4],
    [-1, 1],
    [1, 1],
    [4, 4],
    [0, 0],
  ])('has no place %i among %i', (index, count) => {
    expect(rootFromProof(leaf(''), index, count, [])).toBeUndefined();
  });
});

describe('a signature', () => {
  const block = blockOf(1, NO_HASH, leavesOf(2));

  it('holds for the hash that was signed, by the key that signed it', () => {
    expect(isSignedBy(keys.get('key-1'), block)).toBe(true);
    expect(isSignedBy(jwk(generateKeyPairSync('ed25519').publicKey), block)).toBe(false);
    expect(isSignedBy(keys.get('key-1'), { ...block, hash: NO_HASH })).toBe(false);
  });

  it('does not hold without a key, nor by one that is none', () => {
    expect(isSignedBy(undefined, block)).toBe(false);
    expect(isSignedBy({ kty: 'OKP', crv: 'Ed25519', x: '?', kid: 'key-1' }, block)).toBe(false);
  });
});

describe('who follows the chain', () => {
  it('finds nothing wrong with what was sealed, and knows the latest block', () => {
    const follower = new ChainFollower(keys);
    expect(follower.head).toEqual({ number: 0, hash: '0'.repeat(64) });
    const first = blockOf(1, NO_HASH, leavesOf(3));
    const second = blockOf(2, first.hash, leavesOf(8));
    expect([follower.follow(first, leavesOf(3)), follower.follow(second, leavesOf(8))]).toEqual([[], []]);
    expect(follower.head).toEqual({ number: 2, hash: second.hash });
  });

  it.each<[string, Block, Buffer[], string[]]>([
    ['a block that was left out', blockOf(2, NO_HASH, leavesOf(2)), leavesOf(2), ['Block 2 follows block 0']],
    [
      'another history',
      blockOf(1, '1'.repeat(64), leavesOf(2)),
      leavesOf(2),
      ['The previous hash is not that of the block before'],
    ],
    [
      'a record that is gone',
      blockOf(1, NO_HASH, leavesOf(3)),
      leavesOf(2),
      ['There are 2 records, not 3', 'The records are not those that were sealed'],
    ],
    [
      'a record that was changed',
      blockOf(1, NO_HASH, leavesOf(2)),
      [leaf(''), leaf('ff')],
      ['The records are not those that were sealed'],
    ],
    [
      'another hash',
      blockOf(1, NO_HASH, leavesOf(2), { hash: NO_HASH }),
      leavesOf(2),
      ['The hash is not that of the block', 'The signature does not hold'],
    ],
    [
      'an unknown key',
      blockOf(1, NO_HASH, leavesOf(2), { keyId: 'key-2' }),
      leavesOf(2),
      ['The signature does not hold'],
    ],
  ])('says of %s what does not fit', (_, block, leaves, faults) => {
    expect(new ChainFollower(keys).follow(block, leaves)).toEqual(faults);
  });

  it('hashes every member of the header', () => {
    const { number, previousHash, merkleRoot: root, count, committedAt } = blockOf(1, NO_HASH, leavesOf(2));
    const text = `{"committedAt":"${committedAt}","count":${count},"merkleRoot":"${root}","number":${number},"previousHash":"${previousHash}"}`;
    expect(blockHash({ number, previousHash, merkleRoot: root, count, committedAt })).toEqual(sha(Buffer.from(text)));
  });
});

import { isUuid, UuidV7Ids } from './ids.js';

const bitsOf = (id: string): bigint => BigInt(`0x${id.replaceAll('-', '')}`);

describe('ids', () => {
  it('are UUIDv7, each greater than the one before', () => {
    const ids = new UuidV7Ids();
    const before = Date.now();
    const made = Array.from({ length: 50_000 }, () => ids.next());
    const after = Date.now();
    let last = -1n;
    for (const id of made) {
      const bits = bitsOf(id);
      expect(bits > last).toBe(true);
      last = bits;
    }
    expect(made.every((id) => isUuid(id) && id[14] === '7' && /[89ab]/.test(id[19] ?? ''))).toBe(true);
    const times = [made[0], made.at(-1)].map((id) => Number(bitsOf(id ?? '') >> 80n));
    expect(times[0]).toBeGreaterThanOrEqual(before);
    expect(times[1]).toBeLessThanOrEqual(after + 1);
  });

  it('go on from the latest time when the clock is set back', () => {
    const ids = new UuidV7Ids();
    const clock = jest.spyOn(Date, 'now');
    try {
      clock.mockReturnValue(1_800_000_000_000);
      const first = ids.next();
      clock.mockReturnValue(1_700_000_000_000);
      expect(bitsOf(ids.next()) > bitsOf(first)).toBe(true);
    } finally {
      clock.mockRestore();
    }
  });

  it('of two makers differ, and share no run of random bits', () => {
    const [a, b] = [new UuidV7Ids(), new UuidV7Ids()];
    const tails = Array.from({ length: 20_000 }, (_, index) => (index % 2 ? a : b).next().slice(24));
    expect(new Set(tails).size).toBe(tails.length);
  });
});

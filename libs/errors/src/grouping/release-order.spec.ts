import fc from 'fast-check';
import { compareReleases } from './release-order.js';

describe('compareReleases', () => {
  it.each([
    ['2.0.0rc1', '2.0.0'],
    ['2.0.0-rc.1', '2.0.0'],
    ['2.0.0-rc.2', '2.0.0-rc.10'],
    ['2.0.0a1', '2.0.0b1'],
    ['2.0.0.dev3', '2.0.0a1'],
    ['2.0.0-SNAPSHOT', '2.0.0'],
    ['2.0.0', '2.0.0.post1'],
    ['2.9.3', '2.10.0'],
    ['v1.2.3', '1.2.4'],
    ['shop-2.4.0', 'shop-2.4.1'],
    ['shop-v2.4.0-beta.2', 'shop-v2.4.0'],
    ['my-app2-1.9.0', 'my-app2-1.10.0'],
    ['app@1.2.3+44', 'app@1.2.3+45'],
    ['app@1.2.3+9', 'app@1.2.3+10'],
    ['1.2.3', 'app@1.2.4'],
    ['build-1233', 'build-1234'],
    ['build-999', 'build-1000'],
    ['build 7', 'build 12'],
    ['release/2026.11.23', 'release/2026.11.24'],
    ['2026-11-23', '2026-11-24'],
    ['2026-11-24T09-15', '2026-11-24T10-02'],
    ['2026-11-24-2', '2026-11-24-10'],
    ['20261123', '20261124'],
    ['20261124101530', '20261124101531'],
    ['1.2.3', '1.2.3-5-gabc1234'],
    ['1.2.3-5-gabc1234', '1.2.3-12-gdef5678'],
    ['1.0.0-alpha', '1.0.0-alpha.1'],
    ['1.0.0-alpha.1', '1.0.0-beta'],
    ['123', '124'],
  ])('has %s before %s', (older, newer) => {
    expect([compareReleases(older, newer), compareReleases(newer, older)]).toEqual([-1, 1]);
  });

  it.each([
    ['1.2.3', 'v1.2.3'],
    ['1.2', '1.2.0'],
    ['1.2.3', '1.2.3.Final'],
    ['shop@1.2.3', 'shop@1.2.3+45'],
  ])('takes %s and %s for the same', (one, other) => expect(compareReleases(one, other)).toBe(0));

  it.each([
    ['d76b000', 'c031062'],
    ['shop@d76b000c2ac958b9939d2c031062a83cdf0011aa', 'shop@c031062a83cdf0011aad76b000c2ac958b9939d2'],
    ['shop-1.2.3', 'cart-1.2.4'],
    ['1.2.3-3f2a9c1', '1.2.3-77aa01c'],
    ['1.2.3+abc', '1.2.3+def'],
    ['blue', 'green'],
  ])('does not know the order of %s and %s', (one, other) => expect(compareReleases(one, other)).toBeUndefined());

  it('never contradicts itself', () => {
    const part = fc.constantFrom(
      '1',
      '2',
      '10',
      '1.2.3',
      '-rc1',
      'rc2',
      '+4',
      '+45',
      'shop-',
      'shop@',
      'v',
      '.',
      'abc1234',
      '-beta',
    );
    const release = fc.array(part, { maxLength: 4 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(release, release, (one, other) => {
        const [there, back] = [compareReleases(one, other), compareReleases(other, one)];
        expect(there === undefined ? undefined : -there + 0).toBe(back === undefined ? undefined : back + 0);
      }),
    );
  });
});

import { KUBERNETES_RELEASES, karpenterPairViolation, standardSupportEnd } from '../../lib/config/compatibility';
import { compareVersions, versions } from '../../lib/config/versions';

describe('the pins', () => {
  it('are of one Kubernetes version', () => {
    expect(versions.addOns['kube-proxy']).toMatch(new RegExp(`^v${versions.kubernetes}\\.`));
    expect(versions.systemNodeAmiRelease).toMatch(new RegExp(`^${versions.kubernetes}\\.\\d+-\\d{8}$`));
  });

  it('give system nodes and Karpenter nodes the same machine image release', () => {
    expect(versions.amiAlias.split('@v')[1]).toBe(versions.systemNodeAmiRelease.split('-')[1]);
  });

  it('are exact EKS builds', () => {
    for (const version of Object.values(versions.addOns)) {
      expect(version).toMatch(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/);
    }
  });

  it('know when standard support ends', () => {
    expect([standardSupportEnd('1.35'), standardSupportEnd('1.29')]).toEqual(['2027-03-27', undefined]);
  });

  it('are a pair that upstream states to work, on a version in standard support', () => {
    expect(Object.keys(KUBERNETES_RELEASES)).toContain(versions.kubernetes);
    expect(karpenterPairViolation(versions.kubernetes, versions.karpenter)).toBeUndefined();
  });
});

describe('a pair of Kubernetes and Karpenter', () => {
  test.each([
    ['1.34', '1.6.0', true], ['1.34', '1.5.9', false],
    ['1.35', '1.9.0', true], ['1.35', '1.8.9', false], ['1.35', '1.10.0', true],
    ['1.36', '1.13.0', true], ['1.36', '1.12.9', false], ['1.36', '0.37.0', false],
  ])('of %s and %s works: %s', (kubernetes, karpenter, works) => {
    expect(karpenterPairViolation(kubernetes, karpenter) === undefined).toBe(works);
  });
});

test.each([
  ['1.26.6', '1.26.6', 0], ['1.26.10', '1.26.6', 1], ['1.9', '1.10', -1], ['3.11', '3.11.0', 0], ['3.11.0', '3.11', 0], ['1.27rc1', '1.26.9', 1],
])('versions are compared number by number: %s and %s', (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
});

import type { JsonObject } from '../../lib/json';
import { DEPLOYMENTS } from '../../lib/kubernetes/core-kinds';
import { labelOf, NODE_CLAIMS } from '../../lib/kubernetes/karpenter-kinds';

describe('the last change of a Deployment', () => {
  const changedAt = (...managedFields: readonly JsonObject[]): string =>
    DEPLOYMENTS.read({ metadata: { name: 'inflate', creationTimestamp: '2026-11-27T01:00:00Z', managedFields } }).changedAt;

  test('is the latest that somebody made to what it should be; for a scaling the API server notes no time', () => {
    expect(changedAt(
      { manager: 'kubectl-edit', operation: 'Update', time: '2026-11-27T01:20:00Z' },
      { manager: 'kubectl-client-side-apply', operation: 'Update', time: '2026-11-27T01:05:00Z' },
      { manager: 'kubectl', operation: 'Update', subresource: 'scale' },
    )).toBe('2026-11-27T01:20:00Z');
  });

  test('is not what controllers write about its state', () => {
    expect(changedAt({ manager: 'kube-controller-manager', operation: 'Update', subresource: 'status', time: '2026-11-27T01:30:00Z' })).toBe('2026-11-27T01:00:00Z');
  });
});

describe('a label that a NodeClaim\'s node gets', () => {
  const claim = (labels: JsonObject, values: readonly string[], operator = 'In'): string | undefined => labelOf(
    NODE_CLAIMS.read({ metadata: { name: 'class-1', labels }, spec: { requirements: [{ key: 'eks-team', operator, values }] } }), 'eks-team');

  test('is a requirement of one value before it is launched, and its label then', () => {
    expect(claim({}, ['student-007'])).toBe('student-007');
    expect(claim({ 'eks-team': 'student-007' }, ['student-007', 'student-008'])).toBe('student-007');
  });

  test('is unknown while it may have one of several values, or any', () => {
    expect(claim({}, ['student-007', 'student-008'])).toBeUndefined();
    expect(claim({}, ['student-007'], 'NotIn')).toBeUndefined();
    expect(claim({}, [])).toBeUndefined();
  });
});

import { labelLines } from '../../lib/exercise/diagnosis';
import { NODE_POOLS, type NodePool } from '../../lib/kubernetes/karpenter-kinds';

const SEATS = ['student-001', 'student-002', 'student-003', 'student-004', 'student-005', 'student-006'];

/** A NodePool whose nodes are of an architecture of the list, and of a team: of one, or of one of several. */
function nodePool(name: string, architectures: readonly string[], team: string | readonly string[]): NodePool {
  return NODE_POOLS.read({
    metadata: { name },
    spec: {
      template: {
        ...(typeof team === 'string' && { metadata: { labels: { 'eks-team': team } } }),
        spec: {
          requirements: [
            { key: 'kubernetes.io/arch', operator: 'In', values: [...architectures] },
            ...(typeof team === 'string' ? [] : [{ key: 'eks-team', operator: 'In', values: [...team] }]),
          ],
        },
      },
    },
  });
}

describe('labels that pods select and no NodePool gives', () => {
  const pools = [nodePool('default', ['amd64'], 'my-team'), nodePool('class', ['amd64'], SEATS), nodePool('class-options', ['amd64', 'arm64'], SEATS)];

  it('are told with what the NodePools for these pods give instead, by their requirements too', () => {
    expect(labelLines(pools, { 'eks-team': 'student-003', 'kubernetes.io/arch': 'riscv64' })).toEqual([
      'No NodePool gives its nodes the label kubernetes.io/arch=riscv64 that the pods select: class gives kubernetes.io/arch=amd64 and class-options gives kubernetes.io/arch=amd64 or arm64.',
    ]);
  });

  it('are told with all NodePools where none is for these pods, and with four values of many', () => {
    expect(labelLines(pools.slice(0, 2), { 'eks-team': 'nobody' })).toEqual([
      'No NodePool gives its nodes the label eks-team=nobody that the pods select: default gives eks-team=my-team and class gives eks-team=student-001 or student-002 or student-003 or student-004 or another of 6.',
    ]);
  });

  it('are none where a NodePool may give them', () => {
    expect(labelLines(pools, { 'eks-team': 'student-006', 'kubernetes.io/arch': 'arm64' })).toEqual([]);
  });
});

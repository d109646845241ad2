import { classBounds, type ClassUse } from '../../../lib/exercise/class/class-bounds';
import { classExpectationsOf, type ClassExpectations } from '../../../lib/exercise/class/class-context';
import { NODE_CLAIMS } from '../../../lib/kubernetes/karpenter-kinds';
import { smallLabView } from '../../assembly/small-lab';

const expectations: ClassExpectations = { ...classExpectationsOf(smallLabView()), subnetCount: 2, subnetAddresses: 502, systemVcpus: 4 };

/** A class of which each student has a c5a.2xlarge for five pods. */
function classOf(students: number, capacityType = 'on-demand'): ClassUse {
  const claim = NODE_CLAIMS.read({
    metadata: { name: 'default-1', labels: { 'node.kubernetes.io/instance-type': 'c5a.2xlarge', 'karpenter.sh/capacity-type': capacityType } },
    status: { capacity: { cpu: '8', memory: '16Gi' } },
  });
  return { students, nodes: Array.from({ length: students }, () => ({ claim, pods: 5 })) };
}

describe('the bounds of a class', () => {
  test('stand in the order of the students that they are enough for, the assumed one last', () => {
    const bounds = classBounds(classOf(3), { cpu: '100', memory: '400Gi' }, expectations);
    expect(bounds.map(({ what, used, available, enoughForStudents }) => [what, used, available, enoughForStudents])).toEqual([
      ['NodePool cpu limit', 24, 100, 12],
      // A node takes two interfaces of 15 addresses: one for its pods, one to spare.
      ['subnet addresses', 90, 502, 16],
      ['NodePool memory limit', 48, 400, 25],
      // The system nodes take 4 of the 5 vCPUs that a new account has.
      ['on-demand vCPU quota', 28, 5, 0],
    ]);
  });

  test('leave out limits that the NodePool does not have', () => {
    expect(classBounds(classOf(1), {}, expectations).map(({ what }) => what)).toEqual(['subnet addresses', 'on-demand vCPU quota']);
  });

  test('do not count spot nodes against the on-demand quota', () => {
    expect(classBounds(classOf(2, 'spot'), {}, expectations).map(({ what }) => what)).toEqual(['subnet addresses']);
  });

  test('are left out where nothing of them was used, for nothing was measured', () => {
    expect(classBounds({ students: 0, nodes: [] }, { cpu: '100' }, expectations)).toEqual([]);
    expect(classBounds({ ...classOf(1), students: 0 }, { cpu: '100' }, expectations)).toEqual([]);
  });

  test('assume the quota of a new account, and take one that is given', () => {
    const quotaOf = (...given: readonly number[]) => classBounds(classOf(3), {}, expectations, ...given).find(({ what }) => what === 'on-demand vCPU quota');
    expect(quotaOf()).toMatchObject({ available: 5, isAssumed: true, source: expect.stringMatching(/^AWS's default for a new account/) });
    expect(quotaOf(64)).toMatchObject({ available: 64, enoughForStudents: 7, isAssumed: false, source: expect.stringMatching(/^as given, /) });
    expect(classBounds(classOf(3), { cpu: '100' }, expectations, 64).map(({ what }) => what)).toEqual(['on-demand vCPU quota', 'NodePool cpu limit', 'subnet addresses']);
  });
});

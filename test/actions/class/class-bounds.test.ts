<<<<<<< HEAD
import { classBounds, type ClassUse } from '../../../lib/actions/class/class-bounds';
import { classExpectationsOf, type ClassExpectations } from '../../../lib/actions/class/class-expectations';
import { NODE_CLAIMS } from '../../../lib/kubernetes/node-claim';
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
  test('stand in the order of the students that they are enough for', () => {
    const bounds = classBounds(classOf(3), { cpu: '100', memory: '400Gi' }, expectations);
    expect(bounds.map(({ what, used, available, enoughForStudents }) => [what, used, available, enoughForStudents])).toEqual([
      // The system nodes take 4 of the 5 vCPUs that a new account has.
      ['on-demand vCPU quota', 28, 5, 0],
      ['NodePool cpu limit', 24, 100, 12],
      // A node takes two interfaces of 15 addresses: one for its pods, one to spare.
      ['subnet addresses', 90, 502, 16],
      ['NodePool memory limit', 48, 400, 25],
    ]);
  });

  test('leave out limits that the NodePool does not have', () => {
    expect(classBounds(classOf(1), {}, expectations).map(({ what }) => what)).toEqual(['on-demand vCPU quota', 'subnet addresses']);
  });

  test('do not count spot nodes against the on-demand quota', () => {
    expect(classBounds(classOf(2, 'spot'), {}, expectations).find(({ what }) => what === 'on-demand vCPU quota')).toMatchObject({ used: 4 });
  });

  test('are enough for nobody where no student came to run', () => {
    expect(classBounds({ students: 0, nodes: [] }, { cpu: '100' }, expectations).map(({ enoughForStudents }) => enoughForStudents)).toEqual([0, 0, 0]);
=======
import { classBounds } from '../../../lib/actions/class/class-bounds';
import { classExpectationsOf } from '../../../lib/actions/class/class-expectations';
import { nodeAddresses } from '../../../lib/actions/class/node-addresses';
import { NODE_CLAIMS, type NodeClaim } from '../../../lib/kubernetes/node-claim';
import { smallLabView } from '../../assembly/small-lab';

const expectations = { ...classExpectationsOf(smallLabView()), subnetCount: 2, subnetAddresses: 1000, systemVcpus: 4 };

function claim(capacityType = 'on-demand'): NodeClaim {
  return NODE_CLAIMS.read({
    metadata: { name: 'default-1', labels: { 'node.kubernetes.io/instance-type': 'c5a.2xlarge', 'karpenter.sh/capacity-type': capacityType } },
    status: { capacity: { cpu: '8', memory: '16Gi' } },
  });
}

describe('the bounds of a class', () => {
  const use = { students: 2, nodes: [{ claim: claim(), pods: 5 }, { claim: claim(), pods: 5 }] };

  test('are sorted by how many students they are enough for', () => {
    const bounds = classBounds(use, { cpu: '100', memory: '400Gi' }, expectations);
    const named = (what: string) => bounds.find((bound) => bound.what === what);
    const enough = bounds.map(({ enoughForStudents }) => enoughForStudents);
    expect(enough).toEqual(enough.toSorted((a, b) => a - b));
    expect(named('NodePool cpu limit')).toMatchObject({ used: 16, available: 100, unit: 'vCPU', enoughForStudents: 12, source: 'spec.limits.cpu of NodePool default' });
    expect(named('NodePool memory limit')).toMatchObject({ used: 32, available: 400, unit: 'GiB', enoughForStudents: 25 });
    expect(named('subnet addresses')).toMatchObject({ used: 60, available: 1000, enoughForStudents: 33, source: expect.stringContaining('2 subnets') });
    expect(named('on-demand vCPU quota')).toMatchObject({ used: 20 });
  });

  test('leave out a limit that the NodePool does not have', () => {
    expect(classBounds(use, {}, expectations).map(({ what }) => what).toSorted()).toEqual(['on-demand vCPU quota', 'subnet addresses']);
  });

  test('count the system nodes against the quota, and spot nodes not at all', () => {
    const [quota] = classBounds({ students: 1, nodes: [{ claim: claim('spot'), pods: 5 }] }, {}, expectations).filter(({ what }) => what === 'on-demand vCPU quota');
    expect(quota).toMatchObject({ used: 4 });
  });

  test('are enough for nobody where nobody ran, rather than for an endless number', () => {
    for (const { enoughForStudents } of classBounds({ students: 0, nodes: [] }, { cpu: '100' }, expectations)) expect(enoughForStudents).toBe(0);
  });
});

describe('the addresses of a node', () => {
  test('come in whole network interfaces, with one to spare', () => {
    // c5a.2xlarge: 4 interfaces of 15 addresses, of which the first is the interface's own.
    expect(nodeAddresses('c5a.2xlarge', 5)).toBe(30);
    expect(nodeAddresses('c5a.2xlarge', 15)).toBe(45);
    expect(nodeAddresses('c5a.2xlarge', 56)).toBe(60);
  });

  test('are those of the pods for an instance type in no table', () => {
    expect(nodeAddresses('x9.large', 7)).toBe(7);
>>>>>>> baacace (wip)
  });
});

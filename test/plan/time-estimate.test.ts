import { estimateTime } from '../../lib/plan/time-estimate';
import { resource, smallLabView } from '../assembly/small-lab';

describe('time to ready', () => {
  const time = estimateTime(smallLabView());

  test('is the longest path through what waits for what', () => {
    // VPC 12 and subnet 5 (as long as the role's 17, but first in the template), control plane 590, nodes 150, chart 50, three manifests of 4.
    expect(time.readySeconds).toBe(17 + 590 + 150 + 50 + 3 * 4);
    expect(time.criticalPath.map(({ logicalId, startSeconds }) => [logicalId, startSeconds])).toEqual([
      ['Vpc', 0], ['PrivateA', 12], ['Cluster', 17], ['Nodes', 607], ['Karpenter', 757], ['NodeClass', 807], ['NodePool', 811], ['Exercise', 815],
    ]);
  });

  test('is compared with what no lab can do without', () => {
    expect(time.ratioToFloor).toBeCloseTo(819 / (590 + 150 + 50), 10);
  });

  test('grows where the control plane waits for a NAT gateway', () => {
    const lab = smallLabView();
    const cluster = lab.stack.resources.get('Cluster');
    const waiting = smallLabView({
      Cluster: resource('AWS::EKS::Cluster', cluster?.properties, 'Nat'),
    });

    // Gateway 16, route 2 (its table: 12 + 12), NAT 100.
    expect(estimateTime(waiting).readySeconds).toBe(12 + 12 + 2 + 100 + 590 + 150 + 50 + 12);
  });

  test('has a time line of what takes more than a few seconds, by start', () => {
    const ids = time.timeline.map(({ logicalId }) => logicalId);

    expect(ids).toEqual(expect.arrayContaining(['Vpc', 'Nat', 'Cluster', 'Nodes', 'Crds', 'Karpenter']));
    expect(ids).not.toContain('PrivateA');
    expect(time.timeline.map(({ startSeconds }) => startSeconds)).toEqual(time.timeline.map(({ startSeconds }) => startSeconds).toSorted((a, b) => a - b));
  });

  test('names things for people', () => {
    const labels = Object.fromEntries([...time.criticalPath, ...time.timeline].map(({ logicalId, label }) => [logicalId, label]));

    expect(labels).toEqual(expect.objectContaining({
      Cluster: 'EKS control plane lab', Cni: 'Add-on vpc-cni', Karpenter: 'Chart karpenter', NodePool: 'NodePool default',
      Exercise: 'Namespace karpenter-test and 1 more', Nat: 'NAT gateway', NodeRole: 'Role lab-system-node',
    }));
  });

  test('takes a name from the construct path where the template has none', () => {
    const role = { ...resource('AWS::IAM::Role'), Metadata: { 'aws:cdk:path': 'Lab/Handler/ServiceRole/Resource' } };
    const table = { ...resource('AWS::EC2::RouteTable'), Metadata: { 'aws:cdk:path': 'Lab/Vpc/PrivateSubnet1/RouteTable' } };
    const { timeline } = estimateTime(smallLabView({ HandlerRole: role, PrivateTable: table }));

    expect(timeline.filter(({ logicalId }) => ['HandlerRole', 'PrivateTable'].includes(logicalId)).map(({ label }) => label).toSorted())
      .toEqual(['Role ServiceRole', 'Route table PrivateSubnet1']);
  });

  test('counts a function in a VPC with its network interface', () => {
    const { timeline } = estimateTime(smallLabView({ Handler: resource('AWS::Lambda::Function', { VpcConfig: { SubnetIds: [] } }) }));

    expect(timeline.find(({ logicalId }) => logicalId === 'Handler')?.durationSeconds).toBe(150);
  });
});

import { readAccessEntries, readAddons, readCluster, readNodeGroups, readPodIdentities } from '../../lib/assembly/cluster-view';
import { objectsOfKind } from '../../lib/assembly/kubernetes-objects';
import { readLab } from '../../lib/assembly/lab-view';
import { readNetwork } from '../../lib/assembly/network-view';
import { versions } from '../../lib/config/versions';
import { EC2_NODE_CLASSES, NODE_POOLS } from '../../lib/kubernetes/karpenter-kinds';
import { labErrorOf } from './lab-error-of';
import { addon, API_ONLY, cluster, manifest, resource, smallLab, stackOf } from './small-lab';

describe('the network', () => {
  const network = readNetwork(smallLab());

  test('tells public subnets by the route to the internet gateway', () => {
    expect(network.subnets.map(({ logicalId, isPublic }) => [logicalId, isPublic])).toEqual([
      ['PrivateA', false], ['PrivateB', false], ['PublicA', true],
    ]);
  });

  test('has the subnets\' tags and zones', () => {
    expect(network.subnets[0]).toEqual(expect.objectContaining({
      cidr: '10.11.0.0/18', availabilityZone: 'ap-northeast-2a', tags: { 'karpenter.sh/discovery': 'lab' }, mapsPublicAddresses: false,
    }));
  });

  test('lists what is billed', () => {
    expect([network.natGateways, network.elasticAddresses, network.interfaceEndpointZones]).toEqual([['Nat'], ['Address'], 0]);
  });

  test('counts an interface endpoint in each of its subnets, and a gateway endpoint not at all', () => {
    const stack = stackOf({
      Ec2: resource('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Interface', SubnetIds: ['a', 'b'] }),
      S3: resource('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' }),
    });

    expect(readNetwork(stack).interfaceEndpointZones).toBe(2);
  });
});

describe('the cluster', () => {
  test('is as in the template', () => {
    expect(readCluster(smallLab())).toEqual({
      logicalId: 'Cluster', name: 'lab', version: '1.35', isPublic: true, isPrivate: true, publicAccessCidrs: ['203.0.113.0/24'],
      authenticationMode: 'API', grantsCreatorAdmin: false, supportType: 'STANDARD', logTypes: ['audit'],
    });
  });

  test('is open to everyone where it is public and names no CIDR', () => {
    expect(readCluster(smallLab({ Cluster: cluster({ EndpointPublicAccess: true }) })).publicAccessCidrs).toEqual(['0.0.0.0/0']);
  });

  test('is open to nobody where it is private', () => {
    const stack = smallLab({ Cluster: cluster({ EndpointPublicAccess: false, PublicAccessCidrs: ['0.0.0.0/0'] }) });

    expect(readCluster(stack).publicAccessCidrs).toEqual([]);
  });

  test('lets its creator stay admin unless the template says no', () => {
    const stack = smallLab({ Cluster: cluster({}, { ...API_ONLY, BootstrapClusterCreatorAdminPermissions: true }) });

    expect(readCluster(stack).grantsCreatorAdmin).toBe(true);
  });

  test('fails when there is none', () => {
    expect(labErrorOf(() => readCluster(stackOf({})))).toMatchObject({ code: 'AssemblyUnreadable', received: 'Lab' });
  });

  test('has node groups with the volume and the IMDS of their launch template', () => {
    expect(readNodeGroups(smallLab())).toEqual([{
      logicalId: 'Nodes', instanceType: 't3.medium', desiredSize: 2, volumeGiB: 30, metadata: { httpTokens: 'required', hopLimit: 1 },
    }]);
  });

  test('has add-ons with their configuration', () => {
    const stack = stackOf({ Dns: addon('coredns', { replicaCount: 3 }) });

    expect(readAddons(stack)).toEqual([{ logicalId: 'Dns', name: 'coredns', version: 'v1.0.0-eksbuild.1', configuration: { replicaCount: 3 } }]);
  });

  test('has access entries, and tells which principal is of the stack', () => {
    expect(readAccessEntries(smallLab()).map(({ logicalId, principal, principalLogicalId, type, policies }) =>
      [logicalId, principal, principalLogicalId, type, policies])).toEqual([
      ['HandlerEntry', '${HandlerRole.Arn}', 'HandlerRole', 'STANDARD', ['AmazonEKSClusterAdminPolicy']],
      ['InstructorEntry', 'arn:aws:iam::111122223333:role/instructor', undefined, 'STANDARD', ['AmazonEKSClusterAdminPolicy']],
      ['KarpenterNodeEntry', '${KarpenterNodeRole.Arn}', 'KarpenterNodeRole', 'EC2_LINUX', []],
    ]);
  });

  test('has Pod Identity associations, those of add-ons too', () => {
    const stack = stackOf({
      Own: resource('AWS::EKS::PodIdentityAssociation', { Namespace: 'kube-system', ServiceAccount: 'karpenter' }),
      Ebs: resource('AWS::EKS::Addon', { AddonName: 'aws-ebs-csi-driver', PodIdentityAssociations: [{ ServiceAccount: 'ebs', RoleArn: 'x' }] }),
    });

    expect(readPodIdentities(stack)).toEqual([
      { logicalId: 'Own', namespace: 'kube-system', serviceAccount: 'karpenter' }, { logicalId: 'Ebs', serviceAccount: 'ebs' },
    ]);
  });
});

describe('node provisioning', () => {
  test('reads the NodePool, with quantities as text', () => {
    expect(objectsOfKind(smallLab(), NODE_POOLS)).toEqual([expect.objectContaining({
      logicalId: 'NodePool', metadata: expect.objectContaining({ name: 'default' }), nodeClassName: 'default', nodeLabels: { 'eks-team': 'my-team' }, limits: { cpu: '100', memory: '400Gi' }, weight: 0,
    })]);
    expect(objectsOfKind(smallLab(), NODE_POOLS)[0]?.requirements.at(-1)).toEqual({ key: 'karpenter.k8s.aws/instance-generation', operator: 'Gt', values: ['4'] });
  });

  test('reads the EC2NodeClass', () => {
    expect(objectsOfKind(smallLab(), EC2_NODE_CLASSES)).toEqual([expect.objectContaining({
      logicalId: 'NodeClass', metadata: expect.objectContaining({ name: 'default' }), amiAliases: ['al2023@v20260917'], subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'lab' } }], volumeSizes: [],
    })]);
  });
});

describe('the lab', () => {
  test('finds the exercise: the Deployment that runs only on nodes of the NodePool', () => {
    const lab = readLab(smallLab());

    expect([lab.exercise.metadata.name, lab.exercise.metadata.namespace, lab.nodePool.metadata.name, lab.karpenter.version]).toEqual(['inflate', 'karpenter-test', 'default', versions.karpenter]);
    expect(lab.workloads.map(({ metadata }) => metadata.name)).toEqual(['inflate', 'viewer']);
  });

  test('lists DaemonSets beside Deployments: a pod on each node', () => {
    const agent = { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent' }, spec: { template: { spec: { containers: [{ resources: { requests: { cpu: '10m' } } }] } } } };
    const { workloads } = readLab(smallLab({ Agent: manifest([agent]) }));

    expect(workloads.find(({ logicalId }) => logicalId === 'Agent')).toMatchObject({ kind: 'DaemonSet', replicas: 1, containerRequests: [{ cpu: '10m' }] });
  });

  test.each([['Karpenter', 'Helm chart of Karpenter'], ['Exercise', 'Deployment'], ['NodePool', 'Deployment'], ['NodeClass', 'EC2NodeClass default']])(
    'fails when %s is missing', (logicalId, missing) => {
      expect(() => readLab(smallLab({ [logicalId]: undefined }))).toThrow(missing);
    });

  test('fails when no NodePool gives the label that the Deployment selects, with both', () => {
    const other = manifest([{ apiVersion: 'karpenter.sh/v1', kind: 'NodePool', metadata: { name: 'default' }, spec: { template: { metadata: { labels: { 'eks-team': 'your-team' } } } } }]);
    expect(labErrorOf(() => readLab(smallLab({ NodePool: other })))).toMatchObject({
      code: 'NodeSelectorUnmatched',
      message: 'No NodePool gives nodes the label eks-team=my-team that Deployment inflate selects: NodePool default gives eks-team=your-team.',
    });
  });
});

describe('a stack', () => {
  test('has outputs with what is known of them', () => {
    const stack = stackOf(
      { Cluster: resource('AWS::EKS::Cluster', { Name: 'lab' }) },
      'ap-northeast-2',
      { Command: { Value: { 'Fn::Join': ['', ['aws eks update-kubeconfig --name ', { Ref: 'Cluster' }]] }, Description: 'Run this' } },
    );

    expect(stack.outputs).toEqual([{ logicalId: 'Command', value: 'aws eks update-kubeconfig --name lab', description: 'Run this' }]);
  });

  test('keeps what the template says of each resource', () => {
    const stack = stackOf({ Logs: { Type: 'AWS::Logs::LogGroup', DeletionPolicy: 'Retain', Metadata: { 'aws:cdk:path': 'Lab/Logs/Resource' } } });

    expect(stack.resources.get('Logs')).toEqual({
      logicalId: 'Logs', type: 'AWS::Logs::LogGroup', properties: {}, dependsOn: [], constructPath: 'Lab/Logs/Resource', deletionPolicy: 'Retain',
    });
  });
});

import { manifestOf, manifestsOf, type Manifest } from '../../charts/manifest';
import type { EC2NodeClass } from '../../charts/schemas/karpenter.k8s.aws_ec2nodeclasses.v1';
import type { NodePool } from '../../charts/schemas/karpenter.sh_nodepools.v1';
import { DEFAULT_CONFIG, labCharts } from './default-lab-charts';
import { schemaErrors } from './karpenter-schema';

/** Label domains and keys that the CRD's CEL rules keep users from setting on nodes. */
const RESTRICTED_NODE_LABELS = /^(karpenter\.sh\/nodepool|kubernetes\.io\/hostname|karpenter\.k8s\.aws\/.*)$/;
/** Tags that the CRD's CEL rules keep for Karpenter. */
const RESTRICTED_TAGS =
  /^(eks:eks-cluster-name|kubernetes\.io\/cluster.*|karpenter\.sh\/(nodepool|nodeclaim)|karpenter\.k8s\.aws\/ec2nodeclass)$/;

/** Tests read the emitted object as what the schema test says it is. */
function emitted<Schema>(manifest: Manifest): Schema {
  return manifest as unknown as Schema;
}

function nodeClass(config = DEFAULT_CONFIG): EC2NodeClass {
  return emitted(manifestOf(labCharts(config).nodePool.nodeClass));
}

function nodePool(config = DEFAULT_CONFIG): NodePool {
  return emitted(manifestOf(labCharts(config).nodePool.nodePool));
}

function requirement(pool: NodePool, key: string): { readonly operator: string; readonly values?: readonly string[] } {
  const found = pool.spec.template.spec.requirements.filter((candidate) => candidate.key === key);
  expect(found).toHaveLength(1);
  const [{ operator, values }] = found as [NodePool['spec']['template']['spec']['requirements'][number]];
  return { operator, values };
}

describe('the node pool chart', () => {
  test('is stable', () => {
    expect(manifestsOf(labCharts().nodePool)).toMatchSnapshot();
  });

  test('makes the EC2NodeClass before the NodePool that refers to it', () => {
    expect(manifestsOf(labCharts().nodePool).map(({ kind, metadata }) => `${kind}/${metadata.name}`))
      .toEqual(['EC2NodeClass/default', 'NodePool/default']);
    expect(nodePool().spec.template.spec.nodeClassRef)
      .toEqual({ group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'default' });
  });
});

describe('the EC2NodeClass', () => {
  test('is valid for the pinned Karpenter', () => {
    expect(schemaErrors('EC2NodeClass', nodeClass())).toEqual([]);
  });

  test('finds role, subnets and security groups by what it was wired to', () => {
    expect(nodeClass().spec).toMatchObject({
      role: 'test-node-role',
      subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'test-cluster' } }],
      securityGroupSelectorTerms: [{ tags: { 'aws:eks:cluster-name': 'test-cluster' } }],
    });
  });

  // A CEL rule of the CRD, which its schema does not express.
  test('names a role and no instance profile', () => {
    expect(nodeClass().spec.role).not.toBe('');
    expect(nodeClass().spec).not.toHaveProperty('instanceProfile');
  });

  // CEL rules of the CRD: an alias stands alone, is FAMILY@VERSION, and decides the AMI family.
  test('selects its image by one pinned alias and nothing else', () => {
    expect(nodeClass().spec.amiSelectorTerms).toEqual([{ alias: DEFAULT_CONFIG.karpenter.amiAlias }]);
    expect(DEFAULT_CONFIG.karpenter.amiAlias).toMatch(/^al2023@v\d{8}$/);
    expect(nodeClass().spec).not.toHaveProperty('amiFamily');
  });

  test('keeps pods away from the credentials of the node', () => {
    expect(nodeClass().spec.metadataOptions).toEqual({
      httpEndpoint: 'enabled',
      httpProtocolIPv6: 'disabled',
      httpPutResponseHopLimit: 1,
      httpTokens: 'required',
    });
  });

  test('encrypts the only volume and deletes it with the instance', () => {
    expect(nodeClass().spec.blockDeviceMappings).toEqual([
      {
        deviceName: '/dev/xvda',
        ebs: { deleteOnTermination: true, encrypted: true, volumeSize: '20Gi', volumeType: 'gp3' },
      },
    ]);
  });

  test('carries the tags of the configuration, and none that are reserved for Karpenter', () => {
    const tags = { course: 'karpenter', owner: 'instructor' };
    const withTags = nodeClass({ ...DEFAULT_CONFIG, tags });
    expect(withTags.spec.tags).toEqual(tags);
    expect(Object.keys(withTags.spec.tags ?? {}).filter((key) => RESTRICTED_TAGS.test(key))).toEqual([]);
    expect(schemaErrors('EC2NodeClass', withTags)).toEqual([]);
  });

  test('has no tags when none are configured', () => {
    expect(nodeClass({ ...DEFAULT_CONFIG, tags: {} }).spec).not.toHaveProperty('tags');
  });
});

describe('the NodePool', () => {
  test('is valid for the pinned Karpenter', () => {
    expect(schemaErrors('NodePool', nodePool())).toEqual([]);
  });

  test('labels its nodes with the team, and with no label that is reserved for Karpenter', () => {
    const labels = nodePool({ ...DEFAULT_CONFIG, team: 'blue' }).spec.template.metadata?.labels ?? {};
    expect(labels).toEqual({ 'eks-team': 'blue' });
    expect(Object.keys(labels).filter((key) => RESTRICTED_NODE_LABELS.test(key))).toEqual([]);
  });

  test('gives its nodes the label that the inflate pods select', () => {
    const charts = labCharts();
    const pool = emitted<NodePool>(manifestOf(charts.nodePool.nodePool));
    expect(manifestOf(charts.inflate.deployment))
      .toMatchObject({ spec: { template: { spec: { nodeSelector: pool.spec.template.metadata?.labels } } } });
  });

  test('allows what the configuration allows', () => {
    const pool = nodePool({
      ...DEFAULT_CONFIG,
      karpenter: {
        ...DEFAULT_CONFIG.karpenter,
        architectures: ['amd64', 'arm64'],
        capacityTypes: ['spot', 'on-demand'],
        instanceCategories: ['c', 'm'],
        minInstanceGeneration: 6,
        limits: { cpu: 32, memory: '64Gi' },
        consolidation: { policy: 'WhenEmpty', after: '1m' },
      },
    });
    expect(requirement(pool, 'kubernetes.io/os')).toEqual({ operator: 'In', values: ['linux'] });
    expect(requirement(pool, 'kubernetes.io/arch')).toEqual({ operator: 'In', values: ['amd64', 'arm64'] });
    expect(requirement(pool, 'karpenter.sh/capacity-type')).toEqual({ operator: 'In', values: ['spot', 'on-demand'] });
    expect(requirement(pool, 'karpenter.k8s.aws/instance-category')).toEqual({ operator: 'In', values: ['c', 'm'] });
    expect(pool.spec.limits).toEqual({ cpu: 32, memory: '64Gi' });
    expect(pool.spec.disruption).toMatchObject({ consolidationPolicy: 'WhenEmpty', consolidateAfter: '1m' });
    expect(schemaErrors('NodePool', pool)).toEqual([]);
  });

  // `Gt` is exclusive: generation 6 and later is greater than 5.
  test('lets the oldest generation of the configuration in', () => {
    const karpenter = { ...DEFAULT_CONFIG.karpenter, minInstanceGeneration: 6 };
    expect(requirement(nodePool({ ...DEFAULT_CONFIG, karpenter }), 'karpenter.k8s.aws/instance-generation'))
      .toEqual({ operator: 'Gt', values: ['5'] });
  });

  test('launches no bare metal', () => {
    expect(requirement(nodePool(), 'karpenter.k8s.aws/instance-hypervisor')).toEqual({ operator: 'In', values: ['nitro'] });
  });

  // A CEL rule of the CRD, which its schema does not express.
  test('gives every In requirement a value', () => {
    const empty = nodePool().spec.template.spec.requirements
      .filter(({ operator, values }) => operator === 'In' && (values ?? []).length === 0);
    expect(empty).toEqual([]);
  });

  test('drains within the time that CloudFormation waits, and may replace all nodes together', () => {
    const { spec } = nodePool();
    expect(spec.template.spec.terminationGracePeriod).toBe('5m');
    expect(spec.template.spec.expireAfter).toBe('720h');
    expect(spec.disruption?.budgets).toEqual([{ nodes: '100%' }]);
  });
});

import { versions } from '../../lib/config/versions';
import { planStack } from '../../lib/plan/plan';
import { describeSecurity } from '../../lib/plan/security-posture';
import { type JsonObject, objectAt } from '../../lib/json';
import {
  addon, API_ONLY, cluster, DEFAULT_REQUIREMENTS, exercise, karpenterChart, nodeClass, nodeGroup, nodePool, resource, smallLab, smallLabView, type Changes,
} from '../assembly/small-lab';

describe('the security posture', () => {
  test('is who reaches the endpoint and who is admin', () => {
    const security = describeSecurity(smallLabView());

    expect([security.endpoint, security.apiAccess, security.admins]).toEqual([
      'public and private', ['203.0.113.0/24'], ['arn:aws:iam::111122223333:role/instructor'],
    ]);
  });

  test('has its facts from the template', () => {
    expect(describeSecurity(smallLabView()).facts).toEqual([
      'Access entries only, no aws-auth map; whoever deploys keeps no rights.',
      'Own roles: HandlerRole (cluster-admin).',
      'All nodes require IMDSv2, hop limit 1: pods cannot take their credentials.',
      'AWS credentials by EKS Pod Identity: karpenter.',
      'No subnet gives public addresses; control-plane logs go with the stack.',
    ]);
  });

  const template = (options: JsonObject): JsonObject => resource('AWS::EC2::LaunchTemplate', { LaunchTemplateData: { MetadataOptions: options } });

  test.each<[string, Changes, string]>([
    ['an aws-auth map', { Cluster: cluster({}, { ...API_ONLY, AuthenticationMode: 'API_AND_CONFIG_MAP' }) }, 'The aws-auth map decides too'],
    ['a creator who stays admin', { Cluster: cluster({}, { AuthenticationMode: 'API' }) }, 'whoever deploys stays cluster-admin'],
    ['IMDSv1', { NodeTemplate: template({ HttpTokens: 'optional', HttpPutResponseHopLimit: 1 }) }, 'System nodes accept IMDSv1'],
    ['a hop limit of 2', { NodeTemplate: template({ HttpTokens: 'required', HttpPutResponseHopLimit: 2 }) }, 'System nodes require IMDSv2, hop limit 2: pods may'],
    ['a hop limit of 2 on Karpenter\'s nodes', { NodeClass: nodeClass({ metadataOptions: { httpPutResponseHopLimit: 2 } }) }, 'Karpenter\'s nodes require IMDSv2, hop limit 2: pods may'],
    ['no Pod Identity', { ControllerIdentity: undefined }, 'AWS credentials by EKS Pod Identity: none.'],
    ['public addresses', { PublicA: resource('AWS::EC2::Subnet', { CidrBlock: '10.11.192.0/24', MapPublicIpOnLaunch: true }) }, '1 subnet gives public addresses'],
    ['logs that stay', { ClusterLogs: { ...resource('AWS::Logs::LogGroup'), DeletionPolicy: 'Retain' } }, '1 log group stays after the stack: ClusterLogs'],
  ])('tells of %s', (_case, changes, fact) => {
    expect(describeSecurity(smallLabView(changes)).facts.join('\n')).toContain(fact);
  });
});

/** Karpenter's chart of another release. */
function karpenterOf(version: string): JsonObject {
  const chart = karpenterChart();
  return { ...chart, Properties: { ...objectAt(chart, 'Properties'), Version: version } };
}

describe('warnings', () => {
  function codes(changes: Changes = {}, region?: string): readonly string[] {
    return planStack(smallLab(changes, region)).warnings.map(({ code }) => code);
  }

  test('of a plain lab are for information only', () => {
    expect(codes()).toEqual(['NoDeadline', 'SingleNatGateway', 'VcpuQuotaNeeded']);
  });

  test('say what to do', () => {
    expect(planStack(smallLab()).warnings.filter(({ remedy, message }) => remedy === '' || message === '')).toEqual([]);
  });

  test.each<[string, Changes]>([
    ['ApiEndpointOpenToWorld', { Cluster: cluster({ EndpointPublicAccess: true, PublicAccessCidrs: ['0.0.0.0/0'] }) }],
    ['ApiEndpointOpenToWorld', { Cluster: cluster({ EndpointPublicAccess: true, PublicAccessCidrs: ['203.0.113.0/24', '::/0'] }) }],
    ['ApiEndpointOpenToWorld', { Cluster: cluster({ EndpointPublicAccess: true }) }],
    ['ApiEndpointOpenToWorld', { Cluster: cluster({ EndpointPublicAccess: true, PublicAccessCidrs: ['0.0.0.0/1', '128.0.0.0/1'] }) }],
    ['ApiEndpointWideOpen', { Cluster: cluster({ EndpointPublicAccess: true, PublicAccessCidrs: ['203.0.113.0/24', '8.0.0.0/8'] }) }],
    ['ApiEndpointPrivate', { Cluster: cluster({ EndpointPublicAccess: false }) }],
    ['NoAdmins', { InstructorEntry: undefined }],
    ['NoSubnetSelected', { NodeClass: nodeClass({ subnetSelectorTerms: [{ tags: { absent: '*' } }] }) }],
    ['ReplicasBeyondLimits', { Exercise: exercise(8), NodePool: nodePool(DEFAULT_REQUIREMENTS, { cpu: 8 }) }],
    ['AmiAliasMoving', { NodeClass: nodeClass({ amiSelectorTerms: [{ alias: 'al2023@latest' }] }) }],
    ['KarpenterVersionUntested', { Karpenter: karpenterOf('1.14.99') }],
    ['RequestsUnknown', { Adot: addon('adot') }],
    ['InstanceTypeUnknown', { Nodes: nodeGroup('z9.nano', 2) }],
    ['SystemNodesTooSmall', { Nodes: nodeGroup('t3.nano', 2) }],
    ['SupportEndUnknown', { Cluster: cluster({ EndpointPublicAccess: true, PublicAccessCidrs: ['203.0.113.0/24'] }, API_ONLY, '1.29') }],
  ])('include %s', (code, changes) => {
    expect(codes(changes)).toContain(code);
    expect(codes()).not.toContain(code);
  });

  test('advise the image that the lab pins where its alias moves', () => {
    const { warnings } = planStack(smallLab({ NodeClass: nodeClass({ amiSelectorTerms: [{ alias: 'al2023@latest' }] }) }));
    expect(warnings.find(({ code }) => code === 'AmiAliasMoving')?.remedy).toContain(`such as ${versions.amiAlias}.`);
  });

  test('include extended support, with its day', () => {
    const extended = { ...cluster({ EndpointPublicAccess: true }) };
    const properties = { ...(extended['Properties'] as JsonObject), UpgradePolicy: { SupportType: 'EXTENDED' } };
    const warning = planStack(smallLab({ Cluster: { ...extended, Properties: properties } })).warnings.find(({ code }) => code === 'ExtendedSupportAccepted');

    expect(warning?.message).toContain('2027-03-27');
  });

  test('include unknown prices in a region without a table, and no price', () => {
    expect(codes({}, 'eu-north-1')).toContain('PricesUnknown');
    expect(planStack(smallLab({}, 'eu-north-1')).cost.idleLines).toEqual([]);
  });

  test.each([[180, false], [181, true]])('tells that instance prices are old after 180 days: %d', (days, isOld) => {
    const asOf = Date.parse(planStack(smallLab()).cost.instancePricesAsOf);
    const { warnings } = planStack(smallLab(), { now: new Date(asOf + days * 24 * 3600 * 1000) });
    expect(warnings.some(({ code }) => code === 'PricesOutdated')).toBe(isOld);
  });

  test('tells nothing of the age of prices without a clock', () => {
    expect(planStack(smallLab()).warnings.map(({ code }) => code)).not.toContain('PricesOutdated');
  });

  test('do not miss an admin where the creator stays one', () => {
    expect(codes({ InstructorEntry: undefined, Cluster: cluster({}, { AuthenticationMode: 'API' }) })).not.toContain('NoAdmins');
  });

  test('do not mind one NAT gateway in one zone', () => {
    expect(codes({ PrivateB: undefined, Cluster: cluster({ SubnetIds: [{ Ref: 'PrivateA' }] }) })).not.toContain('SingleNatGateway');
  });

  test('do not mind the quota where nothing much runs', () => {
    const small = { Exercise: exercise(1, { cpu: '100m' }), Nodes: nodeGroup('t3.medium', 1) };

    expect(codes(small)).not.toContain('VcpuQuotaNeeded');
  });
});

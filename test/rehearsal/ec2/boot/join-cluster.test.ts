import { DescribeRouteTablesCommand, DescribeSecurityGroupsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GetInstanceProfileCommand, IAMClient } from '@aws-sdk/client-iam';
import { SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { textAt } from '../../../../lib/json';
import { NODES } from '../../../../lib/kubernetes/core-kinds';
import type { RoleSessions } from '../../../../lib/rehearsal/account';
import { AwsFault } from '../../../../lib/rehearsal/aws-answers/aws-request';
import { joinCluster, type JoinOptions } from '../../../../lib/rehearsal/ec2/boot/join-cluster';
import type { BootingInstance } from '../../../../lib/rehearsal/ec2/boot/booting-instance';
import { runContext } from '../../../../lib/run-context';
import { FakeKubernetes } from '../../../support/fake-kubernetes/fake-kubernetes';
import { seoul } from '../../aws-answers/small-market';
import { bootingInstance, userDataFor } from '../booting';

const ROLE = 'arn:aws:iam::123456789012:role/node';
const configuration = { region: 'ap-northeast-2' };
const aws = { ec2: new EC2Client(configuration), iam: new IAMClient(configuration), events: new EventBridgeClient(configuration), sqs: new SQSClient(configuration) };
const ec2 = mockClient(aws.ec2);
const iam = mockClient(aws.iam);

let kubernetes: FakeKubernetes;
let assumed: { readonly roleArn: string; readonly service: string; readonly sessionName: string }[];
let assume: RoleSessions['assumeForService'];

beforeEach(async () => {
  kubernetes = await FakeKubernetes.start();
  assumed = [];
  assume = (options) => {
    assumed.push(options);
    return Promise.resolve({ accessKeyId: 'ASIANODE', secretAccessKey: 'secret', sessionToken: 'token', expiration: new Date(0) });
  };
  ec2.reset();
  ec2.on(DescribeRouteTablesCommand).resolves({ RouteTables: [{ Routes: [{ DestinationCidrBlock: '0.0.0.0/0', TransitGatewayId: 'tgw-1' }] }] });
  iam.reset();
  iam.on(GetInstanceProfileCommand, { InstanceProfileName: 'lab_profile' }).resolves({ InstanceProfile: { Roles: [{ Arn: ROLE }] } as never });
});

afterEach(() => kubernetes.stop());

const join = (changes: Partial<BootingInstance> = {}) => joinCluster(bootingInstance({ userData: userDataFor({ apiServerEndpoint: kubernetes.url }), ...changes }), {
  account: { region: 'ap-northeast-2', run: runContext(), sessions: { assumeForService: (options) => assume(options) } },
  aws,
  prices: seoul(),
  clusters: { list: () => Promise.resolve([{ name: 'karpenter-lab', endpoint: kubernetes.url, securityGroupIds: ['sg-cluster'], controllers: kubernetes.api() }]) },
} satisfies JoinOptions);

const obstacle = (expected: string, found: string) => ({
  obstacle: { expected: expect.stringContaining(expected) as string, found: expect.stringContaining(found) as string },
});

describe('an instance that boots', () => {
  it('registers its node with keys of its role, which it gets as EC2 gives them out', async () => {
    await expect(join()).resolves.toMatchObject({ cluster: { name: 'karpenter-lab' } });
    expect(kubernetes.all(NODES).map((node) => textAt(node, 'metadata', 'name'))).toEqual(['ip-10-11-72-27.ap-northeast-2.compute.internal']);
    expect(assumed).toEqual([{ roleArn: ROLE, service: 'ec2.amazonaws.com', sessionName: 'i-02fd00557cbb11e88' }]);
  });

  it('takes the node that it has registered before', async () => {
    await join();
    await expect(join()).resolves.toMatchObject({ cluster: { name: 'karpenter-lab' } });
  });

  it('waits while the node of an instance that had its address before is not gone yet', async () => {
    await join({ id: 'i-0before' });
    await expect(join()).resolves.toEqual({ isNameTaken: true });
    kubernetes.remove(NODES, { name: 'ip-10-11-72-27.ap-northeast-2.compute.internal' });
    await expect(join()).resolves.toMatchObject({ cluster: { name: 'karpenter-lab' } });
  });

  it('fails when its user data has no NodeConfig', async () => {
    await expect(join({ userData: '#!/bin/bash' })).resolves.toEqual(obstacle('holds a NodeConfig', 'none in its user data'));
    await expect(join({ userData: '' })).resolves.toEqual(obstacle('holds a NodeConfig', 'no user data'));
  });

  it('fails when its image is not EKS\'s', async () => {
    await expect(join({ image: undefined })).resolves.toEqual(obstacle('EKS image', 'another one'));
  });

  it('fails when its subnet has no way out', async () => {
    ec2.on(DescribeRouteTablesCommand).resolves({ RouteTables: [{ Routes: [{ DestinationCidrBlock: '0.0.0.0/0', GatewayId: 'igw-1' }] }] });
    await expect(join()).resolves.toEqual(obstacle('public address', 'has none'));
  });

  it('fails when it has no instance profile, or one without a role', async () => {
    await expect(join({ instanceProfileArn: undefined })).resolves.toEqual(obstacle('it has an instance profile', 'no keys'));
    iam.on(GetInstanceProfileCommand).resolves({ InstanceProfile: { Roles: [] } as never });
    await expect(join()).resolves.toEqual(obstacle('instance profile lab_profile has a role', 'no keys'));
  });

  it('fails when its role does not trust EC2', async () => {
    assume = () => Promise.reject(new AwsFault('AccessDenied', 'no statement allows it'));
    await expect(join()).resolves.toEqual(obstacle(`the trust policy of ${ROLE} lets ec2.amazonaws.com in`, 'no statement allows it (AccessDenied)'));
  });

  it('fails when no security group of its is known to the cluster', async () => {
    ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [{ GroupId: 'sg-cluster' }] });
    await expect(join({ securityGroupIds: ['sg-node'] })).resolves.toEqual(obstacle('sg-cluster', 'sg-node'));
  });

  it('fails when its NodeConfig names another cluster than its endpoint\'s', async () => {
    kubernetes.refuse({ method: 'GET', path: /version/, status: 401, message: 'Unauthorized' });
    await expect(join({ userData: userDataFor({ name: 'other', apiServerEndpoint: kubernetes.url }) })).resolves.toEqual(obstacle('names cluster karpenter-lab', 'it names other'));
  });

  it('fails when its role has no access entry, or one of a type that may not register nodes', async () => {
    kubernetes.refuse({ method: 'GET', path: /version/, status: 401, message: 'Unauthorized', times: 1 });
    await expect(join()).resolves.toEqual(obstacle(`${ROLE} has an access entry of type EC2_LINUX in cluster karpenter-lab`, '401 Unauthorized'));
    kubernetes.refuse({ method: 'POST', path: /nodes/, status: 403, message: 'nodes is forbidden' });
    await expect(join()).resolves.toEqual(obstacle('access entry of type EC2_LINUX', 'nodes is forbidden'));
  });

  it.each([
    ['nobody answers', 'https://127.0.0.1:1'],
    ['no rehearsal goes', 'https://abc.gr7.ap-northeast-2.eks.amazonaws.com'],
  ])('fails when its NodeConfig names an endpoint where %s', async (_where, endpoint) => {
    await expect(join({ userData: userDataFor({ apiServerEndpoint: endpoint }) })).resolves.toEqual(obstacle('names the endpoint of the cluster', `it names ${endpoint}, where nobody answers`));
  });

  it('fails when it does not trust the API server', async () => {
    // Without a certificate there is none that anybody could trust.
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const outcome = await join({ userData: userDataFor({ apiServerEndpoint: endpoint }) });
    server.close();
    expect(outcome).toEqual(obstacle(`certificate authority of its NodeConfig is that of ${endpoint}`, 'does not trust'));
  });
});

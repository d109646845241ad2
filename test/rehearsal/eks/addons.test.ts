/** @jest-environment ./test/support/kubernetes-client-environment.js */
import {
  CreateAddonCommand, type CreateAddonCommandInput, CreatePodIdentityAssociationCommand, DeleteAddonCommand, DescribeAddonCommand, DescribeAddonVersionsCommand,
  DescribePodIdentityAssociationCommand, ListAddonsCommand, ListPodIdentityAssociationsCommand, UpdateAddonCommand,
} from '@aws-sdk/client-eks';
import { versions } from '../../../lib/config/versions';
import { DAEMON_SETS, DEPLOYMENTS, PODS } from '../../../lib/kubernetes/core-kinds';
import { roleArn } from './played-eks';
import { refusalOf, type SmallEks, startSmallEks, until } from './small-eks';

let small: SmallEks;
/** Ends the controller that makes Deployments ready. */
let endReadiness: () => void;

beforeEach(async () => {
  small = await startSmallEks({ haste: 20 });
  endReadiness = small.kubernetes.onChange(() => {
    for (const deployment of small.kubernetes.all(DEPLOYMENTS)) {
      const { replicas } = DEPLOYMENTS.read(deployment);
      if (DEPLOYMENTS.read(deployment).readyReplicas !== replicas) small.kubernetes.put(DEPLOYMENTS, { ...deployment, status: { readyReplicas: replicas } });
    }
  });
  await small.createCluster();
});

afterEach(async () => {
  endReadiness();
  await small.stop();
});

const described = async (addonName: string) => (await small.client.send(new DescribeAddonCommand({ clusterName: 'lab', addonName }))).addon;

async function createAddon(addonName: string, change: Partial<CreateAddonCommandInput> = {}): Promise<void> {
  await small.client.send(new CreateAddonCommand({ clusterName: 'lab', addonName, ...change }));
  await until(async () => (await described(addonName))?.status !== 'CREATING');
}

describe('an add-on', () => {
  it('is ACTIVE once its pods are ready; what stands in for them says so', async () => {
    await createAddon('coredns', { configurationValues: '{"replicaCount": 3}' });
    expect(await described('coredns')).toMatchObject({ status: 'ACTIVE', addonVersion: versions.addOns.coredns, configurationValues: '{"replicaCount": 3}' });
    expect(small.kubernetes.find(DEPLOYMENTS, { namespace: 'kube-system', name: 'coredns' })).toMatchObject({
      metadata: { annotations: { 'karpenter-lab/stands-in-for': `EKS add-on coredns ${versions.addOns.coredns}` } }, spec: { replicas: 3 },
    });
  });

  it('is ACTIVE at once where it has only DaemonSets, which need no node', async () => {
    await createAddon('vpc-cni');
    expect(await described('vpc-cni')).toMatchObject({ status: 'ACTIVE' });
    expect(small.kubernetes.find(DAEMON_SETS, { namespace: 'kube-system', name: 'aws-node' })).toBeDefined();
  });

  it('changes its workloads with its configuration', async () => {
    await createAddon('coredns');
    await small.client.send(new UpdateAddonCommand({ clusterName: 'lab', addonName: 'coredns', configurationValues: 'replicaCount: 1' }));
    await until(async () => (await described('coredns'))?.status === 'ACTIVE');
    expect(small.kubernetes.find(DEPLOYMENTS, { namespace: 'kube-system', name: 'coredns' })).toMatchObject({ spec: { replicas: 1 } });
  });

  it('takes its workloads with it, unless they are to be preserved', async () => {
    for (const [addonName, preserve] of [['coredns', false], ['metrics-server', true]] as const) {
      await createAddon(addonName);
      await small.client.send(new DeleteAddonCommand({ clusterName: 'lab', addonName, preserve }));
    }
    await until(async () => (await small.client.send(new ListAddonsCommand({ clusterName: 'lab' }))).addons?.length === 0);
    expect(small.kubernetes.all(DEPLOYMENTS)).toMatchObject([{ metadata: { name: 'metrics-server' } }]);
  });

  it('makes the associations that it names, and they go with it', async () => {
    await createAddon('aws-ebs-csi-driver', { podIdentityAssociations: [{ serviceAccount: 'ebs-csi-controller-sa', roleArn: roleArn('Controller') }] });
    const { associations } = await small.client.send(new ListPodIdentityAssociationsCommand({ clusterName: 'lab' }));
    expect(associations).toMatchObject([{ namespace: 'kube-system', serviceAccount: 'ebs-csi-controller-sa', ownerArn: (await described('aws-ebs-csi-driver'))?.addonArn }]);
    expect(small.eks.podIdentityFor('kube-system', 'ebs-csi-controller-sa')?.roleArn).toBe(roleArn('Controller'));
    await small.client.send(new DeleteAddonCommand({ clusterName: 'lab', addonName: 'aws-ebs-csi-driver' }));
    await until(() => small.eks.podIdentityFor('kube-system', 'ebs-csi-controller-sa') === undefined);
  });

  it('fails when its pods do not get ready, in the scheduler\'s words', async () => {
    endReadiness();
    small.kubernetes.put(PODS, {
      metadata: { namespace: 'kube-system', name: 'coredns-1', labels: { 'app.kubernetes.io/name': 'coredns' } },
      status: { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/2 nodes are available: 2 Insufficient cpu.' }] },
    });
    await createAddon('coredns');
    expect(await described('coredns')).toMatchObject({
      status: 'CREATE_FAILED', health: { issues: [{ code: 'InsufficientNumberOfReplicas', message: expect.stringContaining('coredns: 0/2 nodes are available: 2 Insufficient cpu.') }] },
    });
    expect(small.account.findings.found).toMatchObject([{ kind: 'pod-not-ready', resource: 'add-on coredns' }]);
  });

  it.each([
    ['a version that EKS does not offer', { addonName: 'coredns', addonVersion: 'v1.0.0' }, 'InvalidParameterException: Addon version specified is not supported: coredns v1.0.0'],
    ['configuration that is none', { addonName: 'coredns', configurationValues: '[1]' }, 'InvalidParameterException: ConfigurationValue is not in valid JSON or YAML format.'],
    ['an add-on whose pods are not known', { addonName: 'adot' }, 'InvalidRequestException: A rehearsal does not play the add-on adot'],
    ['credentials by another way', { addonName: 'coredns', serviceAccountRoleArn: roleArn('Controller') }, 'InvalidRequestException: A rehearsal does not play serviceAccountRoleArn of an add-on'],
    ['a role that is not there', { addonName: 'coredns', podIdentityAssociations: [{ serviceAccount: 'a', roleArn: roleArn('Nobody') }] }, 'InvalidParameterException: Role provided in the request does not exist.'],
  ])('fails when it is asked for with %s', async (_what, request, refusal) => {
    expect(await refusalOf(small.client.send(new CreateAddonCommand({ clusterName: 'lab', ...request })))).toContain(refusal);
  });
});

describe('the builds of add-ons', () => {
  it('are those that the lab pins, for the version that is played', async () => {
    const offered = async (kubernetesVersion: string) => (await small.client.send(new DescribeAddonVersionsCommand({ addonName: 'coredns', kubernetesVersion }))).addons;
    expect(await offered('1.35')).toMatchObject([{ addonVersions: [{ addonVersion: versions.addOns.coredns }] }]);
    expect(await offered('1.29')).toEqual([]);
  });
});

describe('a pod identity', () => {
  const associate = (name: string) =>
    small.client.send(new CreatePodIdentityAssociationCommand({ clusterName: 'lab', namespace: 'kube-system', serviceAccount: 'karpenter', roleArn: roleArn(name) }));

  it('is what a pod gets that is admitted from now on', async () => {
    expect(small.eks.podIdentityFor('kube-system', 'karpenter')).toBeUndefined();
    const { association } = await associate('Controller');
    expect(small.eks.podIdentityFor('kube-system', 'karpenter')).toMatchObject({
      roleArn: roleArn('Controller'), audience: 'pods.eks.amazonaws.com', environment: { AWS_CONTAINER_CREDENTIALS_FULL_URI: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/clusters\/lab\//) },
    });
    expect(small.eks.podIdentityFor('default', 'karpenter')).toBeUndefined();
    const found = await small.client.send(new DescribePodIdentityAssociationCommand({ clusterName: 'lab', associationId: association?.associationId }));
    expect(found.association).toMatchObject({ associationArn: association?.associationArn, roleArn: roleArn('Controller') });
  });

  it('fails when there is one already, or its role is not there', async () => {
    expect(await refusalOf(associate('Nobody'))).toBe('InvalidParameterException: Role provided in the request does not exist.');
    await associate('Controller');
    expect(await refusalOf(associate('Controller'))).toContain('ResourceInUseException: Association already exists: a-');
  });

  it('fails when no node runs the agent that gives the credentials, which is found', async () => {
    await associate('Controller');
    const url = small.eks.podIdentityFor('kube-system', 'karpenter')?.environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '';
    expect((await fetch(url, { headers: { authorization: 'a-token' } })).status).toBe(503);
    expect(small.account.findings.found).toMatchObject([{ kind: 'role-not-assumed', resource: 'eks-pod-identity-agent' }]);
  });
});

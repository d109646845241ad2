import { resolve } from 'node:path';
import { CreateClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type JsonObject, textAt } from '../../../lib/json';
import { NODES, PODS, type Pod } from '../../../lib/kubernetes/core-kinds';
import { apiByKubeconfig } from '../../../lib/kubernetes/api-by-kubeconfig';
import type { KubernetesApi } from '../../../lib/kubernetes/kubernetes-api';
import { isTrue, type ResourceKind } from '../../../lib/kubernetes/objects';
import type { Account } from '../../../lib/rehearsal/account';
import { KwokControlPlane } from '../../../lib/rehearsal/eks/kwok-control-plane';
import { Findings, readFindings } from '../../../lib/rehearsal/findings';
import { ControlPlaneWithKarpenter } from '../../../lib/rehearsal/karpenter-pods/control-plane-with-karpenter';
import { karpenterPodStages, KWOK_KINDS } from '../../../lib/rehearsal/karpenter-pods/kwok-documents';
import { karpenterLogLines } from '../../../lib/rehearsal/karpenter-pods/pod-logs';
import { ensureToolchain } from '../../../lib/rehearsal/toolchain/ensure-toolchain';
import type { Toolchain } from '../../../lib/rehearsal/toolchain/toolchain';
import { runCommand } from '../../../lib/run-command';
import { runContext } from '../../../lib/run-context';
import { pollFor } from '../../../lib/wait-for';
import { temporaryFolder } from '../fake-program';
import { type Moto, startMoto } from '../moto';

const NAMESPACE = 'kube-system';
const CLUSTER = 'a-lab';
const REGION = 'ap-northeast-2';

/** Seconds of the chart's lease after which another replica leads, and some for both processors. */
const TAKEOVER_SECONDS = 60;

const LEASES: ResourceKind<{ readonly holder?: string }> = {
  apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases', isNamespaced: true, read: (body) => ({ holder: textAt(body, 'spec', 'holderIdentity') }),
};

/** The production controller in the pods of its own chart, on a real control plane, with moto in AWS's place. */
describe('Karpenter\'s pods', () => {
  const folder = temporaryFolder();
  const logsDirectory = `${folder}/logs`;
  const ended = new AbortController();
  const run = runContext({ signal: ended.signal });
  let toolchain: Toolchain;
  let moto: Moto;
  let controlPlane: ControlPlaneWithKarpenter;
  let kubeconfig: string;
  let api: KubernetesApi;

  beforeAll(async () => {
    toolchain = await ensureToolchain({ projectDirectory: resolve(__dirname, '../../..'), env: process.env }, run);
    moto = await startMoto([]);
    await makeCluster(moto.url);
    const account: Account = {
      accountId: '123456789012', region: REGION, endpoint: moto.url, moto: moto.url, directory: folder, compression: 30,
      sessions: { assumeForService: () => Promise.reject(new Error('nobody asks for keys')) }, findings: new Findings(`${folder}/findings`), run,
    };
    const environment = { PATH: `${toolchain.binDirectory}:/usr/bin:/bin`, HOME: folder, TMPDIR: folder, LANG: 'C.UTF-8', KARPENTER_LAB_REHEARSAL: folder };
    controlPlane = new ControlPlaneWithKarpenter(
      account,
      new KwokControlPlane({ name: 'karpenter-pods', toolchain, environment, directory: `${folder}/control-plane`, documents: karpenterPodStages(), kwokKinds: KWOK_KINDS }, run),
      {
        karpenter: toolchain.karpenter, environment, logsDirectory,
        podIdentityFor: () => ({ audience: 'pods.eks.amazonaws.com', environment: { AWS_ACCESS_KEY_ID: 'rehearsal', AWS_SECRET_ACCESS_KEY: 'rehearsal' } }),
      },
    );
    ({ kubeconfig } = await controlPlane.start({ tokenReviewUrl: moto.url, serviceCidr: '172.20.0.0/16', podCidr: '10.11.0.0/16' }));
    api = await apiByKubeconfig({ kubeconfig }, run);
    for (const index of [1, 2]) await api.create(NODES, systemNode(index));
    await kubectl('apply', '--server-side', '--filename', toolchain.crdsDirectory);
  });

  afterAll(async () => {
    await controlPlane.stop();
    api.close();
    ended.abort();
    await moto.stop();
  });

  const command = async (program: string, args: readonly string[]): Promise<string> => {
    const env = { KUBECONFIG: kubeconfig, HOME: folder, PATH: process.env['PATH'] };
    const { exitCode, stdout, stderr } = await runCommand({ command: program, args, env, workingDirectory: folder }, run);
    if (exitCode !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const kubectl = async (...args: readonly string[]): Promise<string> => command(toolchain.kubectl, args);
  const pods = async (): Promise<readonly Pod[]> => (await api.list(PODS, { namespace: NAMESPACE, labelSelector: 'app.kubernetes.io/name=karpenter' })).items;
  const holder = async (): Promise<string | undefined> => (await api.get(LEASES, { namespace: NAMESPACE, name: 'karpenter-leader-election' }))?.holder;
  const logOf = async (pod: string): Promise<string> => kubectl('logs', '--namespace', NAMESPACE, pod);
  const leaders = async (): Promise<readonly string[]> => {
    const logs = await Promise.all((await pods()).map(async ({ metadata: { name } }) => ({ name, log: await logOf(name) })));
    return logs.filter(({ log }) => /successfully acquired lease/i.test(log)).map(({ name }) => name);
  };

  it('are ready when helm has waited for them', async () => {
    await command(toolchain.helm, [
      'upgrade', '--install', 'karpenter', `${toolchain.karpenterCharts}/karpenter`, '--namespace', NAMESPACE, '--wait', '--timeout', '120s',
      '--set', `settings.clusterName=${CLUSTER},settings.interruptionQueue=${CLUSTER},controller.resources.limits.memory=1Gi`,
    ]);
    expect((await pods()).map((pod) => isTrue(pod, 'Ready'))).toEqual([true, true]);
    expect(readFindings(`${folder}/findings`)).toEqual([]);
  });

  it('may do what the chart\'s ServiceAccount may, and no more', async () => {
    const [pod] = await pods();
    const own = ['--kubeconfig', `${folder}/karpenter-pods/${pod?.metadata.uid ?? ''}/kubeconfig`];
    expect((await kubectl(...own, 'get', 'nodes', '--output', 'name')).trim().split('\n')).toHaveLength(2);
    await expect(kubectl(...own, 'get', 'secrets', '--namespace', NAMESPACE)).rejects.toThrow('system:serviceaccount:kube-system:karpenter');
  });

  it('have a log each, and one of them leads', async () => {
    expect(await leaders()).toHaveLength(1);
    const all = (await kubectl('logs', '--namespace', NAMESPACE, '--selector', 'app.kubernetes.io/name=karpenter', '--tail', '-1')).split('\n').filter((line) => line !== '');
    const own = await Promise.all((await pods()).map(async ({ metadata }) => (await logOf(metadata.name)).split('\n').filter((line) => line !== '')));
    expect(own.every((lines) => lines.length > 0 && lines.length < all.length)).toBe(true);
    const times = karpenterLogLines(logsDirectory).map((line) => textAt(JSON.parse(line) as JsonObject, 'time') ?? '');
    expect(times.length).toBeGreaterThanOrEqual(all.length);
    expect(await kubectl('logs', '--namespace', NAMESPACE, 'deployment/karpenter', '--tail', '1')).not.toBe('');
  });

  it('are led by the other one when the leader is killed, which is started again', async () => {
    const before = await holder();
    const [leader = ''] = await leaders();
    process.kill(controlPlane.processes().find(({ name }) => name === leader)?.pid ?? 0, 'SIGKILL');
    await pollFor(async () => ![undefined, '', before].includes(await holder()), { what: 'another one leads', deadlineSeconds: TAKEOVER_SECONDS, describeMissing: () => [] });
    await kubectl('wait', '--namespace', NAMESPACE, '--for', 'condition=Ready', '--timeout', '60s', `pod/${leader}`);
    expect(await kubectl('get', 'pod', leader, '--namespace', NAMESPACE, '--output', 'jsonpath={.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].lastState.terminated.exitCode}'))
      .toBe('1 137');
    expect(await kubectl('logs', '--namespace', NAMESPACE, leader, '--previous')).toMatch(/successfully acquired lease/i);
  });

  it('go when they are deleted, once their processes have ended', async () => {
    const [gone] = await pods();
    const name = gone?.metadata.name ?? '';
    await kubectl('delete', 'pod', name, '--namespace', NAMESPACE, '--timeout', '20s');
    expect(controlPlane.processes().map((process) => process.name)).not.toContain(name);
    await kubectl('rollout', 'status', 'deployment/karpenter', '--namespace', NAMESPACE, '--timeout', '90s');
  });
});

/** What Karpenter asks for at its start. */
async function makeCluster(endpoint: string): Promise<void> {
  const options = { region: REGION, endpoint, credentials: { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' } };
  const { Subnets: subnets = [] } = await new EC2Client(options).send(new DescribeSubnetsCommand({}));
  await new EKSClient(options).send(new CreateClusterCommand({
    name: CLUSTER, roleArn: 'arn:aws:iam::123456789012:role/cluster', resourcesVpcConfig: { subnetIds: subnets.slice(0, 2).map(({ SubnetId: id }) => id ?? '') },
  }));
  await new SQSClient(options).send(new CreateQueueCommand({ QueueName: CLUSTER }));
}

function systemNode(index: number): JsonObject {
  const name = `node-${index}`;
  const resources = { cpu: '2', memory: '4Gi', pods: '29' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `zone-${index}` } },
    status: { addresses: [{ type: 'InternalIP', address: `10.11.0.${index}` }], capacity: resources, allocatable: resources },
  };
}

import { resolve } from 'node:path';
import { EC2Client } from '@aws-sdk/client-ec2';
import { objectAt, type JsonObject } from '../../lib/json';
import { karpenterInstances } from '../../lib/aws/karpenter-instances';
import { begin, DRAIN_DEADLINE_SECONDS, type GuardedLab, guardedPass, type GuardEvent, type GuardFact } from '../../lib/removal/guard/drain-guard';
import { DEPLOYMENTS, NAMESPACES } from '../../lib/kubernetes/core-kinds';
import { EC2_NODE_CLASSES, NODE_CLAIMS, NODE_POOLS } from '../../lib/kubernetes/karpenter-kinds';
import { KubernetesApi } from '../../lib/kubernetes/kubernetes-api';
import { pollFor } from '../../lib/wait-for';
import { cleanRehearsal } from '../../lib/rehearsal/stop-rehearsal';
import { countSimulatedInstances } from '../../lib/rehearsal/aws-answers/simulated-instances';
import type { RehearsalRecord } from '../../lib/rehearsal/rehearsal-state';
import { startRehearsal } from '../../lib/rehearsal/start-rehearsal';
import { runContext } from '../../lib/run-context';
import { writeAssembly } from '../assembly/write-assembly';
import { kubeconfigConnection } from '../support/kubeconfig-connection';
import { synthLab } from '../support/synth-lab';

const rehearsal = { projectDirectory: resolve(__dirname, '../..'), name: 'e2e-drain-guard', env: process.env };

/** Seconds until instances are launched, and until all are gone. */
const WAIT_SECONDS = 120;

/** The guard's own code, as its function runs it, on a real control plane with the real Karpenter. */
describe('the drain guard, when the stack of a class is deleted', () => {
  let record: RehearsalRecord;
  let api: KubernetesApi;
  let ec2: EC2Client;
  let event: GuardEvent;
  const facts: GuardFact[] = [];

  beforeAll(async () => {
    const assemblyDirectory = writeAssembly((await synthLab({ scale: 5 })).template.toJSON());
    await cleanRehearsal(rehearsal, runContext());
    record = await startRehearsal({ ...rehearsal, assemblyDirectory }, runContext());
    api = new KubernetesApi(kubeconfigConnection(record.kubeconfig));
    ec2 = new EC2Client({ region: record.region, endpoint: record.awsEndpoint, credentials: { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' } });
    const deletion: GuardEvent = {
      RequestType: 'Delete',
      PhysicalResourceId: 'drain-guard',
      ResourceProperties: { ClusterName: record.clusterName, ControllerNamespace: record.karpenterNamespace, ControllerName: 'karpenter' },
    };
    event = { ...deletion, ...begin(deletion, new Date()) };
    await makeAStudentsPool();
    await pollFor(async () => await runningPods(record.inflateNamespace, 'inflate') === 5 && await runningPods('student-7', 'shop') === 1, {
      what: 'the exercise and a student\'s own Deployment run', deadlineSeconds: WAIT_SECONDS, everySeconds: 1, describeMissing: () => [],
    });
  });
  afterAll(async () => {
    ec2?.destroy();
    api?.close();
    await cleanRehearsal(rehearsal, runContext());
  });

  /** What a student does who tries something of their own: a NodePool, a namespace, and a Deployment that runs there. */
  async function makeAStudentsPool(): Promise<void> {
    const [pool] = (await api.listBodies(NODE_POOLS)).items;
    const spec = objectAt(pool, 'spec');
    const template = objectAt(spec, 'template');
    const own: JsonObject = { ...spec, template: { ...template, metadata: { labels: { student: 'seven' } } } };
    await api.create(NODE_POOLS, { apiVersion: 'karpenter.sh/v1', kind: 'NodePool', metadata: { name: 'made-by-a-student' }, spec: own });
    await api.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'student-7' } });
    await api.create(DEPLOYMENTS, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'shop', namespace: 'student-7' },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'shop' } },
        template: {
          metadata: { labels: { app: 'shop' } },
          spec: { nodeSelector: { student: 'seven' }, containers: [{ name: 'shop', image: 'registry.k8s.io/pause:3.10', resources: { requests: { cpu: '1' } } }] },
        },
      },
    });
  }

  async function runningPods(namespace: string, name: string): Promise<number> {
    return (await api.get(DEPLOYMENTS, { namespace, name }))?.readyReplicas ?? 0;
  }

  const call = (elapsedSeconds = 60) => guardedPass(event, guardedLab(elapsedSeconds));
  const guardedLab = (elapsedSeconds: number): GuardedLab => ({
    connect: () => Promise.resolve(new KubernetesApi(kubeconfigConnection(record.kubeconfig))),
    instances: (clusterName) => karpenterInstances(ec2, clusterName),
    now: () => new Date(Date.parse(event.DrainStartedAt ?? '') + elapsedSeconds * 1000),
    tell: (fact) => facts.push(fact),
  });
  const countInstances = () => countSimulatedInstances(api, record.karpenterNamespace);
  const signalKarpenter = (signal: 'SIGSTOP' | 'SIGCONT'): void => {
    const karpenter = record.processes.find(({ name }) => name === 'karpenter');
    if (karpenter === undefined) throw new Error('the rehearsal has no Karpenter');
    process.kill(karpenter.pid, signal);
  };

  it('finds two nodes: one of the stack\'s NodePool, one of a NodePool that CloudFormation does not know', async () => {
    const { items } = await api.list(NODE_CLAIMS);
    expect(items.map(({ nodePoolName }) => nodePoolName).toSorted()).toEqual(['default', 'made-by-a-student']);
    expect(await countInstances()).toBe(2);
  });

  it('fails at the deadline when Karpenter does nothing, and keeps what Karpenter needs', async () => {
    signalKarpenter('SIGSTOP');
    try {
      expect(await call()).toEqual({ IsComplete: false });
      expect(await call()).toEqual({ IsComplete: false });
      await expect(call(DRAIN_DEADLINE_SECONDS)).rejects.toThrow(/^ClusterNotDrained: NodeClaim .* is held by karpenter\.sh\/termination.*delete the stack again/);
      expect((await api.list(NODE_CLAIMS)).items).toHaveLength(2);
      expect((await api.list(EC2_NODE_CLASSES)).items.map(({ metadata }) => metadata.deletedAt)).toEqual([undefined]);
      expect(await countInstances()).toBe(2);
    } finally {
      signalKarpenter('SIGCONT');
    }
  });

  it('goes on when it is called again, until nothing is left', async () => {
    await pollFor(async () => (await call()).IsComplete, {
      what: 'the guard lets the stack go on', deadlineSeconds: WAIT_SECONDS, everySeconds: 1, describeMissing: () => [JSON.stringify(facts.at(-1))],
    });
    for (const kind of [NODE_POOLS, NODE_CLAIMS, EC2_NODE_CLASSES]) expect((await api.listBodies(kind)).items).toEqual([]);
    expect(await countInstances()).toBe(0);
    expect(facts.flatMap((fact) => 'deleted' in fact ? fact.deleted : [])).toEqual(expect.arrayContaining([
      `Namespace ${record.inflateNamespace}`, 'Namespace student-7', 'NodePool default', 'NodePool made-by-a-student', 'EC2NodeClass default',
    ]));
    expect(facts.at(-1)).toMatchObject({ phase: 'drained', isDrained: true, remaining: [] });
  });

  it('finds nothing to do when it is called once more', async () => {
    expect(await call()).toEqual({ IsComplete: true });
    expect(facts.at(-1)).toMatchObject({ deleted: [] });
  });
});

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { arrayAt, type JsonObject, objectAt, parseJson, textAt, valueAt } from '../../../lib/json';
import { EVENTS, NODES, PODS } from '../../../lib/kubernetes/core-kinds';
import { type ResourceKind } from '../../../lib/kubernetes/objects';
import type { Account } from '../../../lib/rehearsal/account';
import { Findings, readFindings } from '../../../lib/rehearsal/findings';
import { KarpenterPods } from '../../../lib/rehearsal/karpenter-pods/karpenter-pods';
import { POD_LOGS } from '../../../lib/rehearsal/karpenter-pods/kwok-documents';
import type { AdmittedIdentity } from '../../../lib/rehearsal/karpenter-pods/pod-credentials';
import { karpenterLogLines } from '../../../lib/rehearsal/karpenter-pods/pod-logs';
import { runContext } from '../../../lib/run-context';
import { pollFor } from '../../../lib/wait-for';
import { FakeKubernetes } from '../../support/fake-kubernetes/fake-kubernetes';
import { fakeProgram, temporaryFolder } from '../fake-program';

const CONFIG_MAPS: ResourceKind<JsonObject> = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', isNamespaced: true, read: (body) => body };

const NAMESPACE = 'karpenter';

/** Says its environment, is ready as soon as a file is there, and ends when it is asked to. */
const CONTROLLER = `
process.on('SIGTERM', () => { console.log(JSON.stringify({ level: 'INFO', message: 'asked to end' })); process.exit(0); });
console.log(JSON.stringify({ level: 'INFO', message: 'started', environment: process.env, args: process.argv.slice(2) }));
require('node:http').createServer((request, response) => {
  response.statusCode = request.url === '/readyz' && require('node:fs').existsSync(process.env.READY_FILE) ? 200 : 500;
  response.end();
}).listen(Number(process.env.HEALTH_PROBE_PORT), '127.0.0.1');
`;

describe('Karpenter\'s pods', () => {
  let fake: FakeKubernetes;
  let folder: string;
  let pods: KarpenterPods;
  let identity: AdmittedIdentity | undefined;
  const stopped = new AbortController();

  beforeEach(async () => {
    fake = await FakeKubernetes.start();
    folder = temporaryFolder();
    identity = { audience: 'pods.eks.amazonaws.com', environment: { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1/credentials' } };
    fake.put(NODES, { metadata: { name: 'node-1' }, status: { allocatable: { memory: '4Gi' } } });
    fake.put(CONFIG_MAPS, { metadata: { name: 'kube-root-ca.crt', namespace: NAMESPACE }, data: { 'ca.crt': 'an authority' } });
  });

  afterEach(async () => {
    await pods.close();
    await fake.stop();
  });

  const start = async (...lines: readonly string[]): Promise<void> => {
    writeFileSync(join(folder, 'controller.js'), CONTROLLER);
    const karpenter = fakeProgram(folder, 'karpenter', ...(lines.length > 0 ? lines : [`exec ${process.execPath} ${join(folder, 'controller.js')} "$@"`]));
    const account: Account = {
      accountId: '123456789012', region: 'ap-northeast-2', endpoint: 'http://127.0.0.1:1', moto: 'http://127.0.0.1:2', directory: folder,
      compression: 1000, sessions: { assumeForService: () => Promise.reject(new Error('nobody asks for keys')) },
      findings: new Findings(join(folder, 'findings')), run: runContext({ signal: stopped.signal }),
    };
    pods = await KarpenterPods.start(account, {
      kubernetes: fake.api(), karpenter, podIdentityFor: () => identity, placedSeconds: 0.1, environment: { MARKER: 'a rehearsal' }, logsDirectory: join(folder, 'logs'),
    });
  };

  const put = (name: string, change: { readonly spec?: JsonObject; readonly status?: JsonObject; readonly metadata?: JsonObject } = {}): void => {
    fake.put(PODS, {
      metadata: { name, namespace: NAMESPACE, labels: { 'app.kubernetes.io/name': 'karpenter', 'app.kubernetes.io/instance': 'karpenter' }, ...change.metadata },
      spec: {
        nodeName: 'node-1', serviceAccountName: 'karpenter-account',
        containers: [{
          name: 'controller', image: 'c', args: ['--one'], readinessProbe: { periodSeconds: 0.05, httpGet: { path: '/readyz' } },
          env: [{ name: 'METRICS_PORT', value: '8080' }, { name: 'READY_FILE', value: join(folder, `${name}.ready`) }],
        }],
        ...change.spec,
      },
      status: { podIP: '10.11.0.9', ...change.status },
    });
  };
  const status = (name: string): JsonObject => objectAt(fake.find(PODS, { namespace: NAMESPACE, name }), 'status');
  const container = (name: string): JsonObject => objectAt(arrayAt(status(name), 'containerStatuses')[0]);
  const isReady = (name: string): boolean => arrayAt(status(name), 'conditions').some((condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True');
  const until = async (what: string, look: () => boolean): Promise<unknown> => pollFor(look, { what, deadlineSeconds: 10, describeMissing: () => [JSON.stringify(fake.all(PODS))] });
  const started = (): JsonObject => objectAt(parseJson(karpenterLogLines(join(folder, 'logs')).find((line) => line.includes('started')) ?? '{}'));

  it('are ready when their processes say so, and no sooner', async () => {
    await start();
    put('one');
    await until('its process runs', () => valueAt(container('one'), 'state', 'running') !== undefined);
    expect(isReady('one')).toBe(false);
    writeFileSync(join(folder, 'one.ready'), '');
    await until('it is ready', () => isReady('one'));
    expect(pods.processes()).toMatchObject([{ name: 'one', logFile: join(folder, 'logs', `${NAMESPACE}_one`, '0.log') }]);
    expect(fake.find(POD_LOGS, { namespace: NAMESPACE, name: 'one' })).toMatchObject({ spec: { logs: [{ logsFile: join(folder, 'logs', `${NAMESPACE}_one`, '0.log') }] } });
  });

  it('are a finding when no node has room for them, unless one is there in time', async () => {
    await start();
    const message = '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available.';
    const waiting = { spec: { nodeName: null }, status: { podIP: null, conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] } };
    put('placed', waiting);
    put('placed');
    put('waiting', waiting);
    await until('it is found', () => readFindings(join(folder, 'findings')).length > 0);
    expect(readFindings(join(folder, 'findings'))).toMatchObject([{
      kind: 'pod-not-ready', resource: `karpenter in namespace ${NAMESPACE}`, expected: 'a node has room for each of its pods', found: '0/1 nodes are available: 1 Insufficient cpu',
    }]);
  });

  it('get what a kubelet gives them, and nothing of the user\'s environment', async () => {
    await start();
    put('one');
    await until('its process runs', () => 'environment' in started());
    const environment = objectAt(started(), 'environment');
    expect(environment).toMatchObject({
      MARKER: 'a rehearsal', AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_REGION: 'ap-northeast-2', AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1/credentials', LEADER_ELECTION_NAMESPACE: NAMESPACE,
    });
    expect(started()).toMatchObject({ args: ['--one'] });
    expect(environment['METRICS_PORT']).not.toBe('8080');
    expect(Object.keys(environment)).not.toContain('PATH');
    const kubeconfig = objectAt(parseJson(readFileSync(textAt(environment, 'KUBECONFIG') ?? '', 'utf8')));
    expect(kubeconfig).toMatchObject({ clusters: [{ cluster: { server: fake.url, 'certificate-authority-data': Buffer.from('an authority').toString('base64') } }] });
    expect(readFileSync(textAt(arrayAt(kubeconfig, 'users')[0], 'user', 'tokenFile') ?? '', 'utf8')).toBe('token-of-karpenter-karpenter-account');
    expect(readFileSync(textAt(environment, 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE') ?? '', 'utf8')).toBe('token-of-karpenter-karpenter-account-pods.eks.amazonaws.com');
  });

  it('never get credentials when the association came after their admission', async () => {
    identity = undefined;
    await start();
    put('one', { status: { podIP: null } });
    await until('it was seen', () => fake.requests.some((request) => request === 'GET /api/v1/pods'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    identity = { audience: 'a', environment: { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'late' } };
    put('one');
    await until('its process runs', () => 'environment' in started());
    expect(objectAt(started(), 'environment')).not.toHaveProperty('AWS_CONTAINER_CREDENTIALS_FULL_URI');
  });

  it('wait for a node and its address, and those of other names are left alone', async () => {
    await start();
    put('unscheduled', { spec: { nodeName: null }, status: { podIP: null } });
    put('other', { metadata: { labels: { 'app.kubernetes.io/name': 'inflate' } } });
    put('without-controller', { spec: { containers: [{ name: 'webhook' }] } });
    put('one');
    await until('the process of one runs', () => pods.processes().length > 0);
    expect(pods.processes().map(({ name }) => name)).toEqual(['one']);
    expect(['other', 'without-controller', 'unscheduled'].map((name) => container(name))).toEqual([{}, {}, {}]);
  });

  it('are restarted when they end, later each time, and a finding says why', async () => {
    await start(`echo '{"level":"ERROR","message":"EC2 api connectivity check failed","error":"AccessDenied, RequestID: 4711"}'`, 'exit 3');
    put('one');
    await until('it has ended four times', () => Number(container('one')['restartCount']) >= 4);
    await until('it waits', () => textAt(container('one'), 'state', 'waiting', 'reason') === 'CrashLoopBackOff');
    expect(fake.all(EVENTS)[0]).toMatchObject({ reason: 'BackOff', involvedObject: { kind: 'Pod', name: 'one' }, type: 'Warning' });
    expect(container('one')).toMatchObject({ ready: false, lastState: { terminated: { exitCode: 3 } } });
    expect(readFindings(join(folder, 'findings'))).toMatchObject([{
      kind: 'pod-not-ready', resource: 'karpenter in namespace karpenter', found: 'Karpenter has ended 3 times, with exit code 3: EC2 api connectivity check failed: AccessDenied',
    }]);
    const logs = arrayAt(fake.find(POD_LOGS, { namespace: NAMESPACE, name: 'one' }), 'spec', 'logs')[0];
    const last = Number(/(\d+)\.log$/.exec(textAt(logs, 'logsFile') ?? '')?.[1]);
    expect(textAt(logs, 'previousLogsFile')).toBe(join(folder, 'logs', `${NAMESPACE}_one`, `${last - 1}.log`));
  });

  it('say what keeps them from being started', async () => {
    await start();
    put('one', { spec: { containers: [{ name: 'controller', envFrom: [{ secretRef: { name: 's' } }] }] } });
    await until('it waits', () => textAt(container('one'), 'state', 'waiting', 'reason') === 'CreateContainerConfigError');
    await until('a finding says so', () => readFindings(join(folder, 'findings')).some(({ found }) => found.includes('ConfigMap or a Secret')));
  });

  it('end by themselves when they are deleted, then go', async () => {
    await start();
    put('one');
    await until('its process runs', () => 'environment' in started());
    fake.put(PODS, { metadata: { name: 'one', namespace: NAMESPACE, deletionTimestamp: '2026-11-27T03:00:00Z', finalizers: ['kubelet'] } });
    await until('the pod is removed', () => fake.requests.includes(`DELETE /api/v1/namespaces/${NAMESPACE}/pods/one`));
    expect(karpenterLogLines(join(folder, 'logs')).at(-1)).toContain('asked to end');
    expect(pods.processes()).toEqual([]);
    expect(existsSync(join(folder, 'karpenter-pods', textAt(fake.find(PODS, { namespace: NAMESPACE, name: 'one' }), 'metadata', 'uid') ?? ''))).toBe(false);
  });

  it('lose their processes with their nodes', async () => {
    await start();
    put('one');
    await until('its process runs', () => 'environment' in started());
    fake.remove(PODS, { namespace: NAMESPACE, name: 'one' });
    await until('its process has ended', () => pods.processes().length === 0);
  });
});

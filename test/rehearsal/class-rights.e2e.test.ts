import { manifestsOf } from '../../charts/manifest';
import { CLASS_NAMESPACE, STUDENT_ACCOUNT } from '../../lib/config/seats';
import { arrayAt, type JsonObject, objectAt, textAt } from '../../lib/json';
import type { ApiRequest } from '../../lib/kubernetes/api-request';
import type { Connection } from '../../lib/kubernetes/connection';
import { pollFor } from '../../lib/wait-for';
import { configWithClass, labCharts } from '../charts/default-lab-charts';
import { type Answer, answerTo, BareCluster } from './bare-cluster';

const SEAT = 'student-001';
const OTHER = 'student-002';
/** A seat in which everything but its limits is left alone. */
const CROWDED = 'student-003';
const STUDENT = `system:serviceaccount:${SEAT}:${STUDENT_ACCOUNT}`;

type Change = Readonly<Record<string, unknown>>;

/** A pod as the guide describes it, with changes of its spec; undefined takes a field away. */
const podSpec = (change: Change = {}): JsonObject => JSON.parse(JSON.stringify({
  nodeSelector: { 'eks-team': SEAT },
  terminationGracePeriodSeconds: 0,
  containers: [{ name: 'inflate', image: 'registry.test/pause:1', resources: { requests: { cpu: '10m' } } }],
  ...change,
})) as JsonObject;

const pod = (change?: Change, metadata: Change = {}): JsonObject => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'try-', labels: { app: 'try' }, ...metadata }, spec: podSpec(change),
});

const deployment = (change?: Change, metadata: Change = {}, replicas = 0): JsonObject => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { generateName: 'try-', ...metadata },
  spec: { replicas, selector: { matchLabels: { app: 'try' } }, template: { metadata: { labels: { app: 'try' } }, spec: podSpec(change) } },
});

const budget = (metadata: Change = {}): JsonObject => ({
  apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { generateName: 'try-', ...metadata },
  spec: { maxUnavailable: 0, selector: { matchLabels: { app: 'inflate' } } },
});

const service = (change: Change = {}): JsonObject => ({
  apiVersion: 'v1', kind: 'Service', metadata: { generateName: 'try-' }, spec: { selector: { app: 'inflate' }, ports: [{ port: 80 }], ...change },
});

/** The deletion of a pod, with seconds that it has to end. */
const deletion = (name: string, gracePeriodSeconds: number): ApiRequest =>
  ({ ...remove(pathOf(PODS, SEAT, `/${name}`)), body: { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds } });

const container = (change: Change): readonly JsonObject[] => [{ name: 'try', image: 'registry.test/pause:1', resources: { requests: { cpu: '10m' } }, ...change }];

const PODS = '/pods';
const DEPLOYMENTS = 'apps/deployments';
const BUDGETS = 'policy/poddisruptionbudgets';
const SERVICES = '/services';

const KARPENTER_KINDS: readonly string[] = ['karpenter.sh/nodepools', 'karpenter.sh/nodeclaims', 'karpenter.k8s.aws/ec2nodeclasses'];

/** Path of `group/resource` in a namespace, or of the whole cluster; `rest` is a name, a subresource or both. */
function pathOf(resource: string, namespace?: string, rest = ''): string {
  const [group = '', plural = ''] = resource.split('/');
  return `${group === '' ? '/api/v1' : `/apis/${group}/v1`}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${plural}${rest}`;
}

const MERGE_PATCH = 'application/merge-patch+json';
const get = (path: string): ApiRequest => ({ method: 'GET', path });
const post = (path: string, body: JsonObject = {}): ApiRequest => ({ method: 'POST', path, body });
const patch = (path: string, body: JsonObject = {}): ApiRequest => ({ method: 'PATCH', path, body, contentType: MERGE_PATCH });
const remove = (path: string): ApiRequest => ({ method: 'DELETE', path });

const named = ({ method, path }: ApiRequest): string => `${method} ${path}`;
const table = (requests: readonly ApiRequest[]): [name: string, request: ApiRequest][] => requests.map((request) => [named(request), request]);

const REFUSALS = {
  nodeSelector: `이 좌석의 파드는 자기 좌석의 노드에서만 실행할 수 있습니다. nodeSelector에 다음을 넣어 주세요: eks-team: ${SEAT}`
    + ` / Pods of this seat run on the nodes of this seat only. Set in nodeSelector: eks-team: ${SEAT}`,
  nodeName: '노드는 스케줄러가 고릅니다. nodeName을 지워 주세요. / The scheduler chooses the node. Remove nodeName.',
  tolerations: '좌석의 노드에는 테인트가 없어서 tolerations가 필요하지 않습니다. tolerations를 지워 주세요.'
    + ' / Nodes of a seat have no taints, so its pods need no tolerations. Remove tolerations.',
  priority: '좌석에서 쓸 수 있는 PriorityClass는 placeholder뿐입니다. priorityClassName을 바꾸거나 지워 주세요.'
    + ' / A seat may use no PriorityClass but placeholder. Change or remove priorityClassName.',
  grace: '파드는 120초 안에 끝나야 합니다. terminationGracePeriodSeconds를 120 이하로 줄여 주세요.'
    + ' / A pod of a seat has to end within 120 seconds. Lower terminationGracePeriodSeconds.',
  account: '파드는 학생의 서비스 어카운트로 실행할 수 없습니다. serviceAccountName을 지워 주세요. / Pods do not run under the account of the student. Remove serviceAccountName.',
  volumes: '좌석에서 쓸 수 있는 볼륨은 emptyDir, configMap, downwardAPI, projected뿐입니다. 다른 볼륨은 지워 주세요.'
    + ' / Volumes of a seat are of the kinds emptyDir, configMap, downwardAPI, projected. Remove others.',
  deletion: '파드는 120초 안에 끝나야 합니다. --grace-period를 120 이하로 줄여 주세요. / A pod of a seat has to end within 120 seconds. Lower --grace-period.',
  serviceType: '좌석에서는 ClusterIP 서비스만 만들 수 있습니다. 로드 밸런서는 비용이 들고, 노드 포트는 클러스터를 외부에 노출합니다. type을 ClusterIP로 바꿔 주세요.'
    + ' / Services of a seat are of type ClusterIP: load balancers cost money, and node ports open the cluster. Set type to ClusterIP.',
  externalIps: 'externalIPs는 다른 사람의 트래픽을 가져올 수 있어서 쓸 수 없습니다. externalIPs를 지워 주세요.'
    + ' / externalIPs could take the traffic of others. Remove externalIPs.',
  finalizers: '파이널라이저를 지워 줄 컨트롤러가 없어서 좌석을 비울 수 없게 됩니다. metadata.finalizers를 지워 주세요.'
    + ' / No controller would remove the finalizer, and the seat could not be emptied. Remove metadata.finalizers.',
} as const;
type Refusal = keyof typeof REFUSALS;

/** What is asked of pods, by the change of a pod's spec that is refused. */
const BAD_SPECS: readonly [what: string, change: Change, refusal: Refusal][] = [
  ['no nodeSelector', { nodeSelector: undefined }, 'nodeSelector'],
  ['the nodeSelector of another seat', { nodeSelector: { 'eks-team': OTHER } }, 'nodeSelector'],
  ['the nodeSelector of the instructor', { nodeSelector: { 'eks-team': 'my-team' } }, 'nodeSelector'],
  ['a nodeSelector for nodes of the system', { nodeSelector: { 'eks.amazonaws.com/nodegroup': 'system' } }, 'nodeSelector'],
  ['an affinity in the place of the nodeSelector', {
    nodeSelector: undefined,
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'eks-team', operator: 'DoesNotExist' }] }] } } },
  }, 'nodeSelector'],
  ['the name of a node', { nodeName: 'system-1' }, 'nodeName'],
  ['a toleration for everything', { tolerations: [{ operator: 'Exists' }] }, 'tolerations'],
  ['a toleration for nodes of the system', { tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }] }, 'tolerations'],
  ['the priority of the system', { priorityClassName: 'system-cluster-critical' }, 'priority'],
  ['an hour to end', { terminationGracePeriodSeconds: 3600 }, 'grace'],
  ['the account of the student', { serviceAccountName: STUDENT_ACCOUNT, automountServiceAccountToken: true }, 'account'],
  ['the account of the student by its old name', { serviceAccount: STUDENT_ACCOUNT }, 'account'],
  ['a disk of the account', { volumes: [{ name: 'disk', awsElasticBlockStore: { volumeID: 'vol-0123456789abcdef0' } }] }, 'volumes'],
  ['a volume from the network', { volumes: [{ name: 'files', nfs: { server: '10.11.0.4', path: '/' } }] }, 'volumes'],
];

/** What a student does in the guide, and more. Names of objects are those that the seats have from the start. */
const IN_A_SEAT = (seat: string): readonly ApiRequest[] => [
  get(pathOf(DEPLOYMENTS, seat)),
  post(pathOf(DEPLOYMENTS, seat), deployment()),
  patch(pathOf(DEPLOYMENTS, seat, '/inflate'), { metadata: { annotations: { tried: 'yes' } } }),
  patch(pathOf(DEPLOYMENTS, seat, '/inflate/scale'), { spec: { replicas: 2 } }),
  get(pathOf('apps/replicasets', seat)),
  get(pathOf(PODS, seat)),
  post(pathOf(PODS, seat), pod()),
  patch(pathOf(PODS, seat, '/alone'), { metadata: { annotations: { 'karpenter.sh/do-not-disrupt': 'true' } } }),
  get(pathOf(BUDGETS, seat)),
  post(pathOf(BUDGETS, seat), budget()),
  patch(pathOf(BUDGETS, seat, '/inflate'), { spec: { maxUnavailable: 1 } }),
  post(pathOf(SERVICES, seat), service()),
  get(pathOf(SERVICES, seat)),
  get(pathOf('/events', seat)),
  get(pathOf('/resourcequotas', seat)),
  get(pathOf('/limitranges', seat)),
  get(pathOf('networking.k8s.io/networkpolicies', seat)),
  get(`/api/v1/namespaces/${seat}`),
  remove(pathOf(DEPLOYMENTS, seat, '/inflate')),
  remove(pathOf(BUDGETS, seat, '/inflate')),
  remove(pathOf(SERVICES, seat, '/inflate')),
];

/** What the API server does beyond a kubelet, which a bare cluster lacks: the right is there when it is not this that fails. */
const THROUGH_A_KUBELET = (seat: string): readonly ApiRequest[] => [
  get(pathOf(PODS, seat, '/alone/log')),
  post(pathOf(PODS, seat, '/alone/exec?command=ls')),
  post(pathOf(PODS, seat, '/alone/portforward')),
];

const OF_THE_CLUSTER: readonly ApiRequest[] = [
  ...['/nodes', ...KARPENTER_KINDS, 'scheduling.k8s.io/priorityclasses'].map((resource) => get(pathOf(resource))),
  get(pathOf('/nodes', undefined, '/system-1')),
  get(pathOf('/events', 'default')),
  get(pathOf(PODS, 'kube-system', '?labelSelector=app.kubernetes.io%2Fname%3Dkarpenter')),
  get(pathOf(DEPLOYMENTS, 'kube-system', '/karpenter')),
];

const everywhere = (resource: string): readonly ApiRequest[] => [SEAT, OTHER, 'default', 'kube-system', 'karpenter-test', CLASS_NAMESPACE].map((namespace) => get(pathOf(resource, namespace)));
const allChanges = (resource: string, namespace?: string, name = 'seat'): readonly ApiRequest[] => [
  post(pathOf(resource, namespace)), patch(pathOf(resource, namespace, `/${name}`)), remove(pathOf(resource, namespace, `/${name}`)),
];

const NO_RIGHT: readonly ApiRequest[] = [
  ...everywhere('/secrets'), ...everywhere('/configmaps'), ...everywhere('/serviceaccounts'), ...everywhere('rbac.authorization.k8s.io/rolebindings'),
  get(pathOf('/secrets', SEAT, '/own')),
  ...[PODS, '/events', '/secrets', '/services', DEPLOYMENTS, '/namespaces', BUDGETS].map((resource) => get(pathOf(resource))),
  ...['default', 'kube-system', 'karpenter-test', CLASS_NAMESPACE].flatMap((namespace) => [post(pathOf(PODS, namespace), pod()), post(pathOf(DEPLOYMENTS, namespace), deployment())]),
  get(pathOf(PODS, 'default')), get(pathOf(PODS, 'karpenter-test')), get(pathOf('/events', 'kube-system')), get(pathOf(DEPLOYMENTS, 'kube-system')),
  remove(pathOf(PODS, 'kube-system', '/karpenter-1')), post(pathOf(PODS, 'kube-system', '/karpenter-1/exec')), patch(pathOf(DEPLOYMENTS, 'kube-system', '/karpenter')),

  // Limits and rights.
  ...['/resourcequotas', '/limitranges', 'networking.k8s.io/networkpolicies', 'rbac.authorization.k8s.io/roles', 'rbac.authorization.k8s.io/rolebindings'].flatMap((resource) => allChanges(resource, SEAT)),
  ...['rbac.authorization.k8s.io/clusterroles', 'rbac.authorization.k8s.io/clusterrolebindings', '/namespaces', 'scheduling.k8s.io/priorityclasses'].flatMap((resource) => allChanges(resource)),
  ...['validatingadmissionpolicies', 'validatingadmissionpolicybindings', 'validatingwebhookconfigurations'].flatMap((plural) => allChanges(`admissionregistration.k8s.io/${plural}`)),
  patch(`/api/v1/namespaces/${SEAT}`), remove(`/api/v1/namespaces/${SEAT}`),
  ...[SEAT, OTHER].map((seat) => post(pathOf('/serviceaccounts', seat, `/${STUDENT_ACCOUNT}/token`))),
  post(pathOf('/serviceaccounts', 'kube-system', '/default/token')),
  ...allChanges('/serviceaccounts', SEAT),
  post(pathOf('certificates.k8s.io/certificatesigningrequests')),

  // What Karpenter works with, and nodes.
  ...[...KARPENTER_KINDS, '/nodes'].flatMap((resource) => allChanges(resource, undefined, 'class')),
  patch(pathOf('/nodes', undefined, '/system-1'), { spec: { unschedulable: true } }),
  patch(pathOf('/nodes', undefined, '/system-1/status')),
  get(pathOf('/nodes', undefined, '/system-1/proxy/metrics')),

  // Other ways to a pod, and around the rules for pods.
  ...['apps/daemonsets', 'apps/statefulsets', 'apps/replicasets', 'batch/jobs', 'batch/cronjobs', '/replicationcontrollers', '/podtemplates'].map((resource) => post(pathOf(resource, SEAT))),
  patch(pathOf('apps/replicasets', SEAT, '/inflate')),
  post(pathOf(PODS, SEAT, '/alone/binding')), post(pathOf('/bindings', SEAT)), post(pathOf(PODS, SEAT, '/alone/eviction')),
  patch(pathOf(PODS, SEAT, '/alone/status')), patch(pathOf(PODS, SEAT, '/alone/ephemeralcontainers')), patch(pathOf(PODS, SEAT, '/alone/resize')),
  post(pathOf('/persistentvolumeclaims', SEAT)), post(pathOf('/persistentvolumes')),
  ...['/configmaps', '/secrets', '/endpoints', 'networking.k8s.io/ingresses', 'discovery.k8s.io/endpointslices', '/events'].map((resource) => post(pathOf(resource, SEAT))),
  patch(pathOf(SERVICES, SEAT, '/inflate/status')),
];

describe('a student, by requests to a real API server', () => {
  let cluster: BareCluster;
  const connections: Connection[] = [];
  let asStudent: (request: ApiRequest) => Promise<Answer>;
  let asCrowded: (request: ApiRequest) => Promise<Answer>;
  const asAdmin = (request: ApiRequest): Promise<Answer> => answerTo(cluster.admin, request);

  const studentOf = async (seat: string, headers?: Readonly<Record<string, string>>): Promise<(request: ApiRequest) => Promise<Answer>> => {
    const { body } = await asAdmin(post(pathOf('/serviceaccounts', seat, `/${STUDENT_ACCOUNT}/token`), { spec: { expirationSeconds: 3600 } }));
    const connection = cluster.tokenConnection(textAt(body, 'status', 'token') ?? '', headers);
    connections.push(connection);
    return (request) => answerTo(connection, request);
  };
  const until = (what: string, isSo: () => Promise<boolean>): Promise<unknown> =>
    pollFor(isSo, { what, deadlineSeconds: 60, everySeconds: 0.2, describeMissing: () => Promise.resolve([]) });

  beforeAll(async () => {
    cluster = await BareCluster.start('class-rights');
    await cluster.apply([crd('karpenter.sh', 'NodePool'), crd('karpenter.sh', 'NodeClaim'), crd('karpenter.k8s.aws', 'EC2NodeClass'), namespace('karpenter-test')]);
    await until('the kinds of Karpenter are served', async () => (await Promise.all(KARPENTER_KINDS.map((kind) => asAdmin(get(pathOf(kind))))))
      .every(({ status }) => status === 200));
    const { classChart, nodePool, seats } = labCharts(configWithClass(3));
    if (classChart === undefined) throw new Error('three students are a class');
    await cluster.apply([nodePool, classChart, ...seats].flatMap(manifestsOf));
    const ofSystem = { metadata: { namespace: 'kube-system' } };
    await cluster.apply([
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'system-1', labels: { 'eks.amazonaws.com/nodegroup': 'system' } } },
      { ...deployment(), metadata: { ...ofSystem.metadata, name: 'karpenter' } },
      { ...pod(), metadata: { ...ofSystem.metadata, name: 'karpenter-1', labels: { 'app.kubernetes.io/name': 'karpenter' } } },
      ...[SEAT, 'kube-system'].map((own) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'own', namespace: own } })),
    ]);
    await until('the quotas are counted', async () => (await Promise.all([SEAT, OTHER, CROWDED].map((seat) => asAdmin(get(pathOf('/resourcequotas', seat))))))
      .every(({ body }) => arrayAt(body, 'items').every((quota) => 'hard' in objectAt(quota, 'status'))));
    await until('the policies are in force', async () => (await asAdmin(post(pathOf(PODS, SEAT, '?dryRun=All'), pod({ nodeSelector: undefined })))).status === 403);
    for (const seat of [SEAT, OTHER]) {
      const mine = { nodeSelector: { 'eks-team': seat } };
      await cluster.apply([
        deployment(mine, { name: 'inflate', namespace: seat }), pod(mine, { name: 'alone', namespace: seat }), budget({ name: 'inflate', namespace: seat }),
        { ...service(), metadata: { name: 'inflate', namespace: seat } },
      ].map(withoutGeneratedName));
    }
    // A pod without a node goes at once, whatever time it is given.
    await cluster.apply([withoutGeneratedName(pod({}, { name: 'bound', namespace: SEAT }))]);
    await asAdmin(post(pathOf(PODS, SEAT, '/bound/binding'), { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'bound' }, target: { kind: 'Node', name: 'system-1' } }));
    [asStudent, asCrowded] = await Promise.all([studentOf(SEAT), studentOf(CROWDED)]);
  });
  afterAll(async () => {
    for (const connection of connections) connection.close();
    await cluster.stop();
  });

  test('comes in as the account of the seat', async () => {
    const { body } = await asStudent(post(pathOf('authentication.k8s.io/selfsubjectreviews'), { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }));
    expect(textAt(body, 'status', 'userInfo', 'username')).toBe(STUDENT);
  });

  test.each(BAD_SPECS)('is told why a pod may not have %s', async (_what, change, refusal) => {
    expect(await asStudent(post(pathOf(PODS, SEAT), pod(change)))).toMatchObject({ status: 403, message: denied('class-pods', refusal) });
  });

  test.each(BAD_SPECS)('is told why a Deployment may not have pods with %s', async (_what, change, refusal) => {
    expect(await asStudent(post(pathOf(DEPLOYMENTS, SEAT), deployment(change)))).toMatchObject({ status: 403, message: denied('class-deployments', refusal) });
  });

  test.each(BAD_SPECS)('is told why a Deployment may not come to have pods with %s', async (_what, change, refusal) => {
    const fields = { affinity: null, serviceAccountName: null, serviceAccount: null, volumes: null, nodeName: null, tolerations: null, priorityClassName: null, nodeSelector: null, terminationGracePeriodSeconds: 0 };
    const spec = podSpec(change);
    const merged = Object.fromEntries(Object.entries(fields).map(([field, absent]) => [field, spec[field] ?? absent]));
    // Keys of a map that a merge patch does not name would stay.
    const nodeSelector = merged['nodeSelector'] === null ? null : { 'eks-team': null, ...objectAt(merged['nodeSelector']) };
    expect(await asStudent(patch(pathOf(DEPLOYMENTS, SEAT, '/inflate'), { spec: { template: { spec: { ...merged, nodeSelector } } } })))
      .toMatchObject({ status: 403, message: denied('class-deployments', refusal) });
  });

  test.each<[what: string, request: ApiRequest, policy: string, refusal: Refusal]>([
    ['a toleration that a pod gets later', patch(pathOf(PODS, SEAT, '/alone'), { spec: { tolerations: [
      ...['not-ready', 'unreachable'].map((key) => ({ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 })),
      { key: 'CriticalAddonsOnly', operator: 'Exists' },
    ] } }), 'class-pods', 'tolerations'],
    ['an hour to end, given with the deletion', deletion('bound', 3600), 'class-deletions', 'deletion'],
    ...['LoadBalancer', 'NodePort', 'ExternalName'].flatMap((type): [string, ApiRequest, string, Refusal][] => [
      [`a Service of type ${type}`, post(pathOf(SERVICES, SEAT), service({ type, externalName: 'example.org' })), 'class-services', 'serviceType'],
      [`a Service that becomes one of type ${type}`, patch(pathOf(SERVICES, SEAT, '/inflate'), { spec: { type, externalName: 'example.org' } }), 'class-services', 'serviceType'],
    ]),
    ['a Service with externalIPs', post(pathOf(SERVICES, SEAT), service({ externalIPs: ['10.11.0.4'] })), 'class-services', 'externalIps'],
    ['a Service that gets externalIPs', patch(pathOf(SERVICES, SEAT, '/inflate'), { spec: { externalIPs: ['10.11.0.4'] } }), 'class-services', 'externalIps'],
    ...([[PODS, pod, 'alone'], [DEPLOYMENTS, deployment, 'inflate']] as const).flatMap(([resource, make, name]): [string, ApiRequest, string, Refusal][] => [
      [`a finalizer in ${resource}`, post(pathOf(resource, SEAT), make({}, { finalizers: ['example.org/stay'] })), 'class-objects', 'finalizers'],
      [`a finalizer that comes into ${resource}`, patch(pathOf(resource, SEAT, `/${name}`), { metadata: { finalizers: ['example.org/stay'] } }), 'class-objects', 'finalizers'],
    ]),
    ['a finalizer in a Service', patch(pathOf(SERVICES, SEAT, '/inflate'), { metadata: { finalizers: ['example.org/stay'] } }), 'class-objects', 'finalizers'],
    ['a finalizer in a budget', post(pathOf(BUDGETS, SEAT), budget({ finalizers: ['example.org/stay'] })), 'class-objects', 'finalizers'],
  ])('is told why not: %s', async (_what, request, policy, refusal) => {
    expect(await asStudent(request)).toMatchObject({ status: 403, message: denied(policy, refusal) });
  });

  test('deletes a pod that has two minutes to end', async () => {
    expect(await asStudent(deletion('bound', 120))).toMatchObject({ message: '' });
  });

  test.each<[what: string, change: Change, violation: string]>([
    ['privileged container', { containers: container({ securityContext: { privileged: true } }) }, 'privileged'],
    ['network of the node', { hostNetwork: true }, 'host namespaces (hostNetwork=true)'],
    ['folder of the node', { volumes: [{ name: 'root', hostPath: { path: '/' } }] }, 'hostPath volumes (volume "root")'],
    ['port of the node', { containers: container({ ports: [{ containerPort: 80, hostPort: 80 }] }) }, 'hostPort'],
  ])('gets no %s', async (_what, change, violation) => {
    const { status, message } = await asStudent(post(pathOf(PODS, SEAT), pod(change)));
    expect([status, message]).toEqual([403, expect.stringMatching(/violates PodSecurity "baseline:latest"/)]);
    expect(message).toContain(violation);
  });

  test.each<[what: string, change: Change, excess: string]>([
    ['cores than the seat has', { containers: container({ resources: { requests: { cpu: '8' } } }) }, 'exceeded quota: seat, requested: requests.cpu=8, used: requests.cpu='],
    ['memory than the seat has', { containers: container({ resources: { requests: { cpu: '1m', memory: '15Gi' } } }) }, 'exceeded quota: seat, requested: requests.memory=15Gi'],
    ['influence on where others run', {
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: {}, namespaceSelector: {}, topologyKey: 'kubernetes.io/os' }] } },
    }, 'exceeded quota: seat-no-affinity-to-other-namespaces, requested: pods=1, used: pods=0, limited: pods=0'],
  ])('gets no more %s', async (_what, change, excess) => {
    const { status, message } = await asStudent(post(pathOf(PODS, SEAT), pod(change)));
    expect([status, message]).toEqual([403, expect.stringContaining(excess)]);
  });

  test('gets 20 pods, and reads in the events of the seat why a Deployment has no more', async () => {
    const crowd = { nodeSelector: { 'eks-team': CROWDED } };
    expect((await asCrowded(post(pathOf(DEPLOYMENTS, CROWDED), deployment(crowd, {}, 25)))).status).toBe(201);
    const messages = async (): Promise<string> => JSON.stringify((await asCrowded(get(pathOf('/events', CROWDED)))).body);
    await until('the quota is said to be exceeded', async () => (await messages()).includes('exceeded quota: seat, requested: pods=1, used: pods=20, limited: pods=20'));
    expect(arrayAt((await asCrowded(get(pathOf(PODS, CROWDED)))).body, 'items')).toHaveLength(20);
    expect((await asCrowded(post(pathOf(DEPLOYMENTS, CROWDED), deployment({ ...crowd, hostNetwork: true }, {}, 1)))).status).toBe(201);
    await until('Pod Security is said to be violated', async () => (await messages()).includes('violates PodSecurity \\"baseline:latest\\": host namespaces (hostNetwork=true)'));
  });

  test.each(table(NO_RIGHT))('may not %s', async (_name, request) => {
    expectNoRight(await asStudent(request));
  });

  test.each(table([...IN_A_SEAT(OTHER), ...THROUGH_A_KUBELET(OTHER)]))('may not in the seat of another: %s', async (_name, request) => {
    expectNoRight(await asStudent(request));
  });

  test.each([
    ['an admin', { 'impersonate-user': 'kubernetes-admin', 'impersonate-group': 'system:masters' }],
    ['another student', { 'impersonate-user': `system:serviceaccount:${OTHER}:${STUDENT_ACCOUNT}` }],
  ])('may not come in as %s', async (_who, headers) => {
    const { status, message } = await (await studentOf(SEAT, headers))(get(pathOf(PODS, OTHER)));
    expect([status, message]).toEqual([403, expect.stringContaining(`User "${STUDENT}" cannot impersonate resource`)]);
  });

  test.each<[what: string, change: Change]>([
    ['spot capacity', { nodeSelector: { 'eks-team': SEAT, 'karpenter.sh/capacity-type': 'spot' } }],
    ['arm64', { nodeSelector: { 'eks-team': SEAT, 'kubernetes.io/arch': 'arm64' } }],
    ['a spread over zones and capacity types', {
      topologySpreadConstraints: ['topology.kubernetes.io/zone', 'karpenter.sh/capacity-type'].map((topologyKey) => (
        { topologyKey, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'try' } } })),
    }],
    ['an anti-affinity to their own', { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: { matchLabels: { app: 'try' } }, topologyKey: 'kubernetes.io/hostname' }] } } }],
    ['the priority of placeholders', { priorityClassName: 'placeholder' }],
    ['no request', { containers: container({ resources: undefined }) }],
  ])('makes pods with %s', async (_what, change) => {
    expect(await asStudent(post(pathOf(PODS, SEAT, '?dryRun=All'), pod(change)))).toMatchObject({ status: 201 });
    expect(await asStudent(post(pathOf(DEPLOYMENTS, SEAT, '?dryRun=All'), deployment(change)))).toMatchObject({ status: 201 });
  });

  test.each(table([...OF_THE_CLUSTER, ...IN_A_SEAT(SEAT)]))('may %s', async (_name, request) => {
    const { status, message } = await asStudent(request);
    expect([message, status === 200 || status === 201]).toEqual(['', true]);
  });

  test.each(table([...THROUGH_A_KUBELET(SEAT), get(pathOf(PODS, 'kube-system', '/karpenter-1/log'))]))('may, were there a kubelet, %s', async (_name, request) => {
    expect((await asStudent(request)).message).not.toContain('cannot');
  });

  test('is judged by policies of which the API server understands every expression', async () => {
    const policies = async (): Promise<readonly JsonObject[]> =>
      arrayAt((await asAdmin(get(pathOf('admissionregistration.k8s.io/validatingadmissionpolicies')))).body, 'items').map((policy) => objectAt(policy));
    await until('the policies are checked', async () => (await policies()).every((policy) => 'typeChecking' in objectAt(policy, 'status')));
    expect((await policies()).map((policy) => [textAt(policy, 'metadata', 'name'), objectAt(policy, 'status', 'typeChecking')]))
      .toEqual(['class-deletions', 'class-deployments', 'class-objects', 'class-pods', 'class-services'].map((name) => [name, {}]));
  });
});

/** What a policy answers whom it refuses, after the name of the object. */
function denied(policy: string, refusal: Refusal): unknown {
  return expect.stringContaining(`ValidatingAdmissionPolicy '${policy}' with binding '${policy}' denied request: ${REFUSALS[refusal]}`);
}

function expectNoRight({ status, message }: Answer): void {
  expect([status, message]).toEqual([403, expect.stringContaining(`User "${STUDENT}" cannot `)]);
}

function namespace(name: string): JsonObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function withoutGeneratedName(object: JsonObject): JsonObject {
  const metadata = Object.fromEntries(Object.entries(objectAt(object, 'metadata')).filter(([key]) => key !== 'generateName'));
  return { ...object, metadata };
}

/** A kind of Karpenter's, with whatever fields: this is about who may ask for it. */
function crd(group: string, kind: string): JsonObject {
  const singular = kind.toLowerCase();
  const plural = singular.endsWith('s') ? `${singular}es` : `${singular}s`;
  const schema = { openAPIV3Schema: { 'type': 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.${group}` },
    spec: { group, scope: 'Cluster', names: { kind, plural, singular }, versions: [{ name: 'v1', served: true, storage: true, schema }] },
  };
}

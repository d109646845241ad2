import { Chart, Duration, Size } from 'cdk8s';
import {
  ApiResource, Capability, ClusterRole, ClusterRoleBinding, type ContainerProps, Cpu, Deployment, ImagePullPolicy, LabelSelector, Namespace, Node,
  NodeLabelQuery, Probe, SeccompProfileType, Service,
  ServiceAccount,
} from 'cdk8s-plus-29';
import { KubeNetworkPolicy } from 'cdk8s-plus-29/lib/imports/k8s';
import type { Construct } from 'constructs';
import { APP_NAME_LABEL, NODE_POOL_LABEL, POD_SECURITY_LABEL } from '../lib/well-known-keys';

const NAME = 'kube-ops-view';
const LABELS = { [APP_NAME_LABEL]: NAME };
const PORT = 8080;

/** What the cluster's live picture is made of. */
export interface KubeOpsViewChartProps {
  /** Image of kube-ops-view, with its tag or digest. */
  readonly image: string;

  /**
   * Namespace made for it.
   *
   * @default 'kube-ops-view'
   */
  readonly namespace?: string;

  /**
   * Whether pods of the cluster are kept out, where the CNI enforces it: it shows pods of all namespaces to whoever reaches it.
   *
   * @default false
   */
  readonly isClosedToPods?: boolean;
}

/**
 * kube-ops-view draws nodes and pods as they come and go. It can read nodes, pods and their metrics, and nothing else;
 * it is reached by `kubectl port-forward` only, and never by a load balancer.
 *
 * @see https://codeberg.org/hjacobs/kube-ops-view
 */
export class KubeOpsViewChart extends Chart {
  constructor(scope: Construct, id: string, props: KubeOpsViewChartProps) {
    super(scope, id, { labels: LABELS });
    const namespace = props.namespace ?? NAME;
    const clusterScoped = { metadata: { name: NAME } };
    const namespaced = { metadata: { name: NAME, namespace } };

    const home = new Namespace(this, 'Namespace', {
      metadata: { name: namespace, labels: { [POD_SECURITY_LABEL]: 'restricted' } },
    });
    // The pod asks for the token itself; nothing else that runs under this account gets one.
    const serviceAccount = new ServiceAccount(this, 'ServiceAccount', { ...namespaced, automountToken: false });
    const role = new ClusterRole(this, 'ClusterRole', clusterScoped);
    const metrics = ['nodes', 'pods'].map((resourceType) => ApiResource.custom({ apiGroup: 'metrics.k8s.io', resourceType }));
    role.allow(['get', 'list'], ApiResource.NODES, ApiResource.PODS, ...metrics);
    const binding = new ClusterRoleBinding(this, 'ClusterRoleBinding', { ...clusterScoped, role });
    binding.addSubjects(serviceAccount);

    // One pod that meets the `restricted` Pod Security Standard and stays on the system nodes.
    const deployment = new Deployment(this, 'Deployment', {
      ...namespaced,
      replicas: 1,
      // By the name below instead: the selector of cdk8s-plus changes with the construct's path, and Kubernetes lets nobody change one.
      select: false,
      podMetadata: { labels: LABELS },
      serviceAccount,
      automountServiceAccountToken: true,
      securityContext: { ensureNonRoot: true, user: 1000, group: 1000 },
      containers: [container(props.image)],
    });
    deployment.select(LabelSelector.of({ labels: LABELS }));
    // On a node of Karpenter's this pod would keep the node alive after the student scaled in.
    deployment.scheduling.attract(Node.labeled(NodeLabelQuery.doesNotExist(NODE_POOL_LABEL)));
    const service = new Service(this, 'Service', { ...namespaced, ports: [{ name: 'http', port: 80, targetPort: PORT }] });
    service.selectLabel(APP_NAME_LABEL, NAME);

    // `kubectl port-forward` and the probes come from the node itself, which no policy keeps out.
    const policies = props.isClosedToPods === true ? [new KubeNetworkPolicy(this, 'NoPods', { ...namespaced, spec: { podSelector: {}, policyTypes: ['Ingress'] } })] : [];

    for (const construct of [serviceAccount, role, service, ...policies]) {
      construct.node.addDependency(home);
    }
    binding.node.addDependency(serviceAccount, role);
    deployment.node.addDependency(binding);
  }
}

function container(image: string): ContainerProps {
  return {
    name: NAME,
    image,
    imagePullPolicy: ImagePullPolicy.IF_NOT_PRESENT,
    ports: [{ name: 'http', number: PORT }],
    readiness: Probe.fromHttpGet('/health', { port: PORT, initialDelaySeconds: Duration.seconds(5) }),
    liveness: Probe.fromHttpGet('/health', {
      port: PORT,
      initialDelaySeconds: Duration.seconds(30),
      periodSeconds: Duration.seconds(30),
      timeoutSeconds: Duration.seconds(10),
    }),
    resources: {
      cpu: { request: Cpu.millis(50) },
      memory: { request: Size.mebibytes(64), limit: Size.mebibytes(128) },
    },
    // Root, privileges and a writable root file system are off by default.
    securityContext: {
      capabilities: { drop: [Capability.ALL] },
      seccompProfile: { type: SeccompProfileType.RUNTIME_DEFAULT },
    },
  };
}

import { Chart } from 'cdk8s';
import {
  IntOrString,
  KubeClusterRole,
  KubeClusterRoleBinding,
  KubeDeployment,
  KubeNamespace,
  KubeService,
  KubeServiceAccount,
  Quantity,
  type PodSpec,
} from 'cdk8s-plus-29/lib/imports/k8s';
import type { Construct } from 'constructs';
import { APP_NAME_LABEL, NODE_POOL_LABEL } from '../lib/well-known-keys';

const NAME = 'kube-ops-view';
const LABELS = { [APP_NAME_LABEL]: NAME };
const HTTP_PORT = 'http';

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
    const namespaced = { name: NAME, namespace };
    const clusterScoped = { name: NAME };

    const home = new KubeNamespace(this, 'Namespace', {
      metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });
    const serviceAccount = new KubeServiceAccount(this, 'ServiceAccount', {
      metadata: namespaced,
      // The pod asks for the token itself; nothing else that runs under this account gets one.
      automountServiceAccountToken: false,
    });
    const role = new KubeClusterRole(this, 'ClusterRole', {
      metadata: clusterScoped,
      rules: [
        { apiGroups: [''], resources: ['nodes', 'pods'], verbs: ['get', 'list'] },
        { apiGroups: ['metrics.k8s.io'], resources: ['nodes', 'pods'], verbs: ['get', 'list'] },
      ],
    });
    const binding = new KubeClusterRoleBinding(this, 'ClusterRoleBinding', {
      metadata: clusterScoped,
      roleRef: { apiGroup: role.apiGroup, kind: role.kind, name: role.name },
      subjects: [{ kind: serviceAccount.kind, name: serviceAccount.name, namespace }],
    });
    const deployment = new KubeDeployment(this, 'Deployment', {
      metadata: namespaced,
      spec: {
        replicas: 1,
        selector: { matchLabels: LABELS },
        template: { metadata: { labels: LABELS }, spec: podSpec(props.image, serviceAccount.name) },
      },
    });
    const service = new KubeService(this, 'Service', {
      metadata: namespaced,
      spec: {
        type: 'ClusterIP',
        selector: LABELS,
        ports: [{ name: HTTP_PORT, port: 80, targetPort: IntOrString.fromString(HTTP_PORT) }],
      },
    });

    for (const apiObject of [serviceAccount, role, service]) {
      apiObject.addDependency(home);
    }
    binding.addDependency(serviceAccount, role);
    deployment.addDependency(binding);
  }
}

/** One pod that meets the `restricted` Pod Security Standard and stays on the system nodes. */
function podSpec(image: string, serviceAccountName: string): PodSpec {
  const health = { path: '/health', port: IntOrString.fromString(HTTP_PORT) };
  return {
    serviceAccountName,
    automountServiceAccountToken: true,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    affinity: {
      nodeAffinity: {
        // On a node of Karpenter's this pod would keep the node alive after the student scaled in.
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: NODE_POOL_LABEL, operator: 'DoesNotExist' }] }],
        },
      },
    },
    containers: [
      {
        name: NAME,
        image,
        ports: [{ name: HTTP_PORT, containerPort: 8080 }],
        readinessProbe: { httpGet: health, initialDelaySeconds: 5 },
        livenessProbe: { httpGet: health, initialDelaySeconds: 30, periodSeconds: 30, timeoutSeconds: 10 },
        resources: {
          requests: { cpu: Quantity.fromString('50m'), memory: Quantity.fromString('64Mi') },
          limits: { memory: Quantity.fromString('128Mi') },
        },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      },
    ],
  };
}

import type { DeploymentSpec, PolicyRule, ServiceSpec } from 'cdk8s-plus-29/lib/imports/k8s';
import { manifestsOf, type Manifest } from '../../charts/manifest';
import { configWithClass, labCharts } from './default-lab-charts';

const objects = manifestsOf(labCharts().kubeOpsView);

function only(kind: string): Manifest {
  const found = objects.filter((object) => object.kind === kind);
  expect(found).toHaveLength(1);
  return found[0] as Manifest;
}

function podSpec(): NonNullable<DeploymentSpec['template']['spec']> {
  return (only('Deployment').spec as DeploymentSpec).template.spec as NonNullable<DeploymentSpec['template']['spec']>;
}

describe('the kube-ops-view chart', () => {
  test('is stable', () => {
    expect(objects).toMatchSnapshot();
  });

  test('holds no kind besides the expected ones', () => {
    expect(objects.map(({ kind }) => kind).sort()).toEqual(
      ['ClusterRole', 'ClusterRoleBinding', 'Deployment', 'Namespace', 'Service', 'ServiceAccount']);
  });

  test('lets no pod reach it where the lab has a class', () => {
    const policies = manifestsOf(labCharts(configWithClass(2)).kubeOpsView).filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies).toMatchObject([{ metadata: { namespace: 'kube-ops-view' }, spec: { podSelector: {}, policyTypes: ['Ingress'] } }]);
    expect(policies.flatMap(({ spec }) => Object.keys(spec as object))).not.toContain('ingress');
  });

  test('may read nodes, pods and their metrics, and nothing else', () => {
    const rules = only('ClusterRole').rules as readonly PolicyRule[];
    expect(rules.flatMap(({ verbs }) => verbs).filter((verb) => !['get', 'list', 'watch'].includes(verb))).toEqual([]);
    expect([...new Set(rules.flatMap(({ apiGroups }) => apiGroups))]).toEqual(['', 'metrics.k8s.io']);
    expect([...new Set(rules.flatMap(({ resources }) => resources))]).toEqual(['nodes', 'pods']);
  });

  test('binds that role to its own service account', () => {
    const { name, namespace } = only('ServiceAccount').metadata;
    expect(only('ClusterRoleBinding')).toMatchObject({
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: only('ClusterRole').metadata.name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    });
    expect(podSpec().serviceAccountName).toBe(name);
  });

  test('gives a token to its pod alone', () => {
    expect(only('ServiceAccount')).toHaveProperty('automountServiceAccountToken', false);
    expect(podSpec().automountServiceAccountToken).toBe(true);
  });

  test('is reached inside the cluster only', () => {
    const service = only('Service');
    const { type, ports } = service.spec as ServiceSpec;
    expect(type).toBe('ClusterIP');
    expect(ports?.filter(({ nodePort }) => nodePort !== undefined)).toEqual([]);
    expect(service.metadata).not.toHaveProperty('annotations');
  });

  test('routes its service to its pods', () => {
    const deployment = only('Deployment').spec as DeploymentSpec;
    const service = only('Service').spec as ServiceSpec;
    expect(deployment.template.metadata?.labels).toMatchObject(service.selector ?? {});
    expect(deployment.selector.matchLabels).toEqual(service.selector);
    expect(service.ports).toEqual([{ name: 'http', port: 80, targetPort: 8080 }]);
    expect(podSpec().containers.flatMap(({ ports }) => ports)).toEqual([{ name: 'http', containerPort: 8080 }]);
  });

  // https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
  test('meets the restricted Pod Security Standard that its namespace enforces', () => {
    expect(only('Namespace').metadata.labels).toHaveProperty(['pod-security.kubernetes.io/enforce'], 'restricted');
    const { containers, securityContext } = podSpec();
    expect(securityContext).toMatchObject({ runAsNonRoot: true });
    expect(securityContext?.runAsUser).toBeGreaterThan(0);
    const forbidden = ['hostPID', 'hostIPC', 'volumes', 'initContainers'];
    expect(Object.keys(podSpec()).filter((field) => forbidden.includes(field))).toEqual([]);
    expect(podSpec().hostNetwork).toBe(false);
    expect(containers).toHaveLength(1);
    expect(containers[0]?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
  });

  test('never runs on a node of Karpenter', () => {
    expect(podSpec().affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms)
      .toEqual([{ matchExpressions: [{ key: 'karpenter.sh/nodepool', operator: 'DoesNotExist' }] }]);
  });

  test('is asked for its health, and started by no probe of its own', () => {
    const [container] = podSpec().containers;
    const httpGet = { path: '/health', port: 8080, scheme: 'HTTP' };
    expect(container?.readinessProbe).toEqual({ httpGet, initialDelaySeconds: 5, failureThreshold: 3 });
    expect(container?.livenessProbe).toEqual({ httpGet, initialDelaySeconds: 30, periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 3 });
    expect(container?.startupProbe).toBeUndefined();
  });

  test('runs the image it was given', () => {
    expect(podSpec().containers.map(({ image }) => image)).toEqual(['registry.test/kube-ops-view:1.2.3']);
  });
});

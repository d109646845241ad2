import { manifestsOf, type Manifest } from '../../charts/manifest';
import { configWithClass, labCharts } from './default-lab-charts';

describe('the chart of a seat', () => {
  const [first] = labCharts(configWithClass(2, { cpuPerSeat: 5 })).seats;
  const objects = first === undefined ? [] : manifestsOf(first);
  const only = (kind: string, name: string): Manifest => {
    const found = objects.filter(({ kind: each, metadata }) => each === kind && metadata.name === name);
    expect(found).toHaveLength(1);
    return found[0] as Manifest;
  };

  test('is stable', () => {
    expect(objects).toMatchSnapshot();
  });

  test('begins with the namespace, by whose label the policies know it', () => {
    expect(objects[0]).toMatchObject({
      kind: 'Namespace',
      metadata: { name: 'student-001', labels: { 'karpenter-lab/seat': 'student-001', 'pod-security.kubernetes.io/enforce': 'baseline' } },
    });
  });

  test('bounds what the pods of the seat request, and how many objects there are', () => {
    const { hard } = only('ResourceQuota', 'seat').spec as { readonly hard: Readonly<Record<string, unknown>> };
    expect(hard).toMatchObject({ 'requests.cpu': '5', 'requests.memory': '10Gi', 'pods': '20', 'services.loadbalancers': '0', 'persistentvolumeclaims': '0' });
    expect(Object.keys(hard).filter((key) => key.startsWith('count/'))).toHaveLength(5);
  });

  test('has requests for pods without any: a quota refuses those', () => {
    expect(only('LimitRange', 'seat').spec).toEqual({ limits: [{ type: 'Container', defaultRequest: { cpu: '100m', memory: '64Mi' } }] });
  });

  test('gives pods no token of the student, and lets in only who is in the same seat', () => {
    expect(only('ServiceAccount', 'student')).toMatchObject({ automountServiceAccountToken: false });
    expect(only('NetworkPolicy', 'seat').spec).toEqual({ podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }] }] });
  });

  test('gives the rights of a student in this namespace alone', () => {
    expect(only('RoleBinding', 'student')).toMatchObject({
      metadata: { namespace: 'student-001' },
      roleRef: { kind: 'ClusterRole', name: 'class-student' },
      subjects: [{ kind: 'ServiceAccount', name: 'student', namespace: 'student-001' }],
    });
  });
});

import type { LabCharts } from '../../charts/lab-charts';
import { manifestsOf, type Manifest } from '../../charts/manifest';
import { configWithClass, labCharts } from './default-lab-charts';

const CLUSTER_SCOPED = [
  'ClusterRole', 'ClusterRoleBinding', 'EC2NodeClass', 'Namespace', 'NodePool', 'PriorityClass', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding',
];

const objectsOf = ({ nodePool, inflate, kubeOpsView, classChart, seats }: LabCharts): readonly Manifest[] =>
  [nodePool, inflate, kubeOpsView, ...(classChart === undefined ? [] : [classChart]), ...seats].flatMap(manifestsOf);
const withoutClass = objectsOf(labCharts());
const objects = objectsOf(labCharts(configWithClass(2)));
const named = objects.map((object): [string, Manifest] => [`${object.kind} ${object.metadata.name}`, object]);

const namesOf = (some: readonly Manifest[]): readonly string[] => some.map(({ kind, metadata }) => `${kind} ${metadata.name}`).toSorted();

/** Paths of all values that are no JSON data: null, undefined, functions and instances of classes. */
function pathsOfForeignValues(value: unknown, path = '$'): readonly string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => pathsOfForeignValues(item, `${path}[${index}]`));
  }
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.entries(value).flatMap(([key, child]) => pathsOfForeignValues(child, `${path}.${key}`));
  }
  return ['string', 'number', 'boolean'].includes(typeof value) ? [] : [path];
}

describe('the charts of the lab', () => {
  test.each(named)('%s is plain data without a null', (_name, object) => {
    expect(pathsOfForeignValues(object)).toEqual([]);
  });

  test('the check for nulls finds them in objects and in lists', () => {
    expect(pathsOfForeignValues({ a: null, b: [1, undefined], c: { d: new Date(0) } })).toEqual(['$.a', '$.b[1]', '$.c.d']);
  });

  test.each(named)('%s has a namespace if, and only if, its kind has one', (_name, object) => {
    expect(object.metadata.namespace === undefined).toBe(CLUSTER_SCOPED.includes(object.kind));
  });

  test('bring every namespace that they use', () => {
    const made = objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
    const used = objects.flatMap(({ metadata }) => metadata.namespace ?? []);
    // The cluster has two of its own; the namespace of the class holds what its commands write.
    expect([...new Set([...used, 'karpenter-lab-class'])].sort()).toEqual([...made, 'default', 'kube-system'].sort());
  });

  test('name every object themselves: no name ends in a hash', () => {
    expect(namesOf(withoutClass)).toEqual([
      'ClusterRole kube-ops-view',
      'ClusterRoleBinding kube-ops-view',
      'Deployment inflate',
      'Deployment kube-ops-view',
      'EC2NodeClass default',
      'Namespace karpenter-test',
      'Namespace kube-ops-view',
      'NodePool default',
      'Service kube-ops-view',
      'ServiceAccount kube-ops-view',
    ]);
  });

  test('have for a class what its seats share, and for each seat the same objects', () => {
    const [before, after] = [namesOf(withoutClass), namesOf(objects)];
    const ofClass = after.filter((name) => !before.includes(name) && !/^\S+ (student|seat)/.test(name));
    expect(before.filter((name) => !after.includes(name))).toEqual([]);
    expect(ofClass).toEqual([
      'ClusterRole class-student',
      'ClusterRole class-watch-karpenter',
      'ClusterRoleBinding class-watch-karpenter',
      'Namespace karpenter-lab-class',
      'NetworkPolicy kube-ops-view',
      'NodePool class',
      'NodePool class-options',
      'PriorityClass placeholder',
      'Role class-watch-karpenter',
      'Role class-watch-karpenter',
      'RoleBinding class-watch-karpenter',
      'RoleBinding class-watch-karpenter',
      ...['deletions', 'deployments', 'objects', 'pods', 'services'].map((what) => `ValidatingAdmissionPolicy class-${what}`),
      ...['deletions', 'deployments', 'objects', 'pods', 'services'].map((what) => `ValidatingAdmissionPolicyBinding class-${what}`),
    ]);
    const ofSeat = (seat: string): readonly string[] => objects.filter(({ metadata: { name, namespace = name } }) => namespace === seat).map(({ kind, metadata }) => `${kind} ${metadata.name.replace(seat, 'SEAT')}`);
    expect(ofSeat('student-001')).toEqual([
      'Namespace SEAT', 'ServiceAccount student', 'RoleBinding student', 'ResourceQuota seat', 'ResourceQuota seat-no-affinity-to-other-namespaces',
      'LimitRange seat', 'NetworkPolicy seat',
    ]);
    expect(ofSeat('student-002')).toEqual(ofSeat('student-001'));
  });
});

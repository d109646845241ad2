import { manifestsOf, type Manifest } from '../../charts/manifest';
import { labCharts } from './default-lab-charts';

const CLUSTER_SCOPED = ['ClusterRole', 'ClusterRoleBinding', 'EC2NodeClass', 'Namespace', 'NodePool'];

const charts = labCharts();
const objects = [charts.nodePool, charts.inflate, charts.kubeOpsView].flatMap(manifestsOf);
const named = objects.map((object): [string, Manifest] => [`${object.kind} ${object.metadata.name}`, object]);

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
    expect([...new Set(used)].sort()).toEqual(made.sort());
  });

  test('name every object themselves: no name ends in a hash', () => {
    expect(named.map(([name]) => name).sort()).toEqual([
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
});

import type { PolicyRule } from 'cdk8s-plus-29/lib/imports/k8s';
import { manifestsOf, type Manifest } from '../../charts/manifest';
import { configWithClass, labCharts } from './default-lab-charts';
import { schemaErrors } from './karpenter-schema';

/** Objects of the class, by kind. */
function objectsOf(kind: string, config = configWithClass(3)): readonly Manifest[] {
  const { classChart } = labCharts(config);
  return classChart === undefined ? [] : manifestsOf(classChart).filter((object) => object.kind === kind);
}

interface PoolSpec {
  readonly weight: number;
  readonly limits: { readonly cpu: number; readonly memory: string };
  readonly template: {
    readonly metadata?: object;
    readonly spec: { readonly requirements: readonly { readonly key: string; readonly operator: string; readonly values: readonly string[] }[]; readonly terminationGracePeriod: string };
  };
}

function poolsOf(config = configWithClass(3)): readonly { readonly name: string; readonly spec: PoolSpec; readonly values: (key: string) => readonly string[] | undefined }[] {
  return objectsOf('NodePool', config).map(({ metadata: { name }, spec }) => {
    const poolSpec = spec as PoolSpec;
    return { name, spec: poolSpec, values: (key) => poolSpec.template.spec.requirements.find((requirement) => requirement.key === key)?.values };
  });
}

describe('the class chart', () => {
  test('is stable', () => {
    const { classChart } = labCharts(configWithClass(2));
    expect(classChart && manifestsOf(classChart)).toMatchSnapshot();
  });

  test('is not there without a class', () => {
    expect(labCharts().classChart).toBeUndefined();
    expect(labCharts().seats).toEqual([]);
  });

  test('says in annotations what the commands of the class have to know', () => {
    const annotationsOf = (config: Parameters<typeof objectsOf>[1]): unknown => objectsOf('Namespace', config)[0]?.metadata['annotations'];
    expect(annotationsOf(configWithClass(3))).toEqual({ 'karpenter-lab/idle-minutes': '30', 'karpenter-lab/cpu-per-seat': '7' });
    expect(annotationsOf(configWithClass(3, { idleMinutes: 45, cpuPerSeat: 3, names: 'class.csv' })))
      .toEqual({ 'karpenter-lab/idle-minutes': '45', 'karpenter-lab/cpu-per-seat': '3', 'karpenter-lab/roster': 'class.csv' });
  });
});

describe('the NodePools of a class', () => {
  test('are valid for the pinned Karpenter', () => {
    expect(objectsOf('NodePool').map((pool) => schemaErrors('NodePool', pool))).toEqual([[], []]);
  });

  test('give a node to the seat that asks for it, and have no team of their own', () => {
    for (const { values, spec } of poolsOf()) {
      expect(values('eks-team')).toEqual(['student-001', 'student-002', 'student-003']);
      expect(spec.template.metadata).toBeUndefined();
    }
  });

  test('launch as the exercise does, and what it has not only for who asks for it', () => {
    const [first, options] = poolsOf();
    const offered = (pool: typeof first): unknown => [pool?.name, pool?.values('karpenter.sh/capacity-type'), pool?.values('kubernetes.io/arch')];
    expect(offered(first)).toEqual(['class', ['on-demand'], ['amd64']]);
    expect(offered(options)).toEqual(['class-options', ['spot', 'on-demand'], ['amd64', 'arm64']]);
    // Karpenter tries the higher weight first.
    expect(first?.spec.weight).toBeGreaterThan(options?.spec.weight ?? Infinity);
  });

  test('bound the size of a node by what a seat may request, and all nodes by the number of seats', () => {
    for (const { spec } of poolsOf(configWithClass(30, { cpuPerSeat: 3 }))) {
      expect(spec.template.spec.requirements).toContainEqual({ key: 'karpenter.k8s.aws/instance-cpu', operator: 'Lt', values: ['5'] });
      expect(spec.limits).toEqual({ cpu: 30 * 4 * 4, memory: `${30 * 4 * 4 * 8}Gi` });
    }
  });

  test('end a node within five minutes, whatever its pods say', () => {
    expect(poolsOf().map(({ spec }) => spec.template.spec.terminationGracePeriod)).toEqual(['5m', '5m']);
  });
});

describe('the rights of students', () => {
  const rulesOf = (kind: string, name: string, namespace?: string): readonly PolicyRule[] => {
    const found = objectsOf(kind).filter(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
    expect(found).toHaveLength(1);
    return found[0]?.['rules'] as readonly PolicyRule[];
  };
  const LOOKING = ['get', 'list', 'watch'];

  test('hold no wildcard, and none of the verbs and kinds by which one gets more rights', () => {
    const rules = [...objectsOf('ClusterRole'), ...objectsOf('Role')].flatMap(({ rules: some }) => some as readonly PolicyRule[]);
    const named = rules.flatMap(({ apiGroups = [], resources = [], verbs }) => [...apiGroups, ...resources, ...verbs]);
    expect(named.filter((name) => /\*|secrets|serviceaccounts|role|bind$|binding|escalate|impersonate|token|certificates/.test(name))).toEqual([]);
    expect(rules.filter(({ nonResourceUrLs }) => nonResourceUrLs !== undefined)).toEqual([]);
  });

  test('are to look only, outside the seat', () => {
    const outside = [...rulesOf('ClusterRole', 'class-watch-karpenter'), ...rulesOf('Role', 'class-watch-karpenter', 'kube-system'), ...rulesOf('Role', 'class-watch-karpenter', 'default')];
    expect(outside.flatMap(({ verbs }) => verbs).filter((verb) => !LOOKING.includes(verb))).toEqual([]);
  });

  test('are given to each seat\'s account, and to nobody else', () => {
    const students = ['student-001', 'student-002', 'student-003'].map((namespace) => ({ kind: 'ServiceAccount', name: 'student', namespace }));
    for (const { subjects } of [...objectsOf('ClusterRoleBinding'), ...objectsOf('RoleBinding')]) expect(subjects).toEqual(students);
  });

  test('reach Karpenter\'s log where Karpenter is', () => {
    const elsewhere = configWithClass(3);
    const roles = objectsOf('Role', { ...elsewhere, karpenter: { ...elsewhere.karpenter, namespace: 'karpenter' } });
    expect(roles.map(({ metadata }) => metadata.namespace)).toEqual(['karpenter', 'default']);
  });
});

describe('the admission of a class', () => {
  interface PolicySpec {
    readonly failurePolicy: string;
    readonly matchConstraints: { readonly namespaceSelector: object; readonly resourceRules: readonly { readonly operations: readonly string[] }[] };
    readonly validations: readonly { readonly messageExpression: string }[];
  }
  const specs = objectsOf('ValidatingAdmissionPolicy').map(({ spec }) => spec as PolicySpec);
  const operationsOf = ({ matchConstraints }: PolicySpec): readonly string[] => [...new Set(matchConstraints.resourceRules.flatMap(({ operations }) => operations))];

  test('is about seats alone', () => {
    for (const { matchConstraints } of specs) expect(matchConstraints.namespaceSelector).toEqual({ matchExpressions: [{ key: 'karpenter-lab/seat', operator: 'Exists' }] });
  });

  test('lets nothing be made or changed where it cannot judge, and holds no deletion then', () => {
    expect(specs.map((spec) => [spec.failurePolicy, ...operationsOf(spec)]).toSorted()).toEqual([...Array.from({ length: 4 }, () => ['Fail', 'CREATE', 'UPDATE']), ['Ignore', 'DELETE']]);
  });

  test('denies, by a binding for each policy', () => {
    expect(objectsOf('ValidatingAdmissionPolicyBinding').map(({ spec }) => spec))
      .toEqual(objectsOf('ValidatingAdmissionPolicy').map(({ metadata: { name } }) => ({ policyName: name, validationActions: ['Deny'] })));
  });

  // Kubernetes drops a message with a line break, and one that is no valid expression.
  test('says what is wrong in Korean, then in English, in one line', () => {
    const messages = specs.flatMap(({ validations }) => validations).map(({ messageExpression }) => messageExpression.replaceAll("' + variables.seat + '", 'student-001'));
    expect(messages).not.toEqual([]);
    for (const message of messages) expect(message).toMatch(/^'[^'\n/]*[가-힣][^'\n/]* \/ [^'\n/가-힣]+'$/);
  });
});

import { DEPLOYMENTS, NAMESPACES, PODS } from '../../lib/kubernetes/core-kinds';
import type { ResourceKind } from '../../lib/kubernetes/objects';
import { DRAIN_RIGHTS } from '../../lib/removal/drain-pass';
import { AWS_BACKED_KINDS } from '../../lib/removal/drain-workloads';
import { DISRUPTION_BUDGETS } from '../../lib/removal/node-claim-holders';
import { studentWork, studentWorkLines } from '../../lib/removal/student-work';
import { FakeKubernetes } from '../support/fake-kubernetes/fake-kubernetes';

const [SERVICES = DEPLOYMENTS] = AWS_BACKED_KINDS.filter(({ kind }) => kind === 'Service');

describe('what students have made', () => {
  let fake: FakeKubernetes;
  const seat = (name: string, metadata = {}): unknown => fake.put(NAMESPACES, { metadata: { name, labels: { 'karpenter-lab/seat': name }, ...metadata } });
  const make = (kind: ResourceKind<unknown>, namespace: string, name: string, metadata = {}): unknown => fake.put(kind, { metadata: { name, namespace, ...metadata } });

  beforeEach(async () => { fake = await FakeKubernetes.start(); });
  afterEach(() => fake.stop());

  it('is counted by seat and kind, without what belongs to another object, and without empty seats', async () => {
    for (const name of ['student-002', 'student-001', 'student-003']) seat(name);
    make(DEPLOYMENTS, 'student-002', 'inflate');
    make(DEPLOYMENTS, 'student-002', 'spot');
    make(DISRUPTION_BUDGETS, 'student-002', 'inflate');
    make(PODS, 'student-002', 'inflate-1', { ownerReferences: [{ kind: 'ReplicaSet', name: 'inflate' }] });
    make(SERVICES, 'student-001', 'web');
    make(DEPLOYMENTS, 'karpenter-test', 'inflate');
    const work = await studentWork(fake.api());
    expect(work).toEqual([
      { seat: 'student-001', counts: { Service: 1 } },
      { seat: 'student-002', counts: { Deployment: 2, PodDisruptionBudget: 1 } },
    ]);
    expect(studentWorkLines(work)).toEqual(['student-001 made 1 Service', 'student-002 made 2 Deployments and 1 PodDisruptionBudget']);
  });

  it('is not counted in seats that are going already', async () => {
    seat('student-001', { deletionTimestamp: '2026-11-27T09:00:00Z', finalizers: ['kubernetes'] });
    make(DEPLOYMENTS, 'student-001', 'inflate');
    expect(await studentWork(fake.api())).toEqual([]);
  });

  it('is asked for by one request where there is no class', async () => {
    fake.put(NAMESPACES, { metadata: { name: 'karpenter-test' } });
    expect(await studentWork(fake.api())).toEqual([]);
    expect(fake.requests).toHaveLength(1);
  });

  it('is read with the rights of a drain', async () => {
    seat('student-001');
    await studentWork(fake.api());
    const listed = DRAIN_RIGHTS.filter(({ verbs }) => verbs.includes('list')).map(({ kind }) => kind.plural);
    expect(fake.requests.filter((request) => !listed.includes(/^GET .*\/([a-z]+)$/.exec(request.replace(/\?.*$/, ''))?.[1] ?? request))).toEqual([]);
  });

  it('names ten seats, and counts the others', () => {
    const work = Array.from({ length: 12 }, (_, index) => ({ seat: `student-${String(index + 1).padStart(3, '0')}`, counts: { Deployment: 1, Ingress: 2 } }));
    const lines = studentWorkLines(work);
    expect(lines).toHaveLength(11);
    expect(lines.slice(-2)).toEqual(['student-010 made 1 Deployment and 2 Ingresses', '2 other students made 6 objects']);
  });
});

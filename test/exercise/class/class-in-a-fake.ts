import type { LabView } from '../../../lib/assembly/lab-view';
import { readLab } from '../../../lib/assembly/lab-view';
import { kubernetesObjects } from '../../../lib/assembly/kubernetes-objects';
import { CLASS_NAMESPACE, SEAT_LABEL } from '../../../lib/config/seats';
import { type JsonObject, objectAt, textAt } from '../../../lib/json';
import { DEPLOYMENTS, PODS } from '../../../lib/kubernetes/core-kinds';
import { NODE_CLAIMS, NODE_POOLS } from '../../../lib/kubernetes/karpenter-kinds';
import { kindOf } from '../../../lib/kubernetes/objects';
import { labInAFake, type LabInAFake } from '../../support/fake-kubernetes/lab-in-a-fake';
import { synthLab } from '../../support/synth-lab';

/** A lab with a class of so many seats, and a roster by default at no path. */
export async function labWithClass(students: number, overrides: JsonObject = {}): Promise<LabView> {
  return readLab((await synthLab({ 'class.students': String(students), ...overrides })).synthesized);
}

/** Starts a cluster in which the class of a lab is deployed and its NodePools are Ready. */
export async function classInAFake(view: LabView): Promise<LabInAFake> {
  const started = await labInAFake();
  for (const { body } of kubernetesObjects(view.stack).filter(isOfClass)) {
    const isNodePool = textAt(body, 'kind') === 'NodePool';
    started.fake.put(isNodePool ? NODE_POOLS : kindOf(body), isNodePool ? { ...body, status: { conditions: [{ type: 'Ready', status: 'True' }] } } : body);
  }
  return started;
}

function isOfClass({ kind, name, namespace, body }: { readonly kind: string; readonly name: string; readonly namespace?: string; readonly body: JsonObject }): boolean {
  return (kind === 'NodePool' && name !== 'default') || namespace?.startsWith('student-') === true
    || (kind === 'Namespace' && (name === CLASS_NAMESPACE || SEAT_LABEL in objectAt(body, 'metadata', 'labels')));
}

/** A student's work: a Deployment with a pod on a node of the seat. */
export function work({ fake }: LabInAFake, seat: string): void {
  fake.put(DEPLOYMENTS, { metadata: { namespace: seat, name: 'inflate' }, spec: { replicas: 1, template: { metadata: { labels: { app: 'inflate' } }, spec: {} } } });
  fake.put(PODS, { metadata: { namespace: seat, name: `inflate-of-${seat}`, ownerReferences: [{ kind: 'ReplicaSet', name: 'inflate' }], annotations: { 'played-owner': 'inflate' } }, spec: { nodeName: `node-of-${seat}` } });
  fake.put(NODE_CLAIMS, {
    metadata: { name: `claim-of-${seat}`, finalizers: ['karpenter.sh/termination'], labels: { 'karpenter.sh/nodepool': 'class', 'eks-team': seat } },
    status: { providerID: 'aws:///a/i-1', nodeName: `node-of-${seat}`, conditions: [] },
  });
}

import { kubernetesObjects } from '../assembly/kubernetes-objects';
import type { LabView } from '../assembly/lab-view';
import { type JsonObject, textAt } from '../json';
import { cpuMillis } from '../kubernetes/allocatable';
import { DEPLOYMENTS } from '../kubernetes/core-kinds';
import type { NodePool } from '../kubernetes/karpenter-kinds';
import { namespaceOf } from '../kubernetes/objects';
import { exerciseReplicas } from '../plan/launch-estimate';
import { CAPACITY_TYPE_LABEL } from '../well-known-keys';

/** Where Karpenter's controller runs. */
export interface KarpenterPlace {
  readonly karpenterNamespace: string;
  /** Name of its Deployment. */
  readonly karpenterDeployment: string;
}

/** What the exercise should find in this lab, and what it should lead to. Everything is read from the assembly. */
export interface ExerciseExpectations extends KarpenterPlace {
  readonly clusterName: string;
  /** AWS region, by which nodes are priced. */
  readonly region: string;
  readonly namespace: string;
  readonly deploymentName: string;
  /** Labels of the nodes that the exercise's pods run on. */
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Pods that the exercise scales to. */
  readonly replicas: number;
  readonly nodePoolName: string;
  /** NodePools whose nodes are as good, where that one finds no capacity. @default - none */
  readonly otherNodePools?: readonly string[];
  readonly nodeClassName: string;
  /** Capacity types that its NodePools allow. Empty: all. */
  readonly capacityTypes: readonly string[];
  /** The Deployment as the stack applies it, and the namespace where the stack creates it. */
  readonly objects: readonly JsonObject[];
}

/**
 * Reads the expectations of the exercise from a lab.
 *
 * @param replicas pods to scale to; by default as many as in the assembly, or the exercise's five
 */
export function expectationsOf(lab: LabView, replicas = exerciseReplicas(lab)): ExerciseExpectations {
  const namespace = namespaceOf(lab.exercise);
  return {
    clusterName: lab.cluster.name,
    region: lab.stack.region,
    namespace,
    deploymentName: lab.exercise.metadata.name,
    nodeSelector: lab.exercise.nodeSelector,
    replicas,
    nodePoolName: lab.nodePool.metadata.name,
    nodeClassName: lab.nodeClass.metadata.name,
    capacityTypes: capacityTypesOf(lab.nodePool),
    karpenterNamespace: lab.karpenter.namespace,
    karpenterDeployment: lab.karpenter.release,
    objects: kubernetesObjects(lab.stack)
      .filter((object) => (object.kind === 'Namespace' && object.name === namespace)
        || (object.kind === 'Deployment' && object.name === lab.exercise.metadata.name && object.namespace === lab.exercise.metadata.namespace))
      .map(({ body }) => body),
  };
}

/** Capacity types that a NodePool allows. Empty: all. */
export function capacityTypesOf({ requirements }: NodePool): readonly string[] {
  return requirements.filter(({ key, operator }) => key === CAPACITY_TYPE_LABEL && operator === 'In').flatMap(({ values }) => values);
}

/** The exercise's Deployment as the stack applies it; undefined where the assembly has none. */
export function deploymentBodyOf({ objects }: Pick<ExerciseExpectations, 'objects'>): JsonObject | undefined {
  return objects.find((object) => textAt(object, 'kind') === 'Deployment');
}

/** CPU that a pod of the exercise requests, in thousandths of a core; undefined where it requests none. */
export function podMillisOf(expectations: Pick<ExerciseExpectations, 'objects'>): number | undefined {
  const deployment = deploymentBodyOf(expectations);
  const request = deployment === undefined ? undefined : DEPLOYMENTS.read(deployment).cpuRequest;
  return request === undefined ? undefined : cpuMillis(request);
}

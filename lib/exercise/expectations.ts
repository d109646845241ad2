import { kubernetesObjects } from '../assembly/kubernetes-objects';
import type { LabView } from '../assembly/lab-view';
import type { JsonObject } from '../json';
import { namespaceOf } from '../kubernetes/objects';
import { exerciseReplicas } from '../plan/launch-estimate';
import { CAPACITY_TYPE_LABEL } from '../well-known-keys';

/** Where Karpenter's controller runs. */
export interface KarpenterPlace {
  readonly karpenterNamespace: string;
  /** Name of its Deployment. */
  readonly karpenterDeployment: string;
}

/** What the exercise should find and reach in this lab. Everything is read from the assembly. */
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
  readonly nodeClassName: string;
  /** How its nodes may be bought. Empty: any way. */
  readonly capacityTypes: readonly string[];
  /** The namespace, where the stack makes it, and the Deployment, as the stack applies them. */
  readonly objects: readonly JsonObject[];
}

/**
 * What the exercise should find in the lab of an assembly.
 *
 * @param replicas pods to scale to; those of the assembly, or the exercise's own five, where it is left out
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
    capacityTypes: lab.nodePool.requirements.filter(({ key, operator }) => key === CAPACITY_TYPE_LABEL && operator === 'In').flatMap(({ values }) => values),
    karpenterNamespace: lab.karpenter.namespace,
    karpenterDeployment: lab.karpenter.release,
    objects: kubernetesObjects(lab.stack)
      .filter((object) => (object.kind === 'Namespace' && object.name === namespace)
        || (object.kind === 'Deployment' && object.name === lab.exercise.metadata.name && object.namespace === lab.exercise.metadata.namespace))
      .map(({ body }) => body),
  };
}

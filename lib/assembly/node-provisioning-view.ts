import { arrayAt, numberAt, objectAt, textAt, type JsonObject, type JsonValue } from '../json';
import { kubernetesObjectsOfKind, type KubernetesObject } from './kubernetes-objects';
import type { SynthesizedStack } from './synthesized-stack';

/** One requirement of a NodePool: a node label, and the values it may have. */
export interface NodeRequirement {
  readonly key: string;
  /** `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt`, `Lt`, `Gte` or `Lte`. */
  readonly operator: string;
  readonly values: readonly string[];
}

/** A taint that Karpenter puts on the nodes of a NodePool. */
export interface NodeTaint {
  readonly key: string;
  readonly effect: string;
}

/** A NodePool as the stack applies it. */
export interface NodePoolView {
  readonly logicalId: string;
  readonly name: string;
  /** Name of its EC2NodeClass. */
  readonly nodeClassName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly requirements: readonly NodeRequirement[];
  readonly taints: readonly NodeTaint[];
  /** Quantities that all its nodes together may not exceed, such as `cpu: 100`. */
  readonly limits: Readonly<Record<string, string>>;
  /** Karpenter tries the NodePool with the highest weight first. */
  readonly weight: number;
  /** @default - Karpenter does not say when nodes are replaced */
  readonly consolidationPolicy?: string;
  /** How long a node must have been idle, as a duration such as `30s`. */
  readonly consolidateAfter?: string;
}

/** An EC2NodeClass as the stack applies it. */
export interface NodeClassView {
  readonly logicalId: string;
  readonly name: string;
  /** AMI aliases, such as `al2023@v20260917`. */
  readonly amiAliases: readonly string[];
  /** Terms of which one must match a subnet; each names tags or an id. */
  readonly subnetSelectorTerms: readonly JsonObject[];
  readonly metadataOptions: JsonObject;
  readonly kubelet: JsonObject;
  /** Sizes of the volumes of each node, as quantities; empty where Karpenter's default applies. */
  readonly volumeSizes: readonly string[];
}

/** NodePools in the order in which Karpenter tries them: the highest weight first. */
export function readNodePools(stack: SynthesizedStack): readonly NodePoolView[] {
  return kubernetesObjectsOfKind(stack, 'NodePool')
    .map(readNodePool)
    .toSorted((a, b) => b.weight - a.weight);
}

/** EC2NodeClasses that the stack applies. */
export function readNodeClasses(stack: SynthesizedStack): readonly NodeClassView[] {
  return kubernetesObjectsOfKind(stack, 'EC2NodeClass').map((object) => {
    const spec = objectAt(object.body, 'spec');
    return {
      logicalId: object.logicalId,
      name: object.name,
      amiAliases: arrayAt(spec, 'amiSelectorTerms').flatMap((term) => textAt(term, 'alias') ?? []),
      subnetSelectorTerms: arrayAt(spec, 'subnetSelectorTerms').map((term) => objectAt(term)),
      metadataOptions: objectAt(spec, 'metadataOptions'),
      kubelet: objectAt(spec, 'kubelet'),
      volumeSizes: arrayAt(spec, 'blockDeviceMappings').flatMap((mapping) => textAt(mapping, 'ebs', 'volumeSize') ?? []),
    };
  });
}

function readNodePool(object: KubernetesObject): NodePoolView {
  const spec = objectAt(object.body, 'spec');
  const nodeSpec = objectAt(spec, 'template', 'spec');
  return {
    logicalId: object.logicalId,
    name: object.name,
    nodeClassName: textAt(nodeSpec, 'nodeClassRef', 'name') ?? '',
    labels: texts(objectAt(spec, 'template', 'metadata', 'labels')),
    requirements: arrayAt(nodeSpec, 'requirements').map(readRequirement),
    taints: arrayAt(nodeSpec, 'taints').map((taint) => ({ key: textAt(taint, 'key') ?? '', effect: textAt(taint, 'effect') ?? '' })),
    limits: texts(objectAt(spec, 'limits')),
    weight: numberAt(spec, 'weight') ?? 0,
    consolidationPolicy: textAt(spec, 'disruption', 'consolidationPolicy'),
    consolidateAfter: textAt(spec, 'disruption', 'consolidateAfter'),
  };
}

function readRequirement(requirement: JsonValue): NodeRequirement {
  return {
    key: textAt(requirement, 'key') ?? '',
    operator: textAt(requirement, 'operator') ?? '',
    values: arrayAt(requirement, 'values').flatMap((value) => textAt(value) ?? []),
  };
}

function texts(object: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(object).map((key) => [key, textAt(object, key) ?? '']));
}

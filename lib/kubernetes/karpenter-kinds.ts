import { arrayAt, type JsonObject, type JsonValue, numberAt, objectAt, textAt } from '../json';
import { CAPACITY_TYPE_LABEL, INSTANCE_TYPE_LABEL, NODE_POOL_LABEL, ZONE_LABEL } from '../well-known-keys';
import { type Conditioned, type ObjectMetadata, readConditions, readMetadata, readTexts, type ResourceKind } from './objects';

/** Karpenter's API group and version, the same for every cloud. */
const KARPENTER_API = 'karpenter.sh/v1';

/** A NodeClaim: Karpenter's request for one node. It exists from the decision to launch until the instance is gone. */
export interface NodeClaim extends Conditioned {
  readonly metadata: ObjectMetadata;
  readonly nodePoolName: string;
  /** What its node must be. Only what it asks of one value is a label of the NodeClaim, and only once it is launched. */
  readonly requirements: readonly NodeRequirement[];
  /** Such as `c5a.2xlarge`. @default - it is not launched yet */
  readonly instanceType?: string;
  /** @default - it is not launched yet */
  readonly zone?: string;
  /** `on-demand`, `spot` or `reserved`. @default - it is not launched yet */
  readonly capacityType?: string;
  /** Such as `aws:///ap-northeast-2b/i-02fd00557cbb11e88`. @default - it is not launched yet */
  readonly providerId?: string;
  /** Such as `ami-7bf45074643fa38d3`. @default - it is not launched yet */
  readonly imageId?: string;
  /** Name of its node. @default - it is not registered yet */
  readonly nodeName?: string;
  /** Quantities that the node has, before anything is reserved. */
  readonly capacity: Readonly<Record<string, string>>;
  /** Quantities that all pods of the node together may request. */
  readonly allocatable: Readonly<Record<string, string>>;
}

/** NodeClaims. */
export const NODE_CLAIMS: ResourceKind<NodeClaim> = {
  apiVersion: KARPENTER_API,
  kind: 'NodeClaim',
  plural: 'nodeclaims',
  isNamespaced: false,
  read: (body) => {
    const metadata = readMetadata(body);
    return {
      metadata,
      conditions: readConditions(body),
      nodePoolName: metadata.labels[NODE_POOL_LABEL] ?? '',
      requirements: arrayAt(body, 'spec', 'requirements').map(readRequirement),
      instanceType: metadata.labels[INSTANCE_TYPE_LABEL],
      zone: metadata.labels[ZONE_LABEL],
      capacityType: metadata.labels[CAPACITY_TYPE_LABEL],
      providerId: textAt(body, 'status', 'providerID'),
      imageId: textAt(body, 'status', 'imageID'),
      nodeName: textAt(body, 'status', 'nodeName'),
      capacity: readTexts(objectAt(body, 'status', 'capacity')),
      allocatable: readTexts(objectAt(body, 'status', 'allocatable')),
    };
  },
};

/** The value that a NodeClaim's node gets for a label; undefined where it has none, or may have one of several. */
export function labelOf({ metadata, requirements }: NodeClaim, key: string): string | undefined {
  const [value, ...others] = requirements.find((requirement) => requirement.key === key && requirement.operator === 'In')?.values ?? [];
  return metadata.labels[key] ?? (others.length === 0 ? value : undefined);
}

/** Id of the EC2 instance behind a provider id. */
export function instanceIdOf(providerId: string): string {
  return providerId.slice(providerId.lastIndexOf('/') + 1);
}

/** One requirement of a NodePool: a node label, and the values it may have. */
export interface NodeRequirement {
  readonly key: string;
  /** `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt`, `Lt`, `Gte` or `Lte`. */
  readonly operator: string;
  readonly values: readonly string[];
}

/** A NodePool. */
export interface NodePool extends Conditioned {
  readonly metadata: ObjectMetadata;
  /** Name of its EC2NodeClass. */
  readonly nodeClassName: string;
  /** Labels that its nodes get. */
  readonly nodeLabels: Readonly<Record<string, string>>;
  readonly requirements: readonly NodeRequirement[];
  /** Quantities that all its nodes together may not exceed, such as `cpu: 100`. Empty: there is no limit. */
  readonly limits: Readonly<Record<string, string>>;
  /** Quantities that all its nodes together have. Empty in a template. */
  readonly resources: Readonly<Record<string, string>>;
  /** Karpenter tries the NodePool with the highest weight first. */
  readonly weight: number;
  /** How long a node must have been idle, as a duration such as `30s`, or `Never`. */
  readonly consolidateAfter: string;
}

/** NodePools: which nodes Karpenter may launch. */
export const NODE_POOLS = {
  apiVersion: KARPENTER_API,
  kind: 'NodePool',
  plural: 'nodepools',
  isNamespaced: false,
  read: (body: JsonObject): NodePool => ({
    metadata: readMetadata(body),
    conditions: readConditions(body),
    nodeClassName: textAt(body, 'spec', 'template', 'spec', 'nodeClassRef', 'name') ?? '',
    nodeLabels: readTexts(objectAt(body, 'spec', 'template', 'metadata', 'labels')),
    requirements: arrayAt(body, 'spec', 'template', 'spec', 'requirements').map(readRequirement),
    limits: readTexts(objectAt(body, 'spec', 'limits')),
    resources: readTexts(objectAt(body, 'status', 'resources')),
    weight: numberAt(body, 'spec', 'weight') ?? 0,
    consolidateAfter: textAt(body, 'spec', 'disruption', 'consolidateAfter') ?? 'Never',
  }),
} as const satisfies ResourceKind<NodePool>;

function readRequirement(requirement: JsonValue): NodeRequirement {
  return {
    key: textAt(requirement, 'key') ?? '',
    operator: textAt(requirement, 'operator') ?? '',
    values: arrayAt(requirement, 'values').flatMap((value) => textAt(value) ?? []),
  };
}

/** An EC2NodeClass, in the cluster with what Karpenter found for it in AWS. */
export interface Ec2NodeClass extends Conditioned {
  readonly metadata: ObjectMetadata;
  /** AMI aliases, such as `al2023@v20260917`. */
  readonly amiAliases: readonly string[];
  /** Terms that select subnets by tags or id. A subnet is selected when one term matches it. */
  readonly subnetSelectorTerms: readonly JsonObject[];
  readonly metadataOptions: JsonObject;
  readonly kubelet: JsonObject;
  /** Sizes of the volumes of each node, as quantities; empty where Karpenter's default applies. */
  readonly volumeSizes: readonly string[];
  /** Ids of the subnets that its selector terms match. Empty in a template. */
  readonly subnetIds: readonly string[];
  /** Selectors that match nothing, such as `no subnet matches karpenter.sh/discovery=lab`. */
  readonly unmatchedSelections: readonly string[];
}

/** EC2NodeClasses: the AWS side of nodes. */
export const EC2_NODE_CLASSES = {
  apiVersion: 'karpenter.k8s.aws/v1',
  kind: 'EC2NodeClass',
  plural: 'ec2nodeclasses',
  isNamespaced: false,
  read: (body: JsonObject): Ec2NodeClass => {
    const conditions = readConditions(body);
    const spec = objectAt(body, 'spec');
    return {
      metadata: readMetadata(body),
      conditions,
      amiAliases: arrayAt(spec, 'amiSelectorTerms').flatMap((term) => textAt(term, 'alias') ?? []),
      subnetSelectorTerms: arrayAt(spec, 'subnetSelectorTerms').map((term) => objectAt(term)),
      metadataOptions: objectAt(spec, 'metadataOptions'),
      kubelet: objectAt(spec, 'kubelet'),
      volumeSizes: arrayAt(spec, 'blockDeviceMappings').flatMap((mapping) => textAt(mapping, 'ebs', 'volumeSize') ?? []),
      subnetIds: arrayAt(body, 'status', 'subnets').flatMap((subnet) => textAt(subnet, 'id') ?? []),
      unmatchedSelections: conditions.filter(({ status }) => status === 'False').flatMap(({ type }) => unmatchedSelection(body, type) ?? []),
    };
  },
} as const satisfies ResourceKind<Ec2NodeClass>;

/** The terms that a condition of an EC2NodeClass is about, and what they select. */
const SELECTIONS: Readonly<Record<string, { readonly terms: string; readonly noun: string }>> = {
  SubnetsReady: { terms: 'subnetSelectorTerms', noun: 'subnet' },
  SecurityGroupsReady: { terms: 'securityGroupSelectorTerms', noun: 'security group' },
  AMIsReady: { terms: 'amiSelectorTerms', noun: 'AMI' },
};

/** Fields of a selector term besides its tags. */
const TERM_FIELDS: readonly string[] = ['id', 'name', 'alias', 'owner', 'ssmParameter'];

/**
 * Says which selector of an EC2NodeClass matches nothing, for a condition that is False. Karpenter's own message does not say what
 * the selector looks for.
 *
 * @param body the EC2NodeClass
 * @returns such as `no subnet matches karpenter.sh/discovery=lab`; undefined for conditions about other things
 */
export function unmatchedSelection(body: JsonValue, conditionType: string): string | undefined {
  const selection = SELECTIONS[conditionType];
  if (selection === undefined) return undefined;
  const terms = arrayAt(body, 'spec', selection.terms).map(termText);
  return terms.length === 0 ? undefined : `no ${selection.noun} matches ${terms.join(' or ')}`;
}

function termText(term: JsonValue): string {
  const tags = objectAt(term, 'tags');
  return [
    ...Object.keys(tags).map((key) => `${key}=${textAt(tags, key) ?? ''}`),
    ...TERM_FIELDS.flatMap((field) => {
      const value = textAt(term, field);
      return value === undefined ? [] : `${field} ${value}`;
    }),
  ].join(' and ');
}

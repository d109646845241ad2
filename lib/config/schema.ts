import * as z from 'zod';
import type { JsonValue } from '../json';
import {
  AMI_ALIAS_ALLOWED, AMI_ALIAS_PATTERN, amiAliasViolation, KARPENTER_VERSION_ALLOWED, KARPENTER_VERSION_PATTERN, karpenterVersionViolation,
  KUBERNETES_VERSION_ALLOWED, kubernetesVersionViolation,
} from './compatibility';
import { EXPIRES_AT_ALLOWED, EXPIRES_AT_PATTERN, expiresAtViolation } from './moments';
import {
  CLUSTER_NAME_ALLOWED, CLUSTER_NAME_MAX_LENGTH, CLUSTER_NAME_PATTERN, clusterNameViolation, CONTROLLER_NAMESPACE_ALLOWED, controllerNamespaceViolation,
  LAB_NAMESPACE_ALLOWED, LABEL_VALUE_ALLOWED, LABEL_VALUE_PATTERN, labelValueViolation, labNamespaceViolation, NAMESPACE_PATTERN,
} from './names';
import {
  API_ACCESS_ALLOWED, apiAccessViolation, CIDR_PATTERN, MAX_ZONES, MIN_ZONES, REGION_ALLOWED, REGION_PATTERN, VPC_CIDR_ALLOWED, vpcCidrViolation, ZONE_ALLOWED,
  ZONE_PATTERN,
} from './network-values';
import { DEFAULT_CPU_PER_SEAT, MOST_CPU_PER_SEAT, MOST_SEATS } from './seats';
import { tagKeyViolation, TAGS_ALLOWED, tagSetViolation, tagValueViolation } from './tags';
import {
  ACCOUNT_ALLOWED, ACCOUNT_PATTERN, accountViolation, ADMIN_ALLOWED, adminViolation, CAPACITY_TYPES_ALLOWED, capacityTypesViolation, CPU_ALLOWED, CPU_PATTERN, cpuViolation, DURATION_ALLOWED,
  DURATION_PATTERN, durationViolation, expecting, IMAGE_ALLOWED, IMAGE_PATTERN, imageViolation, INSTANCE_CATEGORIES, INSTANCE_CATEGORY_ALLOWED, INSTANCE_TYPE_PATTERN,
  instanceCategoryViolation, MEMORY_ALLOWED, MEMORY_PATTERN, memoryLimitViolation, PRINCIPAL_ARN_PATTERN, refusing, repeatedItem,
  SYSTEM_INSTANCE_TYPE_ALLOWED, systemInstanceTypeViolation,
} from './values';
import { versions } from './versions';

/** What a reader needs to know of a key, besides its type and default. */
export interface FieldDocumentation {
  /** One sentence of purpose, then what zero or empty means. */
  readonly description: string;
  /**
   * What is accepted, as a noun phrase.
   *
   * @default - for a group, its keys
   */
  readonly allowed?: string;
  /**
   * What to do about a value of the wrong type or size.
   *
   * @default - an instruction made from `allowed` and the default
   */
  readonly remedy?: string;
  /**
   * Where AWS, Kubernetes or Karpenter describes it.
   *
   * @default - no page of its own
   */
  readonly link?: string;
  /**
   * Values to show where the default shows none.
   *
   * @default - the default is the example
   */
  readonly examples?: readonly JsonValue[];
}

/** Attaches what a reader needs to know of a key. It goes into the JSON Schema, the reference and the errors. */
function documented<T extends z.ZodType>(schema: T, documentation: FieldDocumentation): T {
  return schema.meta({ ...documentation });
}

// One configuration is parsed in a run: compiling the schema first would take longer than parsing.
z.config({ jitless: true });

const systemNodes = z.strictObject({
  instanceType: documented(
    z.string().regex(INSTANCE_TYPE_PATTERN).superRefine(refusing(systemInstanceTypeViolation)).default('t3.medium'),
    {
      description: 'EC2 instance type of the system nodes, where Karpenter and the add-ons run. An Arm type such as t4g.medium gets the Arm image.',
      allowed: SYSTEM_INSTANCE_TYPE_ALLOWED,
      link: 'https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html',
    },
  ),
  count: documented(z.int().min(2).max(10).default(2), {
    description: 'Number of system nodes. Two is the least: the replicas of Karpenter do not share a node.',
    allowed: 'a whole number from 2 to 10',
    link: 'https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html',
  }),
});

/** Most cores that `karpenter.limits.cpu` may be: a hundred times the default, more than any class needs. */
export const MAX_CPU_LIMIT = 10_000;

const limits = z.strictObject({
  cpu: documented(z.int().min(1).max(MAX_CPU_LIMIT).default(100), {
    description: 'CPU cores that all nodes of the NodePool may have together; beyond it Karpenter launches nothing, which caps the cost.',
    allowed: `a whole number from 1 to ${MAX_CPU_LIMIT}`,
    link: 'https://karpenter.sh/docs/concepts/nodepools/#speclimits',
  }),
  memory: documented(
    z.string().regex(MEMORY_PATTERN).superRefine(refusing(memoryLimitViolation)).default('400Gi'),
    {
      description: 'Memory that all nodes of the NodePool may have together, with its unit.',
      allowed: MEMORY_ALLOWED,
      link: 'https://karpenter.sh/docs/concepts/nodepools/#speclimits',
    },
  ),
});

const consolidation = z.strictObject({
  policy: documented(
    z.enum(['WhenEmpty', 'WhenEmptyOrUnderutilized']).default('WhenEmptyOrUnderutilized'),
    {
      description: 'Which nodes Karpenter may remove to save money: empty ones only, or also those whose pods fit elsewhere.',
      allowed: 'WhenEmpty or WhenEmptyOrUnderutilized',
      link: 'https://karpenter.sh/docs/concepts/disruption/#consolidation',
    },
  ),
  after: documented(z.string().regex(DURATION_PATTERN).superRefine(refusing(durationViolation)).default('30s'), {
    description: 'How long a node must be without a pod coming or going before Karpenter may remove it. 0s means at once; Never means no consolidation.',
    allowed: DURATION_ALLOWED,
    link: 'https://karpenter.sh/docs/concepts/disruption/#consolidation',
  }),
});

const karpenter = z.strictObject({
  version: documented(
    z.string().regex(KARPENTER_VERSION_PATTERN).superRefine(refusing(karpenterVersionViolation)).default(versions.karpenter),
    {
      description: 'Karpenter release, of the controller\'s chart and of the CRD chart. It must support the Kubernetes version.',
      allowed: KARPENTER_VERSION_ALLOWED,
      link: 'https://karpenter.sh/docs/upgrading/compatibility/',
    },
  ),
  namespace: documented(
    z.string().regex(NAMESPACE_PATTERN).superRefine(refusing(controllerNamespaceViolation)).default('kube-system'),
    {
      description: 'Namespace of the controller. The API server puts requests from kube-system first.',
      allowed: CONTROLLER_NAMESPACE_ALLOWED,
      link: 'https://karpenter.sh/docs/getting-started/getting-started-with-karpenter/',
    },
  ),
  instanceCategories: documented(
    z.array(z.string().superRefine(refusing(instanceCategoryViolation)).meta({ enum: INSTANCE_CATEGORIES })).min(1).superRefine(refusing(repeatedItem)).default(['c', 'm', 'r']),
    {
      description: 'Instance categories that Karpenter chooses from, by price: c for compute, m for general purpose, r for memory.',
      allowed: INSTANCE_CATEGORY_ALLOWED,
      link: 'https://karpenter.sh/docs/reference/instance-types/',
    },
  ),
  minInstanceGeneration: documented(z.int().min(1).max(8).default(5), {
    description: 'Oldest instance generation that Karpenter chooses from: 5 allows c5 and c6a, not c4.',
    allowed: 'a whole number from 1 to 8',
    link: 'https://karpenter.sh/docs/reference/instance-types/',
  }),
  architectures: documented(
    z.array(z.enum(['amd64', 'arm64'])).min(1).superRefine(refusing(repeatedItem)).default(['amd64']),
    {
      description: 'Processor architectures of the nodes. With arm64 the cheapest node is often a Graviton one.',
      allowed: 'amd64, arm64 or both',
      link: 'https://karpenter.sh/docs/concepts/nodepools/#spectemplatespecrequirements',
    },
  ),
  capacityTypes: documented(
    z.array(z.enum(['on-demand', 'spot', 'reserved'])).min(1).superRefine(refusing(repeatedItem))
      .superRefine(refusing(capacityTypesViolation)).default(['on-demand']),
    {
      description: 'How capacity is bought. Karpenter prefers reserved, then spot, then on-demand. The lab selects no capacity reservation, so reserved adds nothing.',
      allowed: CAPACITY_TYPES_ALLOWED,
      link: 'https://karpenter.sh/docs/concepts/nodepools/#capacity-type',
    },
  ),
  limits: documented(limits.prefault({}), { description: 'How large the NodePool may grow.' }),
  consolidation: documented(consolidation.prefault({}), {
    description: 'When Karpenter removes nodes that are not needed.',
  }),
  amiAlias: documented(
    z.string().regex(AMI_ALIAS_PATTERN).superRefine(refusing(amiAliasViolation)).default(versions.amiAlias),
    {
      description: 'Machine image of the nodes: one release of EKS-optimized Amazon Linux 2023, so that no node is replaced in the middle of a class.',
      allowed: AMI_ALIAS_ALLOWED,
      link: 'https://karpenter.sh/docs/concepts/nodeclasses/#specamiselectorterms',
    },
  ),
});

const inflate = z.strictObject({
  namespace: documented(
    z.string().regex(NAMESPACE_PATTERN).superRefine(refusing(labNamespaceViolation)).default('karpenter-test'),
    {
      description: 'Namespace of the exercise. The lab makes it, and deletes it with all that is in it.',
      allowed: LAB_NAMESPACE_ALLOWED,
      link: 'https://kubernetes.io/docs/tasks/administer-cluster/namespaces/',
    },
  ),
  replicas: documented(z.int().min(0).max(10_000).default(0), {
    description: 'Pods of the Deployment inflate once deployed; `scale` is short for this key. 0 leaves the scaling, and the cost of it, to the student.',
    allowed: 'a whole number from 0 to what karpenter.limits.cpu can hold',
    link: 'https://kubernetes.io/docs/tutorials/kubernetes-basics/scale/scale-intro/',
    examples: [5],
  }),
  cpu: documented(z.string().regex(CPU_PATTERN).superRefine(refusing(cpuViolation)).default('1'), {
    description: 'CPU that each pod requests, and by which Karpenter chooses the size of a node.',
    allowed: CPU_ALLOWED,
    link: 'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/',
  }),
  image: documented(z.string().regex(IMAGE_PATTERN).superRefine(refusing(imageViolation)).default(versions.pauseImage), {
    description: 'Image of the pods: pause does nothing, so that only the request counts.',
    allowed: IMAGE_ALLOWED,
    link: 'https://gallery.ecr.aws/eks-distro/kubernetes/pause',
  }),
});

const classOfSeats = z.strictObject({
  students: documented(z.int().min(0).max(MOST_SEATS).default(0), {
    description: 'Seats of the class: each has a namespace, rights and nodes of its own. 0 means no class: the lab is the instructor\'s alone.',
    allowed: `a whole number from 0 to ${MOST_SEATS}`,
    link: 'https://kubernetes.io/docs/concepts/security/multi-tenancy/',
    examples: [30],
  }),
  names: documented(z.string().default(''), {
    description: 'Roster: path of a CSV file with the columns seat and name. Only the commands of the class read it, on your computer; no name goes to AWS. Empty means none.',
    allowed: 'a path, relative to the folder of the lab',
    link: 'https://www.rfc-editor.org/rfc/rfc4180',
    examples: ['class/names.csv'],
  }),
  idleMinutes: documented(z.int().min(5).max(1440).default(30), {
    description: 'Minutes without a change after which a seat that is scaled out is scaled to 0, while `lab class board` runs.',
    allowed: 'a whole number from 5 to 1440',
    link: 'https://karpenter.sh/docs/concepts/disruption/#consolidation',
  }),
  cpuPerSeat: documented(z.int().min(1).max(MOST_CPU_PER_SEAT).default(DEFAULT_CPU_PER_SEAT), {
    description: 'CPU cores that the pods of a seat may request together. It also bounds the size of a node: 7 cores fit on 8.',
    allowed: `a whole number from 1 to ${MOST_CPU_PER_SEAT}`,
    link: 'https://kubernetes.io/docs/concepts/policy/resource-quotas/',
  }),
});

/**
 * The shape, defaults and documentation of `lab.yaml`. Types, the JSON Schema for editors
 * and the configuration reference are all derived from this one object.
 */
export const labConfigSchema = z.strictObject({
  region: documented(z.string().regex(REGION_PATTERN, expecting(REGION_ALLOWED)).default('ap-northeast-2'), {
    description: 'AWS region of the lab. Another region needs its own availabilityZones.',
    allowed: REGION_ALLOWED,
    link: 'https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html',
  }),
  account: documented(z.string().regex(ACCOUNT_PATTERN).superRefine(refusing(accountViolation)).default(''), {
    description: 'AWS account that the lab belongs to: the CDK and the lab\'s own commands refuse any other. Empty means any account that the credentials are of.',
    allowed: ACCOUNT_ALLOWED,
    link: 'https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html',
    examples: ['111122223333'],
  }),
  availabilityZones: documented(
    z.array(z.string().regex(ZONE_PATTERN, expecting(ZONE_ALLOWED))).min(MIN_ZONES).max(MAX_ZONES).superRefine(refusing(repeatedItem))
      .default(['ap-northeast-2a', 'ap-northeast-2b', 'ap-northeast-2c']),
    {
      description: 'Availability Zones by name, each with a public and a private subnet. EKS wants two; more of them give Karpenter more choice.',
      allowed: `${MIN_ZONES} to ${MAX_ZONES} different zones of the region`,
      remedy: `Name ${MIN_ZONES} to ${MAX_ZONES} zones of the region: those of ap-northeast-2 are ap-northeast-2a, ap-northeast-2b, ap-northeast-2c and ap-northeast-2d.`,
      link: 'https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html',
    },
  ),
  clusterName: documented(
    z.string().max(CLUSTER_NAME_MAX_LENGTH).regex(CLUSTER_NAME_PATTERN).superRefine(refusing(clusterNameViolation)).default('karpenter-lab'),
    {
      description: 'Name of the EKS cluster and of the stack; roles, policies and the queue are named after it. Two labs in one account need two names.',
      allowed: CLUSTER_NAME_ALLOWED,
      link: 'https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html',
    },
  ),
  expiresAt: documented(z.string().regex(EXPIRES_AT_PATTERN).superRefine(refusing(expiresAtViolation)).default(''), {
    description: 'Deadline: the moment at which AWS deletes the stack by itself, so that a forgotten lab costs no more. `lab extend` moves it. Empty means never.',
    allowed: EXPIRES_AT_ALLOWED,
    link: 'https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html',
    examples: ['2026-12-01T18:00+09:00'],
  }),
  kubernetesVersion: documented(
    z.string().superRefine(refusing(kubernetesVersionViolation)).default(versions.kubernetes),
    {
      description: 'Kubernetes minor version of the control plane. Add-ons and node image are pinned for it.',
      allowed: KUBERNETES_VERSION_ALLOWED,
      link: 'https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html',
    },
  ),
  vpcCidr: documented(z.string().regex(CIDR_PATTERN).superRefine(refusing(vpcCidrViolation)).default('10.11.0.0/16'), {
    description: 'IPv4 range of the VPC. Each private subnet gets a quarter of it, and each pod an address there.',
    allowed: VPC_CIDR_ALLOWED,
    link: 'https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html',
  }),
  natGateways: documented(z.int().min(1).max(MAX_ZONES).default(1), {
    description: 'NAT gateways, the way out of the private subnets. One is cheapest; one a zone survives the loss of a zone.',
    allowed: 'a whole number from 1 to the number of availabilityZones',
    remedy: 'Keep at least one and at most one a zone: nodes in private subnets pull images and call AWS through them.',
    link: 'https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html',
  }),
  systemNodes: documented(systemNodes.prefault({}), {
    description: 'The managed node group that Karpenter itself runs on.',
  }),
  apiAccess: documented(z.array(z.string().superRefine(refusing(apiAccessViolation))).max(40).superRefine(refusing(repeatedItem)).default([]), {
    description: 'IPv4 ranges that may reach the public endpoint of the API server. Empty turns it off: the API is reached from inside the VPC only. 0.0.0.0/0 opens it to the world.',
    allowed: `up to 40 ranges, each ${API_ACCESS_ALLOWED}`,
    link: 'https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html',
    examples: [['203.0.113.7/32']],
  }),
  admins: documented(
    z.array(z.string().regex(PRINCIPAL_ARN_PATTERN).superRefine(refusing(adminViolation))).superRefine(refusing(repeatedItem)).default([]),
    {
      description: 'IAM roles and users that administer the cluster, by ARN. Empty means that nobody can use kubectl: whoever deploys keeps no rights.',
      allowed: `a list, each ${ADMIN_ALLOWED}`,
      link: 'https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html',
      examples: [['arn:aws:iam::111122223333:role/Instructor']],
    },
  ),
  team: documented(
    z.string().regex(LABEL_VALUE_PATTERN).superRefine(refusing(labelValueViolation)).default('my-team'),
    {
      description: 'Value of the label eks-team on nodes of the NodePool, by which the exercise selects them.',
      allowed: LABEL_VALUE_ALLOWED,
      link: 'https://kubernetes.io/docs/tasks/configure-pod-container/assign-pods-nodes/',
    },
  ),
  karpenter: documented(karpenter.prefault({}), {
    description: 'Karpenter, its NodePool and its EC2NodeClass.',
  }),
  inflate: documented(inflate.prefault({}), {
    description: 'The exercise: a Deployment whose pods do nothing but ask for CPU.',
  }),
  class: documented(classOfSeats.prefault({}), {
    description: 'The class: students who do the exercise at the same time, each in a seat.',
  }),
  tags: documented(
    z.record(z.string().superRefine(refusing(tagKeyViolation)), z.string().superRefine(refusing(tagValueViolation)))
      .superRefine(refusing(tagSetViolation))
      .default({}),
    {
      description: 'AWS tags on everything the lab makes, the instances of Karpenter included. Empty means none besides those the lab needs.',
      allowed: TAGS_ALLOWED,
      link: 'https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html',
      examples: [{ Course: 'karpenter' }],
    },
  ),
});

/** The same type, with nothing in it to assign to. */
type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;

/** A complete, valid configuration of the lab: what every other room receives. */
export type LabConfig = DeepReadonly<z.output<typeof labConfigSchema>>;

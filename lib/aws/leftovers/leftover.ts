import { clusterTag, EKS_CLUSTER_TAG, NODE_CLAIM_TAG, NODE_CLASS_LABEL, NODE_POOL_LABEL } from '../../well-known-keys';
import { asking, awsFailure, isAwsError } from '../aws-failure';
import type { LabAws } from '../lab-aws';

/** By which names a lab's leftovers are known. They come from the assembly, never from elsewhere. */
export interface LabNames {
  readonly clusterName: string;
  readonly stackName: string;
  readonly region: string;
}

/** What can be left of a lab, in the order in which it can be removed. */
export const LEFTOVER_KINDS = [
  'loadBalancer', 'classicLoadBalancer', 'targetGroup', 'instance', 'launchTemplate', 'instanceProfile',
  'volume', 'guardDutyEndpoint', 'networkInterface', 'securityGroup', 'guardDutySecurityGroup', 'logGroup',
] as const;

/** One of {@link LEFTOVER_KINDS}. */
export type LeftoverKindName = typeof LEFTOVER_KINDS[number];

/** What each kind is called, in the singular. */
export const KIND_LABELS: Readonly<Record<LeftoverKindName, string>> = {
  loadBalancer: 'load balancer',
  classicLoadBalancer: 'classic load balancer',
  targetGroup: 'target group',
  instance: 'instance',
  launchTemplate: 'launch template',
  instanceProfile: 'instance profile',
  volume: 'volume',
  guardDutyEndpoint: 'GuardDuty endpoint',
  networkInterface: 'network interface',
  securityGroup: 'security group',
  guardDutySecurityGroup: 'GuardDuty security group',
  logGroup: 'log group',
};

/** Something in AWS that is the lab's by exact evidence, and in no template. */
export interface Leftover {
  readonly kind: LeftoverKindName;
  /** Id or ARN, by which it is removed. */
  readonly id: string;
  /** What people know it by. */
  readonly name: string;
  /** The tag or path that says whose it is, as it was found: `elbv2.k8s.aws/cluster=karpenter-lab`. */
  readonly evidence: string;
  /** Whether AWS bills for it while it exists. */
  readonly isBillable: boolean;
  /** ISO 8601. @default - AWS does not say */
  readonly createdAt?: string;
}

/** What one try to remove came to. */
export type Removal =
  | { readonly isGone: true }
  | {
    readonly isGone: false;
    /** What it waits for, as AWS says it. */
    readonly reason: string;
    /** Whether AWS refused in a way that a later try would meet again. */
    readonly isFinal: boolean;
  };

/** One kind of leftover: how it is found, and how it is removed. */
export interface LeftoverKind {
  readonly kind: LeftoverKindName;
  /**
   * Finds all there are, over all pages. Never by a part of a name: a cluster `lab-2` must not lose to `lab`.
   *
   * @throws LabError what `awsFailure` says
   */
  readonly find: (aws: LabAws, lab: LabNames) => Promise<readonly Leftover[]>;
  /**
   * Tries once. What is gone already counts as removed; what is in use is tried again by the caller.
   *
   * @throws LabError what `awsFailure` says
   */
  readonly remove: (aws: LabAws, leftover: Leftover) => Promise<Removal>;
}

/** It is gone. */
export const GONE: Removal = { isGone: true };

/** A tag as EC2, IAM and the load balancers write it. */
interface AwsTag {
  readonly Key?: string;
  readonly Value?: string;
}

/** Tags by their keys. */
export type Tags = ReadonlyMap<string, string>;

/** Reads tags. */
export function tagsFrom(tags: readonly AwsTag[] | undefined): Tags {
  return new Map((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

/**
 * The first of these tags that is there with exactly this value.
 *
 * @returns the tag as evidence, `key=value`; undefined when none is
 */
export function exactTag(tags: Tags, ...wanted: readonly (readonly [key: string, value: string])[]): string | undefined {
  const found = wanted.find(([key, value]) => tags.get(key) === value);
  return found === undefined ? undefined : found.join('=');
}

/** The key that Kubernetes' own controllers put on what they make for a cluster, with the value `owned`. */
export function ownedByCluster(clusterName: string): readonly [key: string, value: string] {
  return [clusterTag(clusterName), 'owned'];
}

/** Keys that only Karpenter writes. */
const KARPENTER_KEYS = [NODE_CLAIM_TAG, NODE_POOL_LABEL, NODE_CLASS_LABEL] as const;

/**
 * Evidence that Karpenter made something for this cluster: the cluster's name, and a key that only Karpenter writes. EKS
 * gives its own nodes the first without the second.
 *
 * @returns the tags as evidence; undefined when it is another's
 */
export function karpenterEvidence(tags: Tags, clusterName: string): string | undefined {
  const cluster = tags.has(EKS_CLUSTER_TAG)
    ? exactTag(tags, [EKS_CLUSTER_TAG, clusterName])
    : exactTag(tags, ownedByCluster(clusterName));
  const own = KARPENTER_KEYS.find((key) => tags.has(key));
  return cluster === undefined || own === undefined ? undefined : `${cluster} and ${own}=${tags.get(own)}`;
}

/**
 * All items of all pages.
 *
 * @param request what is asked, in the words of AWS: `ec2:DescribeVolumes`
 * @throws LabError what `awsFailure` says
 */
export async function gathered<Page, Item>(
  request: string, pages: AsyncIterable<Page>, itemsOf: (page: Page) => readonly Item[] | undefined,
): Promise<readonly Item[]> {
  return asking(request, async () => {
    const items: Item[] = [];
    for await (const page of pages) items.push(...itemsOf(page) ?? []);
    return items;
  });
}

/** How a service says what became of a request to remove. */
export interface RemovalAnswers {
  /** What is asked, in the words of AWS: `ec2:DeleteVolume`. */
  readonly request: string;
  /** Names of errors that say that it is gone. */
  readonly gone: readonly string[];
  /** Names of errors that say that it is still in use. @default - none */
  readonly inUse?: readonly string[];
  /** Names of errors that say that it is protected, so that no later try succeeds. @default - none */
  readonly refused?: readonly string[];
}

/**
 * Asks once to remove something, and reads the answer.
 *
 * @throws LabError what `awsFailure` says
 */
export async function tryRemoval({ request, gone, inUse = [], refused = [] }: RemovalAnswers, ask: () => Promise<unknown>): Promise<Removal> {
  try {
    await ask();
    return GONE;
  } catch (error) {
    if (isAwsError(error, ...gone)) return GONE;
    const reason = error instanceof Error ? error.message : String(error);
    if (isAwsError(error, ...inUse)) return { isGone: false, reason, isFinal: false };
    if (isAwsError(error, ...refused)) return { isGone: false, reason, isFinal: true };
    throw awsFailure(error, request);
  }
}

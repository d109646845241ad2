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
  'volume', 'networkInterface', 'securityGroup', 'logGroup',
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
  networkInterface: 'network interface',
  securityGroup: 'security group',
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
  readonly find: (aws: LabAws, lab: LabNames, signal?: AbortSignal) => Promise<readonly Leftover[]>;
  /**
   * Tries once. What is gone already counts as removed; what is in use is tried again by the caller.
   *
   * @throws LabError what `awsFailure` says
   */
  readonly remove: (aws: LabAws, leftover: Leftover, signal?: AbortSignal) => Promise<Removal>;
}

/** It is gone. */
export const GONE: Removal = { isGone: true };

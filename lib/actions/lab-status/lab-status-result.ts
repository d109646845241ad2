/** The state of a lab at one moment. */
export interface LabStatus {
  readonly cluster: string;
  readonly region: string;
  /** When it was seen, as ISO 8601 in UTC. */
  readonly at: string;
  /** Whether Karpenter could launch a node for the exercise now. */
  readonly isReady: boolean;
  /** What keeps it from that, one line each. */
  readonly problems: readonly string[];
  readonly karpenter: { readonly readyReplicas: number; readonly replicas: number };
  /** All NodePools: the lab's, and those that students made. */
  readonly nodePools: readonly NodePoolStatus[];
  readonly nodeClasses: readonly { readonly name: string; readonly isReady: boolean }[];
  /** The exercise's Deployments: the lab's, and those of students. */
  readonly deployments: readonly DeploymentStatus[];
  /** Pods of {@link deployments}. */
  readonly pods: readonly PodStatus[];
  readonly nodeClaims: readonly NodeClaimStatus[];
  readonly nodes: readonly NodeStatus[];
  readonly cost: CostNow;
  /** When AWS deletes the lab by itself, as deployed, in UTC. `lab extend` may have moved it. @default - nothing deletes it */
  readonly expiresAt?: string;
}

/** A NodePool, and how much of its limits its nodes take. */
export interface NodePoolStatus {
  readonly name: string;
  readonly isReady: boolean;
  readonly limits: readonly { readonly resource: string; readonly used: string; readonly limit: string }[];
}

/** A Deployment of the exercise. */
export interface DeploymentStatus {
  readonly namespace: string;
  readonly name: string;
  readonly replicas: number;
  readonly readyReplicas: number;
}

/** A pod of the exercise. */
export interface PodStatus {
  readonly namespace: string;
  readonly name: string;
  /**
   * - `pending`: it has no node;
   * - `starting`: it has one and does not run yet;
   * - `running`: it runs and is ready;
   * - `ending`: it was asked to go;
   * - `ended`: it has come to an end by itself.
   */
  readonly state: 'pending' | 'starting' | 'running' | 'ending' | 'ended';
  /** @default - it has none */
  readonly nodeName?: string;
}

/** A NodeClaim, and how far it has come. */
export interface NodeClaimStatus {
  readonly name: string;
  readonly nodePoolName: string;
  readonly stage: 'created' | 'launched' | 'registered' | 'initialized' | 'ending';
  /** @default - it is not launched yet */
  readonly instanceType?: string;
  /** @default - it is not launched yet */
  readonly zone?: string;
  /** @default - it is not launched yet */
  readonly capacityType?: string;
}

/** A node, and how full it is. */
export interface NodeStatus {
  readonly name: string;
  /** @default - Karpenter did not launch it: a system node */
  readonly nodePoolName?: string;
  readonly isReady: boolean;
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: string;
  readonly pods: number;
  /** CPU that its pods request, of what they may, in thousandths of a core. */
  readonly cpuMillis: Fill;
  /** Memory that its pods request, of what they may, in MiB. */
  readonly memoryMiB: Fill;
  /** USD per hour at list price, without its volume. @default - the price table lacks its type */
  readonly pricePerHour?: number;
}

/** How much is requested of what there is. */
export interface Fill {
  readonly requested: number;
  readonly allocatable: number;
}

/** What the lab costs, at list price. An estimate: the bill decides. */
export interface CostNow {
  /** USD per hour of what the stack made: the plan's idle cost. */
  readonly idlePerHour: number;
  /** USD per hour of Karpenter's nodes that are there, with their volumes. */
  readonly karpenterPerHour: number;
  readonly totalPerHour: number;
  /** USD since the lab began. @default - nobody knows since when */
  readonly sinceDeploy?: number;
  /** When the lab began, as ISO 8601 in UTC. @default - unknown */
  readonly since?: string;
  /** Types of instances whose price is in no table, so that every figure is less than the bill. @default - none: the figures are complete */
  readonly unpriced?: readonly string[];
  /** What the figures are of, and what they leave out, one sentence each. */
  readonly basis: readonly string[];
  /** Why there are no figures. Where it is set, they are all 0 and mean nothing. @default - they are known */
  readonly unavailable?: string;
}

import type { Resources } from '../kubernetes/allocatable';

/** Everything `lab plan` found in a synthesized assembly. All figures are estimates unless their source says otherwise. */
export interface PlanResult {
  readonly lab: PlannedLab;
  /** What will be created, grouped by concern, in the order a reader wants it. */
  readonly concerns: readonly PlannedConcern[];
  readonly network: PlannedNetwork;
  readonly systemNodes: SystemNodeFit;
  readonly cost: CostEstimate;
  readonly launch: LaunchEstimate;
  readonly class: ClassEstimate;
  readonly time: TimeEstimate;
  readonly security: SecurityPosture;
  readonly warnings: readonly PlanWarning[];
}

/** The names a class needs, as they stand in the template. */
export interface PlannedLab {
  readonly stackName: string;
  readonly clusterName: string;
  readonly region: string;
  readonly kubernetesVersion: string;
  readonly karpenterVersion: string;
  readonly karpenterNamespace: string;
  readonly nodePoolName: string;
  readonly inflateNamespace: string;
  /** Name of the Deployment that a class scales. */
  readonly inflateName: string;
  readonly inflateReplicas: number;
  /**
   * When AWS deletes the lab by itself, in UTC: `2026-12-01T09:00Z`.
   *
   * @default - never
   */
  readonly expiresAt?: string;
}

/** One group of resources with a purpose of its own. */
export interface PlannedConcern {
  /** A noun a reader of AWS or Kubernetes knows, such as `Network` or `Karpenter`. */
  readonly name: string;
  /** What the group is, in words, one line each: `VPC 10.11.0.0/16 in three Availability Zones`. */
  readonly lines: readonly string[];
  /** How many CloudFormation resources belong to it. */
  readonly resourceCount: number;
}

/** A subnet as it stands in the template. */
export interface PlannedSubnet {
  readonly logicalId: string;
  readonly cidr: string;
  readonly availabilityZone: string;
  readonly kind: 'public' | 'private';
  /** Addresses left after the five that AWS keeps in each subnet. */
  readonly usableAddresses: number;
}

/** The VPC and how large a class it can hold. */
export interface PlannedNetwork {
  readonly vpcCidr: string;
  readonly subnets: readonly PlannedSubnet[];
  readonly natGatewayCount: number;
  /** Pods that the private subnets have addresses for, one address a pod. */
  readonly podAddressCapacity: number;
}

/** One kind of pod that runs on the system nodes. */
export interface SystemPod {
  readonly name: string;
  /** Pods of this kind: one on each node for a DaemonSet. */
  readonly count: number;
  readonly cpuMillis: number;
  readonly memoryMiB: number;
  readonly isDaemonSet: boolean;
}

/** Whether what runs on the system nodes fits there, and the sum that says so. */
export interface SystemNodeFit {
  readonly instanceType: string;
  readonly nodeCount: number;
  readonly pods: readonly SystemPod[];
  readonly requested: Resources;
  /** Over all system nodes. */
  readonly allocatable: Resources;
  /**
   * Why it is not known whether they fit, in one sentence. Where it is set, {@link allocatable} is 0 and means nothing.
   *
   * @default - it is known
   */
  readonly unavailable?: string;
}

/** One line of the bill. */
export interface CostLine {
  readonly what: string;
  readonly quantity: number;
  /** USD per hour for one. */
  readonly unitPricePerHour: number;
  /** USD per hour for all of them. */
  readonly pricePerHour: number;
}

/** Instances of one type, or of one kind, whose price is in no table. */
export interface UnpricedInstances {
  readonly what: string;
  /** @default - unknown */
  readonly quantity?: number;
}

/** List prices in USD, without tax, discounts or traffic. */
export interface CostEstimate {
  readonly currency: 'USD';
  /** Day of the rates for everything but instances, as YYYY-MM-DD. */
  readonly ratesAsOf: string;
  /** Day of the oldest instance prices, as YYYY-MM-DD. */
  readonly instancePricesAsOf: string;
  /** Where the prices are from, one source each. */
  readonly priceSources: readonly string[];
  readonly idleLines: readonly CostLine[];
  readonly idlePerHour: number;
  /** What the exercise adds while it is scaled out: {@link LaunchEstimate}'s most likely nodes. */
  readonly scaledOutLines: readonly CostLine[];
  readonly scaledOutPerHour: number;
  readonly classHours: number;
  /** USD for a class of {@link classHours}: idle for all of it, scaled out for {@link scaledOutHours}. */
  readonly classTotal: number;
  readonly scaledOutHours: number;
  /**
   * Instances that are billed although no table has their price. Where there are some, every total is less than the bill.
   *
   * @default - none: the totals are complete
   */
  readonly unpriced?: readonly UnpricedInstances[];
  /** What the figures leave out, a few words each. */
  readonly notIncluded: readonly string[];
  /**
   * Why there are no prices, in one sentence. Where it is set, every figure above is 0 and means nothing.
   *
   * @default - the figures are known
   */
  readonly unavailable?: string;
}

/** An instance type that Karpenter may launch for the exercise. */
export interface LaunchCandidate {
  readonly instanceType: string;
  readonly vcpu: number;
  readonly memoryMiB: number;
  readonly allocatable: Resources;
  readonly pricePerHour: number;
  readonly capacityType: string;
  readonly zones: readonly string[];
  /**
   * Whether the price was calculated from sister types, because no source had it.
   *
   * @default false
   */
  readonly isPriceDerived?: boolean;
}

/** Nodes of one instance type in the estimate. */
export interface LaunchedNodes {
  readonly instanceType: string;
  readonly count: number;
  /** Exercise pods on each of them. */
  readonly podsEach: number;
  readonly pricePerHour: number;
}

/** What Karpenter will most likely launch. An estimate: EC2 decides by price and capacity at that minute. */
export interface LaunchEstimate {
  /** Replicas the estimate is for, and whose they are: the template's, or the exercise's five where the template says 0. */
  readonly replicas: number;
  readonly replicasFrom: 'template' | 'exercise';
  readonly podRequest: Resources;
  /** What the DaemonSets take on each new node. */
  readonly daemonOverhead: Resources;
  readonly likely: readonly LaunchedNodes[];
  /** In price order, cheapest first: those that hold all the pods on one node. */
  readonly candidates: readonly LaunchCandidate[];
  /** How many instance types satisfy the NodePool at all. */
  readonly compatibleTypeCount: number;
  /** Why, one sentence a step. */
  readonly reasons: readonly string[];
  /**
   * Why there is no estimate, in one sentence. Where it is set, {@link likely} and {@link candidates} are empty and mean nothing.
   *
   * @default - there is an estimate
   */
  readonly unavailable?: string;
  /**
   * Pods that no node within the NodePool's limits can take.
   *
   * @default 0
   */
  readonly pendingPods?: number;
}

/** What a class of seats costs and needs, by its size. */
export interface ClassEstimate {
  /** Seats of the lab. 0: it has no class, and the figures say what one would cost. */
  readonly students: number;
  /** What one seat takes when its student scales out. */
  readonly seat: SeatEstimate;
  /** Classes of three sizes, and of the lab's own, smallest first. */
  readonly sizes: readonly ClassSize[];
  /** Settings that make a seat cheaper: each alone, then all of them. */
  readonly savings: readonly ClassSaving[];
  /** What all nodes of each NodePool together may have. Without a class, only the instructor's NodePool is there. */
  readonly caps: readonly NodePoolCap[];
  /**
   * Why there are no figures, in one sentence. Where it is set, {@link sizes} and {@link savings} are empty, and {@link seat} means nothing.
   *
   * @default - there are figures
   */
  readonly unavailable?: string;
}

/** What one seat takes while its five pods are scaled out. */
export interface SeatEstimate {
  readonly nodes: readonly LaunchedNodes[];
  readonly capacityType: string;
  /** vCPUs of the nodes. */
  readonly vcpus: number;
  /** USD an hour of the nodes and their volumes. */
  readonly pricePerHour: number;
  /** Addresses that the nodes take of their subnets. */
  readonly addresses: number;
}

/** A class of one size, with every seat and the instructor's own exercise scaled out. */
export interface ClassSize {
  readonly students: number;
  /** Whether the lab has as many seats. */
  readonly isOwn: boolean;
  /** Nodes that Karpenter launches. */
  readonly nodes: number;
  /** vCPUs of all nodes, the system nodes among them. */
  readonly vcpus: number;
  /** Addresses that the nodes of the seats take of their subnets. */
  readonly addresses: number;
  /** USD an hour while nothing is scaled out. */
  readonly idlePerHour: number;
  /** USD an hour of the whole lab. */
  readonly scaledOutPerHour: number;
  /** {@link scaledOutPerHour} by {@link students}: USD for an hour of one student. */
  readonly studentHour: number;
  /** USD for the hours of the plan: idle for all of them, scaled out for a part. */
  readonly total: number;
}

/** Settings that make a seat cheaper. */
export interface ClassSaving {
  /** In words: `spot capacity`, `pods of 250m CPU`, or both. */
  readonly what: string;
  /** Keys with their values, as `-c` takes them: `inflate.cpu=250m`. */
  readonly settings: readonly string[];
  readonly seat: SeatEstimate;
  /** USD that a seat costs less for an hour. */
  readonly savedPerSeatHour: number;
}

/** Limit of a NodePool. */
export interface NodePoolCap {
  readonly nodePool: string;
  /** vCPUs. @default - it has no limit */
  readonly vcpus?: number;
}

/** One resource on the time line. */
export interface TimelineEntry {
  readonly logicalId: string;
  readonly type: string;
  /** A short name for people. */
  readonly label: string;
  readonly startSeconds: number;
  readonly durationSeconds: number;
  readonly isCritical: boolean;
}

/** When the lab is ready, from the template's dependency graph and one table of typical durations. */
export interface TimeEstimate {
  readonly readySeconds: number;
  readonly criticalPath: readonly TimelineEntry[];
  /** Every resource that takes longer than a few seconds, by start. */
  readonly timeline: readonly TimelineEntry[];
  /** {@link readySeconds} over control plane + node group + Karpenter chart: 1 is the floor. */
  readonly ratioToFloor: number;
  readonly durationsSource: string;
}

/** Who reaches the Kubernetes API, and with which rights. */
export interface SecurityPosture {
  /** CIDRs that reach the public endpoint; empty when it is private. */
  readonly apiAccess: readonly string[];
  readonly endpoint: 'public and private' | 'private';
  /** Principals with cluster-admin, as in the access entries. */
  readonly admins: readonly string[];
  /** Further facts, one sentence each: IMDSv2, Pod Identity, policies. */
  readonly facts: readonly string[];
}

/** Something to change or to know before money is spent. */
export interface PlanWarning {
  /** PascalCase code, a heading of the runbook. */
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** What the stack tells the guard, as properties of its custom resource. */
export interface GuardProperties {
  /** Cluster that is drained. */
  readonly ClusterName: string;
  /** Namespace of Karpenter's Deployment. */
  readonly ControllerNamespace: string;
  /** Name of Karpenter's Deployment. */
  readonly ControllerName: string;
}

/** A request of CloudFormation, as the provider framework passes it on, as far as the guard reads it. */
export interface GuardEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  /** @default - the resource is being created */
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: GuardProperties;
  /** When the drain began, as ISO 8601: what {@link onEvent} answered. @default - it is not a deletion */
  readonly DrainStartedAt?: string;
}

/** What the guard answers when it hears of a request. */
export interface GuardBegun {
  readonly PhysicalResourceId: string;
  /** Passed on to every later call by the framework. @default - it is not a deletion */
  readonly DrainStartedAt?: string;
}

/** Never another id: CloudFormation would delete the old resource after an update, and the class would be drained. */
const PHYSICAL_ID = 'drain-guard';

/** Begins: there is something to do only on deletion, and then the time counts from now. */
export function begin({ RequestType, PhysicalResourceId = PHYSICAL_ID }: GuardEvent, now: Date): GuardBegun {
  return RequestType === 'Delete' ? { PhysicalResourceId, DrainStartedAt: now.toISOString() } : { PhysicalResourceId };
}

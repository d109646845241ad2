/** Something that CloudFormation says about a stack or a resource of it. */
export interface StackEvent {
  readonly id: string;
  readonly logicalId: string;
  /** Empty as long as the resource has none. */
  readonly physicalId: string;
  /** CloudFormation type, such as `AWS::EKS::Cluster`. */
  readonly type: string;
  /** Such as `CREATE_IN_PROGRESS`. */
  readonly status: string;
  /** @default - CloudFormation gives none */
  readonly reason?: string;
  /** Milliseconds since 1970. */
  readonly atMillis: number;
  /** Whether it is about the stack itself. */
  readonly isOfStack: boolean;
}

/** Statuses of a stack with which CloudFormation begins to work on it. */
const BEGINNINGS: readonly string[] = ['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'DELETE_IN_PROGRESS'];

/** Whether CloudFormation begins to work on the stack with this event. */
export function isBeginning({ isOfStack, status }: StackEvent): boolean {
  return isOfStack && BEGINNINGS.includes(status);
}

/** Whether CloudFormation has ended its work on the stack with this event. */
export function isEnd({ isOfStack, status }: StackEvent): boolean {
  return isOfStack && !status.endsWith('_IN_PROGRESS');
}

import type { BootstrapRequirement } from '../../assembly/bootstrap-requirement';
import type { LabView } from '../../assembly/lab-view';
import type { AwsCaller } from '../../aws/caller';
import type { DeployedResource, DeployedStack } from '../../aws/deployed-stack';
import type { LabAws } from '../../aws/lab-aws';
import type { LaunchEstimate } from '../plan-result';
import type { CheckFinding } from '../preflight-result';
import type { LocalTools } from './local-tools';

/** The stack of the lab where it is deployed already, with its resources. */
export interface StackInPlace extends DeployedStack {
  readonly resources: readonly DeployedResource[];
}

/** What checks look at. Everything is read; nothing is changed. */
export interface CheckContext {
  readonly lab: LabView;
  readonly aws: LabAws;
  readonly tools: LocalTools;
  /** What Karpenter will most likely launch for the exercise. */
  readonly launch: LaunchEstimate;
  /** @default - the stack asks nothing of the CDK's bootstrap stack */
  readonly bootstrap?: BootstrapRequirement;
  /** Who asks; the request is made once. */
  readonly caller: () => Promise<AwsCaller>;
  /** The stack of the lab where it is deployed already; the requests are made once. */
  readonly stack: () => Promise<StackInPlace | undefined>;
  readonly today: Date;
  /** Aborted when the user interrupts. @default - it cannot be interrupted */
  readonly signal?: AbortSignal;
}

/** One thing to know before money is spent. */
export interface Check {
  /** A noun, the same each time: it is how scripts find the check. */
  readonly name: string;
  /** Whether it asks AWS, so that it makes no sense without credentials of the right account. */
  readonly asksAws: boolean;
  /** @throws LabError where it cannot be made */
  readonly run: (context: CheckContext) => CheckFinding | Promise<CheckFinding>;
}

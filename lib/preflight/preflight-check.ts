import type { LabView } from '../assembly/lab-view';
import type { BootstrapRequirement } from '../assembly/read-assembly';
import type { DeployedResource, DeployedStack } from '../aws/deployed-lab';
import type { AwsCaller, LabAws } from '../aws/lab-aws';
import { LabError } from '../lab-error';
import type { SeatFigures } from '../plan/class-estimate';
import type { LaunchEstimate } from '../plan/plan-result';
import type { RunContext } from '../run-context';

/** Versions of the programs on this computer. */
export interface LocalTools {
  /** Such as `20.19.4`. */
  readonly node: string;
  /** Such as `1.35.2`. Undefined where kubectl is missing or does not answer. */
  readonly kubectl: () => Promise<string | undefined>;
  /** Such as `2.31.0`. Undefined where the AWS CLI is missing or does not answer. */
  readonly awsCli: () => Promise<string | undefined>;
}

/**
 * How a check came out.
 *
 * - `pass`: nothing to do;
 * - `warn`: a deployment works, but something about the class may not, or the check could not be made;
 * - `fail`: a deployment would fail, or would meet what an earlier class left behind, or its class could not be opened.
 */
export type CheckOutcome = 'pass' | 'warn' | 'fail';

/** What a check found. */
export interface CheckFinding {
  readonly outcome: CheckOutcome;
  /** What was seen, with its figures, as sentences. */
  readonly evidence: string;
  /**
   * What to do about it, as an instruction.
   *
   * @default - nothing needs to be done
   */
  readonly remedy?: string;
}

/** A check by its name, with what it found. */
export interface PreflightCheck extends CheckFinding {
  readonly name: string;
}

/** Whether the lab can be deployed. */
export interface PreflightResult {
  readonly stackName: string;
  readonly clusterName: string;
  readonly region: string;
  /**
   * Account that the credentials belong to, twelve digits.
   *
   * @default - unknown: there are no valid credentials
   */
  readonly account?: string;
  /** Every check, in the order in which an instructor wants to read them. */
  readonly checks: readonly PreflightCheck[];
  /** The worst outcome of all checks. */
  readonly verdict: CheckOutcome;
}

/** The stack of the lab where it is deployed already, with its resources. */
export interface StackInPlace extends DeployedStack {
  readonly resources: readonly DeployedResource[];
}

/** What checks look at. Everything is read; nothing is changed. */
export interface CheckContext {
  readonly lab: LabView;
  readonly aws: LabAws;
  /** Absolute path of the folder of the lab: paths in `lab.yaml` are relative to it. */
  readonly projectDirectory: string;
  readonly tools: LocalTools;
  /** What Karpenter will most likely launch for the exercise. */
  readonly launch: LaunchEstimate;
  /** What a seat of the class takes while it is scaled out. */
  readonly seat: SeatFigures;
  /** @default - the stack asks nothing of the CDK's bootstrap stack */
  readonly bootstrap?: BootstrapRequirement;
  /** Who asks; the request is made once. */
  readonly caller: () => Promise<AwsCaller>;
  /** The stack of the lab where it is deployed already; the requests are made once. */
  readonly stack: () => Promise<StackInPlace | undefined>;
  readonly run: RunContext;
}

/** What is known of the stack of the lab. */
export interface OwnStack {
  /** False where CloudFormation did not say: the check of the stack tells why. */
  readonly isKnown: boolean;
  /** @default - the lab is not deployed, or nothing is known of it */
  readonly stack?: StackInPlace;
}

/** The stack of the lab, for checks that have something to say without it too. */
export async function ownStack({ stack, run }: CheckContext): Promise<OwnStack> {
  try {
    return { isKnown: true, stack: await stack() };
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof LabError) return { isKnown: false };
    throw error;
  }
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

/** Nothing to do. */
export function passed(evidence: string): CheckFinding {
  return { outcome: 'pass', evidence };
}

/** A deployment works, but something about the class may not. */
export function warned(evidence: string, remedy: string): CheckFinding {
  return { outcome: 'warn', evidence, remedy };
}

/** A deployment would fail, or be of no use. */
export function failed(evidence: string, remedy: string): CheckFinding {
  return { outcome: 'fail', evidence, remedy };
}

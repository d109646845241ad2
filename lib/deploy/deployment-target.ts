import type { LabView } from '../assembly/lab-view';
import type { StackOutput } from '../assembly/synthesized-stack';
import { deployedStack, stackReadiness } from '../aws/deployed-lab';
import { checkedCaller, type LabAws } from '../aws/lab-aws';
import { LabError } from '../lab-error';
import { checkNamespaces, type DeploymentWarning } from './deployed-namespaces';

/** Where a deployment goes, and what CloudFormation has there. Nothing has been changed yet. */
export interface DeploymentTarget {
  readonly stackName: string;
  readonly clusterName: string;
  readonly region: string;
  /** Account of the credentials, twelve digits. */
  readonly account: string;
  /**
   * - `create`: there is no such stack yet;
   * - `update`: there is one;
   * - `follow`: CloudFormation is at work on it already.
   */
  readonly mode: 'create' | 'update' | 'follow';
  /**
   * Status in which an earlier deployment without rollback left the stack: `CREATE_FAILED` or `UPDATE_FAILED`. What comes now
   * goes on from what was made, and is not rolled back either.
   *
   * @default - none has failed there, or what it made was taken back
   */
  readonly keptStatus?: string;
  /** What to know before it is changed. @default - nothing */
  readonly warnings?: readonly DeploymentWarning[];
}

/** A deployment that came to a good end. */
export interface DeployResult extends Omit<DeploymentTarget, 'mode' | 'keptStatus' | 'warnings'> {
  readonly outcome: 'created' | 'updated' | 'unchanged';
  /** Whether CloudFormation was at work already, and was only followed. */
  readonly isFollowed: boolean;
  /** From the first event of CloudFormation to its last; 0 where nothing changed. */
  readonly durationSeconds: number;
  readonly outputs: readonly StackOutput[];
  /** Commands for a shell that wants to use the cluster. */
  readonly accessLines: readonly string[];
  /** @default - the kubeconfig was not asked for */
  readonly kubeconfig?: KubeconfigUpdate;
}

/** What became of the kubeconfig. */
export interface KubeconfigUpdate {
  readonly isUpdated: boolean;
  /** What was said, in one sentence. */
  readonly detail: string;
}

/**
 * Where the lab goes, and what is there. It only asks.
 *
 * @throws LabError `AccountNotConfigured`, `StackNotDeployable`, `KarpenterNamespaceChanged`, or what `awsFailure` says
 */
export async function findTarget(aws: LabAws, lab: LabView): Promise<DeploymentTarget> {
  const { stackName, region } = lab.stack;
  const { account } = await checkedCaller(aws, lab.stack.account);
  const stack = await deployedStack(aws.cloudFormation, stackName);
  const target = { stackName, clusterName: lab.cluster.name, region, account };
  if (stack === undefined) return { ...target, mode: 'create' };
  const readiness = stackReadiness(stack.status);
  switch (readiness.kind) {
    case 'blocked': throw new LabError({
      code: 'StackNotDeployable',
      message: `Stack ${stackName} is ${stack.status}. ${readiness.meaning}`,
      received: stack.status,
      remedy: readiness.remedy,
    });
    case 'creating':
    case 'updating': return { ...target, mode: 'follow' };
    case 'unstarted': return { ...target, mode: 'create' };
    case 'usable': return { ...target, mode: 'update', warnings: await checkNamespaces(aws, lab) };
    case 'kept': return { ...target, mode: 'update', keptStatus: stack.status, warnings: await checkNamespaces(aws, lab) };
  }
}

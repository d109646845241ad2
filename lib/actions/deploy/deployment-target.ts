import type { LabView } from '../../assembly/lab-view';
import { checkedCaller } from '../../aws/caller';
import { deployedStack } from '../../aws/deployed-stack';
import type { LabAws } from '../../aws/lab-aws';
import { stackReadiness } from '../../aws/stack-status';
import { LabError } from '../../lab-error';
import type { DeploymentTarget } from '../deploy-result';

/**
 * Where the lab goes, and what is there. It only asks.
 *
 * @throws LabError `AccountNotConfigured`, `StackNotDeployable`, or what `awsFailure` says
 */
export async function findTarget(aws: LabAws, lab: LabView, signal?: AbortSignal): Promise<DeploymentTarget> {
  const { stackName, region } = lab.stack;
  const { account } = await checkedCaller(aws, lab.stack.account, signal);
  const stack = await deployedStack(aws.cloudFormation, stackName, signal);
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
    case 'usable': return { ...target, mode: 'update' };
  }
}

import { readLab } from '../assembly/lab-view';
import { readAssembly } from '../assembly/read-assembly';
import { deployedStack } from '../aws/deployed-lab';
import { connectAws, type LabAws } from '../aws/lab-aws';
import { isBeginning } from '../aws/stack-events';
import type { RunContext } from '../run-context';
import { deploymentNotStarted } from './deployment-failure';
import { type DeploymentTarget, type DeployResult, findTarget } from './deployment-target';
import { accessLines, deployedOutputs, updateKubeconfig } from './kubeconfig';
import { runDeployment } from './run-deployment';
import { toolkitDeploy, type ToolkitDeployOptions } from './toolkit-deploy';

/** Which lab is meant. */
export interface DeploymentTargetOptions {
  /** The folder that `cdk synth` wrote. */
  readonly assemblyDirectory: string;
}

/** How to deploy it. */
export interface DeployOptions extends DeploymentTargetOptions {
  /** Environment of the AWS CLI. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Add the cluster to the kubeconfig afterwards. @default false */
  readonly updateKubeconfig?: boolean;
  /**
   * Leave what was made where it is when the deployment fails, so that the failure can be read there. It is billed. A stack that
   * was left so before is never rolled back.
   *
   * @default false
   */
  readonly keepFailed?: boolean;
  /** Makes the CDK's toolkit. @default - the installed one */
  readonly loadToolkit?: ToolkitDeployOptions['loadToolkit'];
  /** Seconds between two looks at the events. @default 5 */
  readonly pollSeconds?: number;
  /** Called with what the user should know at once. @default - nobody listens */
  readonly onNote?: (text: string) => void;
}

const DEFAULT_POLL_SECONDS = 5;

/**
 * Where a lab would be deployed, and what is there. It only asks.
 *
 * @throws LabError `AssemblyNotFound`, `AssemblyUnreadable`, `AccountNotConfigured`, `StackNotDeployable`, `KarpenterNamespaceChanged`, or what `awsFailure` says
 */
export async function deploymentTarget({ assemblyDirectory }: DeploymentTargetOptions, run: RunContext): Promise<DeploymentTarget> {
  const lab = readLab(readAssembly(assemblyDirectory));
  return connected(lab.stack.region, run, (aws) => findTarget(aws, lab));
}

/**
 * Deploys the lab of an assembly by the CDK, or follows a deployment that is under way, and reports what CloudFormation does.
 *
 * @throws LabError what {@link deploymentTarget} throws, `DeploymentFailed` or `DeploymentNotStarted`
 */
export async function deploy(options: DeployOptions, run: RunContext): Promise<DeployResult> {
  const { region } = readAssembly(options.assemblyDirectory);
  return connected(region, run, (aws) => deployTo(aws, options, run));
}

/** {@link deploy} by clients that are connected already. */
export async function deployTo(aws: LabAws, options: DeployOptions, run: RunContext): Promise<DeployResult> {
  const { assemblyDirectory, env, onNote = () => undefined } = options;
  const lab = readLab(readAssembly(assemblyDirectory));
  const { mode, keptStatus, stackName, clusterName, account } = await findTarget(aws, lab);
  const target = { stackName, clusterName, region: aws.region, account };
  // The CDK would roll a stack back that stopped half made, before it deploys with rollback. That takes the evidence, and half an hour.
  const keepFailed = options.keepFailed === true || keptStatus !== undefined;
  const { events, durationSeconds } = await runDeployment({
    aws,
    lab,
    target: { ...target, mode },
    keepFailed,
    startCdk: (stop) => toolkitDeploy({
      assemblyDirectory,
      keepFailed,
      credentials: { provider: aws.cloudFormation.config.credentials, region: aws.region },
      loadToolkit: options.loadToolkit,
    }, { ...run, signal: stop }),
    onNote,
    pollSeconds: options.pollSeconds ?? DEFAULT_POLL_SECONDS,
  }, run);
  const stack = await deployedStack(aws.cloudFormation, stackName);
  const beginning = events.find(isBeginning);
  if (keptStatus !== undefined && beginning === undefined) throw deploymentNotStarted(stackName, `The stack is still ${stack?.status ?? keptStatus}, and CloudFormation found nothing to change`);
  return {
    ...target,
    outcome: beginning === undefined ? 'unchanged' : beginning.status === 'CREATE_IN_PROGRESS' ? 'created' : 'updated',
    isFollowed: mode === 'follow',
    durationSeconds,
    outputs: deployedOutputs(lab, stack?.outputs ?? {}),
    accessLines: accessLines(lab),
    ...(options.updateKubeconfig === true && { kubeconfig: await updateKubeconfig({ lab, env }, run) }),
  };
}

async function connected<T>(region: string, run: RunContext, work: (aws: LabAws) => Promise<T>): Promise<T> {
  const aws = connectAws(region, run);
  try {
    return await work(aws);
  } finally {
    aws.close();
  }
}

import { readLab } from '../assembly/lab-view';
import { readAssembly } from '../assembly/read-assembly';
import { deployedStack } from '../aws/deployed-lab';
import { connectAws, type LabAws } from '../aws/lab-aws';
import { ignoreProgress, type ProgressListener } from '../progress';
import { type DeploymentTarget, type DeployResult, findTarget } from './deployment-target';
import { accessLines, deployedOutputs, updateKubeconfig } from './kubeconfig';
import { runDeployment } from './run-deployment';
import { isBeginning } from '../aws/stack-events';
import { toolkitDeploy, type ToolkitDeployOptions } from './toolkit-deploy';
import type { RunContext } from '../run-context';

/** Which lab is meant. */
export interface DeploymentTargetOptions {
  /** The folder that `cdk synth` wrote. */
  readonly assemblyDirectory: string;
  /** Aborted when the user interrupts. @default - it cannot be interrupted */
  readonly signal?: AbortSignal;
}

/** How to deploy it. */
export interface DeployOptions extends DeploymentTargetOptions {
  /** Environment of the AWS CLI. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Add the cluster to the kubeconfig afterwards. @default false */
  readonly updateKubeconfig?: boolean;
  /** Makes the CDK's toolkit. @default - the installed one */
  readonly loadToolkit?: ToolkitDeployOptions['loadToolkit'];
  /** Seconds between two looks at the events. @default 5 */
  readonly pollSeconds?: number;
  /** Milliseconds since 1970. @default - the clock of this computer */
  readonly nowMillis?: () => number;
  /** @default - nobody watches */
  readonly onProgress?: ProgressListener;
  /** Told what the user should know at once. @default - nobody listens */
  readonly onNote?: (text: string) => void;
}

const DEFAULT_POLL_SECONDS = 5;

/**
 * Where a lab would be deployed, and what is there. It only asks.
 *
 * @throws LabError `AssemblyNotFound`, `AssemblyUnreadable`, `AccountNotConfigured`, `StackNotDeployable`, or what `awsFailure` says
 */
export async function deploymentTarget({ assemblyDirectory, signal }: DeploymentTargetOptions): Promise<DeploymentTarget> {
  const lab = readLab(readAssembly(assemblyDirectory));
  return connected(lab.stack.region, { signal }, (aws) => findTarget(aws, lab));
}

/**
 * Deploys the lab of an assembly by the CDK, or follows a deployment that is under way, and tells what CloudFormation does.
 *
 * @throws LabError what {@link deploymentTarget} throws, `DeploymentFailed` or `DeploymentNotStarted`
 */
export async function deploy(options: DeployOptions): Promise<DeployResult> {
  const { region } = readAssembly(options.assemblyDirectory);
  return connected(region, options, (aws) => deployTo(aws, options));
}

/** {@link deploy} by clients that are connected already. */
export async function deployTo(aws: LabAws, options: DeployOptions): Promise<DeployResult> {
  const { assemblyDirectory, env, signal, onProgress = ignoreProgress, onNote = () => undefined } = options;
  const lab = readLab(readAssembly(assemblyDirectory));
  const { mode, ...target } = await findTarget(aws, lab);
  const { events, durationSeconds } = await runDeployment({
    aws,
    lab,
    target: { ...target, mode },
    startCdk: (stop) => toolkitDeploy({
      assemblyDirectory,
      credentials: { provider: aws.cloudFormation.config.credentials, region: aws.region },
      onProgress,
      signal: stop,
      loadToolkit: options.loadToolkit,
    }),
    onProgress,
    onNote,
    pollSeconds: options.pollSeconds ?? DEFAULT_POLL_SECONDS,
    nowMillis: options.nowMillis ?? Date.now,
    signal,
  });
  const stack = await deployedStack(aws.cloudFormation, target.stackName);
  const beginning = events.find(isBeginning);
  return {
    ...target,
    outcome: beginning === undefined ? 'unchanged' : beginning.status === 'CREATE_IN_PROGRESS' ? 'created' : 'updated',
    isFollowed: mode === 'follow',
    durationSeconds,
    outputs: deployedOutputs(lab, stack?.outputs ?? {}),
    accessLines: accessLines(lab),
    ...(options.updateKubeconfig === true && { kubeconfig: await updateKubeconfig({ lab, env, signal }) }),
  };
}

async function connected<T>(region: string, run: Pick<Partial<RunContext>, 'signal'>, work: (aws: LabAws) => Promise<T>): Promise<T> {
  const aws = connectAws(region, run);
  try {
    return await work(aws);
  } finally {
    aws.close();
  }
}

import { readBootstrapRequirement } from '../assembly/bootstrap-requirement';
import { readLab } from '../assembly/lab-view';
import { readAssembly } from '../assembly/read-assembly';
import { checkedCaller, type AwsCaller } from '../aws/caller';
import { deployedResources, deployedStack } from '../aws/deployed-stack';
import { connectAws, type LabAws } from '../aws/lab-aws';
import { priceTableOf } from '../estimates/price-table';
import { ignoreProgress, type ProgressListener } from '../progress';
import { estimateLaunch } from './plan/launch-estimate';
import type { CheckOutcome, PreflightCheck, PreflightResult } from './preflight-result';
import type { CheckContext, StackInPlace } from './preflight/check';
import { localTools, type LocalTools } from './preflight/local-tools';
import { PREFLIGHT_CHECKS } from './preflight/preflight-checks';
import { runChecks } from './preflight/run-checks';

/** What to check. */
export interface PreflightOptions {
  /** The folder that `cdk synth` wrote. */
  readonly assemblyDirectory: string;
  /** Environment in which local tools are looked for. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @default - the tools that a shell would find */
  readonly tools?: LocalTools;
  /** @default - now */
  readonly today?: Date;
  /** @default - nobody watches */
  readonly onProgress?: ProgressListener;
  /** Aborted when the user interrupts. @default - it cannot be interrupted */
  readonly signal?: AbortSignal;
}

/**
 * Checks whether the lab of an assembly can be deployed into the account of the credentials. It only asks: nothing is changed.
 *
 * @throws LabError `AssemblyNotFound` or `AssemblyUnreadable`; what AWS refuses is a finding, not an error
 */
export async function preflight(options: PreflightOptions): Promise<PreflightResult> {
  const stack = readAssembly(options.assemblyDirectory);
  const aws = connectAws(stack.region);
  try {
    return await preflightIn(aws, options);
  } finally {
    aws.close();
  }
}

/** {@link preflight} by clients that are connected already. */
export async function preflightIn(aws: LabAws, options: PreflightOptions): Promise<PreflightResult> {
  const { assemblyDirectory, env, today = new Date(), onProgress = ignoreProgress, signal } = options;
  const lab = readLab(readAssembly(assemblyDirectory));
  const { stackName, region, account } = lab.stack;
  const caller = once(() => checkedCaller(aws, account, signal));
  const context: CheckContext = {
    lab,
    aws,
    tools: options.tools ?? localTools(env, signal),
    launch: estimateLaunch(lab, priceTableOf(region)),
    bootstrap: readBootstrapRequirement(assemblyDirectory),
    caller,
    stack: once(() => stackInPlace(aws, stackName, signal)),
    today,
    signal,
  };
  const checks = await runChecks(PREFLIGHT_CHECKS, context, onProgress);
  return {
    stackName,
    clusterName: lab.cluster.name,
    region,
    account: await accountOf(caller, checks),
    checks,
    verdict: worst(checks),
  };
}

/** The check of the credentials has told why there is none. */
async function accountOf(caller: () => Promise<AwsCaller>, [credentials]: readonly PreflightCheck[]): Promise<string | undefined> {
  return credentials?.outcome === 'pass' ? (await caller()).account : undefined;
}

async function stackInPlace(aws: LabAws, stackName: string, signal?: AbortSignal): Promise<StackInPlace | undefined> {
  const stack = await deployedStack(aws.cloudFormation, stackName, signal);
  return stack === undefined ? undefined : { ...stack, resources: await deployedResources(aws.cloudFormation, stackName, signal) };
}

function worst(checks: readonly PreflightCheck[]): CheckOutcome {
  const outcomes = new Set(checks.map(({ outcome }) => outcome));
  if (outcomes.has('fail')) return 'fail';
  return outcomes.has('warn') ? 'warn' : 'pass';
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => answer ??= ask();
}

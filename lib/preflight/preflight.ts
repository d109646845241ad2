import { readLab } from '../assembly/lab-view';
import { readAssembly, readBootstrapRequirement } from '../assembly/read-assembly';
import { AwsRequestFailed } from '../aws/aws-failure';
import { deployedResources, deployedStack } from '../aws/deployed-lab';
import { type AwsCaller, checkedCaller, connectAws, type LabAws } from '../aws/lab-aws';
import { forEachBounded } from '../wait-for';
import { LabError } from '../lab-error';
import { estimateSeat } from '../plan/class-estimate';
import { estimateLaunch } from '../plan/launch-estimate';
import { priceTableOf } from '../plan/price-table';
import type { RunContext } from '../run-context';
import { bootstrapCheck, credentialsCheck, leftoverInstancesCheck, spotRoleCheck, stackCheck } from './account-checks';
import { accessCheck, adminsCheck } from './admin-checks';
import { awsCliCheck, kubectlCheck, localTools, nodeCheck, rosterCheck } from './computer-checks';
import { imagesCheck } from './image-checks';
import { clusterNameCheck, iamNamesCheck, logGroupNameCheck, queueNameCheck, scheduleNameCheck } from './name-checks';
import { addressQuotaCheck, natGatewayQuotaCheck, seatAddressesCheck, vpcQuotaCheck } from './network-quotas';
import { addOnVersionsCheck, instanceTypesCheck, kubernetesVersionCheck, zonesCheck } from './offering-checks';
import {
  type Check, type CheckContext, type CheckFinding, type CheckOutcome, type LocalTools, type PreflightCheck, type PreflightResult, type StackInPlace,
  warned,
} from './preflight-check';
import { teardownRightsCheck } from './teardown-rights-check';
import { familyQuotasCheck, onDemandQuotaCheck, spotQuotaCheck } from './vcpu-quotas';

/*
 * Checks of the account and of this computer before money is spent. They are one table, and they only ask.
 */

/** Every check after that of the credentials, in the order in which an instructor wants to read them. */
export const PREFLIGHT_CHECKS: readonly Check[] = [
  bootstrapCheck,
  stackCheck,
  accessCheck,
  adminsCheck,
  teardownRightsCheck,
  onDemandQuotaCheck,
  spotQuotaCheck,
  familyQuotasCheck,
  vpcQuotaCheck,
  addressQuotaCheck,
  natGatewayQuotaCheck,
  seatAddressesCheck,
  zonesCheck,
  instanceTypesCheck,
  kubernetesVersionCheck,
  addOnVersionsCheck,
  imagesCheck,
  spotRoleCheck,
  clusterNameCheck,
  iamNamesCheck,
  queueNameCheck,
  logGroupNameCheck,
  scheduleNameCheck,
  leftoverInstancesCheck,
  rosterCheck,
  kubectlCheck,
  nodeCheck,
  awsCliCheck,
];

/** What to check. */
export interface PreflightOptions {
  /** The folder that `cdk synth` wrote. */
  readonly assemblyDirectory: string;
  /** Absolute path of the folder of the lab: paths in `lab.yaml` are relative to it. */
  readonly projectDirectory: string;
  /** Environment in which local tools are looked for. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @default - the tools that a shell would find */
  readonly tools?: LocalTools;
}

/**
 * Checks whether the lab of an assembly can be deployed into the account of the credentials. It only asks: nothing is changed.
 *
 * @throws LabError `AssemblyNotFound` or `AssemblyUnreadable`; what AWS refuses is a finding, not an error
 */
export async function preflight(options: PreflightOptions, run: RunContext): Promise<PreflightResult> {
  const stack = readAssembly(options.assemblyDirectory);
  const aws = connectAws(stack.region, run);
  try {
    return await preflightIn(aws, options, run);
  } finally {
    aws.close();
  }
}

/** {@link preflight} with clients that are already connected. */
export async function preflightIn(aws: LabAws, options: PreflightOptions, run: RunContext): Promise<PreflightResult> {
  const { assemblyDirectory, projectDirectory, env } = options;
  const lab = readLab(readAssembly(assemblyDirectory));
  const { stackName, region, account } = lab.stack;
  const caller = once(() => checkedCaller(aws, account));
  const context: CheckContext = {
    lab,
    aws,
    projectDirectory,
    tools: options.tools ?? localTools(env, run),
    launch: estimateLaunch(lab, priceTableOf(region)),
    seat: estimateSeat(lab, priceTableOf(region)),
    bootstrap: readBootstrapRequirement(assemblyDirectory),
    caller,
    stack: once(() => stackInPlace(aws, stackName)),
    run,
  };
  const checks = await runChecks(PREFLIGHT_CHECKS, context);
  return {
    stackName,
    clusterName: lab.cluster.name,
    region,
    account: await accountOf(caller, checks),
    checks,
    verdict: worst(checks),
  };
}

/** The account of the credentials; undefined where their check, the first one, did not pass. */
async function accountOf(caller: () => Promise<AwsCaller>, [credentials]: readonly PreflightCheck[]): Promise<string | undefined> {
  return credentials?.outcome === 'pass' ? (await caller()).account : undefined;
}

async function stackInPlace(aws: LabAws, stackName: string): Promise<StackInPlace | undefined> {
  const stack = await deployedStack(aws.cloudFormation, stackName);
  return stack === undefined ? undefined : { ...stack, resources: await deployedResources(aws.cloudFormation, stackName) };
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

/** Checks that run at once: enough to be quick, few enough for AWS not to refuse them. */
const AT_ONCE = 6;

/** The remedy stands once, with the credentials. */
const NOT_ASKED: CheckFinding = { outcome: 'warn', evidence: `Not checked: see ${credentialsCheck.name}.` };

const STEP = 'Check the account';

/**
 * Runs all checks, those of the credentials first. A check that cannot be made is a warning with its reason: no check ends
 * the others.
 *
 * @throws the signal's reason when it is interrupted
 */
export async function runChecks(checks: readonly Check[], context: CheckContext): Promise<readonly PreflightCheck[]> {
  const { onProgress, signal } = context.run;
  onProgress({ step: STEP, state: 'started' });
  const credentials = { name: credentialsCheck.name, ...await credentialsCheck.run(context) };
  signal.throwIfAborted();
  const findings = new Map<string, CheckFinding>();
  await forEachBounded(checks, AT_ONCE, async (check) => {
    const isPossible = !check.asksAws || credentials.outcome === 'pass';
    findings.set(check.name, isPossible ? await findingOf(check, context) : NOT_ASKED);
    signal.throwIfAborted();
    onProgress({ step: STEP, state: 'running', detail: check.name, fraction: findings.size / checks.length });
  });
  onProgress({ step: STEP, state: 'finished', detail: `${checks.length + 1} checks` });
  return [credentials, ...checks.flatMap(({ name }) => {
    const finding = findings.get(name);
    return finding === undefined ? [] : [{ name, ...finding }];
  })];
}

async function findingOf(check: Check, context: CheckContext): Promise<CheckFinding> {
  try {
    return await check.run(context);
  } catch (error) {
    context.run.signal.throwIfAborted();
    if (!(error instanceof LabError)) throw error;
    const action = error instanceof AwsRequestFailed && typeof error.received === 'string' ? ` (${error.received})` : '';
    const [reason] = error.message.split('\n');
    return warned(`Not checked${action}: ${reason}`, error.remedy);
  }
}

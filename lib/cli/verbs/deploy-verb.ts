import type { DeploymentTarget, DeployResult } from '../../deploy/deployment-target';
import type { PlanResult } from '../../plan/plan-result';
import type { PreflightResult } from '../../preflight/preflight-check';
import { counted, durationText, hourlyText, moreThan } from '../../words';
import { assemblyFlag, type AssemblyFlags, assemblyToDeploy } from '../assembly-flag';
import { ExitCode, UsageError } from '../errors';
import { confirmed, contextFlag, yesFlag, type YesFlags } from '../flags';
import { adminsText, apiExposure } from '../plan/plan-sentences';
import { printableText, type TextLayout } from '../terminal/text-layout';
import { paragraph, sectionHeading } from '../terminal/text-section';
import { textTable } from '../terminal/text-table';
import type { Invocation, Verb, VerbOutcome } from '../verb';
import { notPassedText } from './preflight-verb';

interface DeployFlags extends AssemblyFlags, YesFlags {
  readonly skipPreflight?: boolean;
  readonly updateKubeconfig?: boolean;
}

/** `lab deploy`: preflight, then the deployment, told as it goes. */
export const deployVerb: Verb = {
  name: 'deploy',
  summary: 'check the account, deploy the lab, and tell how far it is; follows a deployment under way',
  description: 'Synthesizes the lab, runs the preflight, shows what a deployment costs and who could reach it, asks, and deploys through '
    + 'the CDK. It tells the progress by concern, the time left, and of a failure the first cause. Where CloudFormation is at work '
    + 'on the lab already, it follows that.',
  flags: [
    { ...assemblyFlag, summary: 'deploy this synthesized assembly as it is (default: synthesize into "cdk.out" first)' },
    contextFlag,
    yesFlag,
    { flags: '--skip-preflight', summary: 'deploy without checking the account first' },
    { flags: '--update-kubeconfig', summary: 'afterwards add the cluster to the kubeconfig, by the AWS CLI' },
  ],
  run: runDeploy,
};

async function runDeploy(invocation: Invocation): Promise<VerbOutcome> {
  const { host, note, progress, show } = invocation;
  const flags = invocation.flags<DeployFlags>();
  const assemblyDirectory = await assemblyToDeploy(flags, invocation);
  const options = { assemblyDirectory, signal: host.signal };
  const target = await host.actions.deploymentTarget(options);
  if (target.mode === 'follow') {
    note(`CloudFormation is at work on stack ${target.stackName} already: this follows it.`);
  } else {
    const preflight = flags.skipPreflight === true ? undefined : await host.actions.preflight({ ...options, onProgress: progress });
    if (preflight?.verdict === 'fail') return stopped(target, preflight);
    const plan = await host.actions.plan({ assemblyDirectory });
    checkDeadline(plan, note);
    show((layout) => deploySummary({ target, plan, preflight }, layout));
    if (!await confirmed(deployQuestion(target, plan), flags, invocation)) return declined(target);
  }
  host.signal.throwIfAborted();
  const result = await host.actions.deploy({ ...options, updateKubeconfig: flags.updateKubeconfig, onProgress: progress, onNote: note });
  return { result, text: (layout) => deployedText(result, layout), exitCode: ExitCode.Ok };
}

/** A deadline that has passed would fail in CloudFormation after some minutes; one that comes soon is said in time. */
function checkDeadline({ warnings }: PlanResult, note: (text: string) => void): void {
  for (const warning of warnings) {
    if (warning.code === 'ExpiryPassed') throw new UsageError(warning);
    if (warning.code === 'ExpirySoon') note(`${warning.message} ${warning.remedy}`);
  }
}

function stopped(target: DeploymentTarget, preflight: PreflightResult): VerbOutcome {
  return { result: { target, outcome: 'stopped', preflight }, text: (layout) => stoppedText(preflight, layout), exitCode: ExitCode.Failed };
}

function declined(target: DeploymentTarget): VerbOutcome {
  return { result: { target, outcome: 'declined' }, text: ({ style }) => [style.muted('Nothing was deployed.')], exitCode: ExitCode.Failed };
}

/** What is known before a deployment. */
export interface DeploySummary {
  readonly target: DeploymentTarget;
  readonly plan: PlanResult;
  /** @default - it was skipped */
  readonly preflight?: PreflightResult;
}

/** What will be made where, what it costs, who could reach it, and what the preflight warns of. */
export function deploySummary({ target, plan, preflight }: DeploySummary, layout: TextLayout): readonly string[] {
  const resources = plan.concerns.reduce((sum, { resourceCount }) => sum + resourceCount, 0);
  const exposure = apiExposure(plan.security);
  const warnings = preflight === undefined ? ['  The preflight was skipped.'] : notPassedText(preflight, layout);
  return [
    sectionHeading(target.mode === 'create' ? 'Deploy' : 'Update', `account ${target.account}, ${target.region}`, layout),
    ...textTable([{ paint: layout.style.name }, { isFlexible: true }], [
      { cells: ['Stack', `${target.stackName}: ${counted(resources, 'resource')}, EKS ${plan.lab.kubernetesVersion}, Karpenter ${plan.lab.karpenterVersion}`] },
      { cells: ['Costs', costText(plan)] },
      { cells: ['Kubernetes API', `reached ${exposure.text}`] },
      { cells: ['Cluster admins', adminsText(plan.security)] },
      { cells: ['Ready in', target.mode === 'create' ? `about ${durationText(plan.time.readySeconds)} (estimate)` : 'a time that depends on what has changed'] },
    ], layout),
    ...(warnings.length === 0 ? [] : ['', ...warnings]),
    '',
  ];
}

/** The question that is asked before anything is made. */
export function deployQuestion({ stackName, account, region, mode }: DeploymentTarget, { cost }: PlanResult): string {
  const price = cost.unavailable === undefined ? `${moreThan(cost)}${hourlyText(cost.idlePerHour)} until it is removed` : 'its price is not known';
  return `${mode === 'create' ? 'Deploy' : 'Update'} ${stackName} in account ${account}, ${region} (${price})?`;
}

/** The deployed lab, and how to use it. */
export function deployedText(result: DeployResult, layout: TextLayout): readonly string[] {
  const { stackName, account, region, outcome, durationSeconds, accessLines, kubeconfig } = result;
  const done = outcome === 'unchanged' ? 'is deployed already: nothing changed' : `is ${outcome}, in ${durationText(durationSeconds)}`;
  return [
    layout.style.good(`${printableText(stackName)} ${done} (account ${account}, ${region}).`),
    '',
    ...accessLines.map((line) => `  ${printableText(line)}`),
    ...(kubeconfig === undefined ? [] : ['', ...paragraph(kubeconfig.detail, layout).map(kubeconfig.isUpdated ? layout.style.muted : layout.style.caution)]),
  ];
}

/** Why nothing was deployed, and how to deploy all the same. */
export function stoppedText(preflight: PreflightResult, layout: TextLayout): readonly string[] {
  return [
    sectionHeading('Not deployed', 'the preflight failed', layout),
    ...notPassedText(preflight, layout),
    '',
    ...paragraph('Nothing was changed. To deploy all the same, add --skip-preflight.', layout),
  ];
}

function costText({ cost }: PlanResult): string {
  return cost.unavailable ?? `${moreThan(cost)}${hourlyText(cost.idlePerHour)} from now until it is removed, ${hourlyText(cost.scaledOutPerHour)} more while the exercise is scaled out`;
}

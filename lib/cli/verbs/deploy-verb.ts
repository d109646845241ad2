import { Option } from '@commander-js/extra-typings';
import type { DeploymentTarget, DeployResult } from '../../deploy/deployment-target';
import type { PlanResult } from '../../plan/plan-result';
import type { PreflightResult } from '../../preflight/preflight-check';
import { counted, durationText, hourlyText, moreThan } from '../../words';
import { assemblyToDeploy, assemblyToDeployFlag } from '../assembly-flag';
import { contextFlag } from '../context-flag';
import { type LabDocument, type Named, type Table, toned } from '../document/document';
import { ExitCode, UsageError } from '../errors';
import { confirmed, yesFlag } from '../flags';
import { capsText, sizeText } from '../plan/class-section';
import { accessFacts } from '../plan/plan-document';
import { defineVerb, type FlagsOf, type Invocation, type VerbOutcome } from '../verb';
import { checksTable } from './preflight-verb';

const FLAGS = [
  assemblyToDeployFlag,
  contextFlag,
  yesFlag,
  new Option('--skip-preflight', 'deploy without checking the account first'),
  new Option('--keep-failed', 'if it fails, leave what was made where it is, billed, so that the failure can be read there'),
  new Option('--update-kubeconfig', 'afterwards add the cluster to the kubeconfig, by the AWS CLI'),
] as const;

/** `lab deploy`: the preflight, then the deployment and its progress. */
export const deployVerb = defineVerb({
  name: 'deploy',
  summary: 'check the account, deploy the lab, and tell how far it is; follows a deployment under way',
  description: 'Synthesizes the lab, runs the preflight, shows what a deployment costs and who could reach it, asks, and deploys through '
    + 'the CDK. It tells the progress by concern, the time left, and of a failure the first cause. Where CloudFormation is at work '
    + 'on the lab already, it follows that.',
  flags: FLAGS,
  run: runDeploy,
});

async function runDeploy(invocation: Invocation, flags: FlagsOf<typeof FLAGS>): Promise<VerbOutcome> {
  const { host, note, run, show } = invocation;
  const assemblyDirectory = await assemblyToDeploy(flags, invocation);
  const target = await host.actions.deploymentTarget({ assemblyDirectory }, run);
  if (target.mode === 'follow') {
    note(`CloudFormation is at work on stack ${target.stackName} already: this follows it.`);
  } else {
    const preflight = flags.skipPreflight === true ? undefined : await host.actions.preflight({ assemblyDirectory }, run);
    if (preflight?.verdict === 'fail') return stopped(target, preflight);
    const plan = await host.actions.plan({ assemblyDirectory });
    checkWarnings(plan, note);
    for (const { message, remedy } of target.warnings ?? []) note(`${message} ${remedy}`);
    show(deploySummary({ target, plan, preflight }));
    if (!await confirmed(deployQuestion(target, plan), flags, invocation)) return declined(target);
  }
  run.signal.throwIfAborted();
  const result = await host.actions.deploy({ assemblyDirectory, updateKubeconfig: flags.updateKubeconfig, keepFailed: flags.keepFailed, onNote: note }, run);
  return { result, document: deployedDocument(result), exitCode: ExitCode.Ok };
}

/** Warnings of the plan that whoever is asked to pay must have read. */
const NOTED_WARNINGS: readonly string[] = ['ExpirySoon', 'KarpenterVersionUntested', 'RosterMissing', 'RosterRefused', 'RosterUnreadable', 'SeatWithoutNode'];

/** Refuses a deadline that has passed, which CloudFormation would refuse after some minutes, and notes what the class would stumble over. */
function checkWarnings({ warnings }: PlanResult, note: (text: string) => void): void {
  for (const warning of warnings) {
    if (warning.code === 'ExpiryPassed') throw new UsageError(warning);
    if (NOTED_WARNINGS.includes(warning.code)) note(`${warning.message} ${warning.remedy}`);
  }
}

function stopped(target: DeploymentTarget, preflight: PreflightResult): VerbOutcome {
  return { result: { target, outcome: 'stopped', preflight }, document: stoppedDocument(preflight), exitCode: ExitCode.Failed };
}

function declined(target: DeploymentTarget): VerbOutcome {
  return { result: { target, outcome: 'declined' }, document: { title: 'Nothing was deployed.', tone: 'muted' }, exitCode: ExitCode.Failed };
}

/** What is known before a deployment. */
interface DeploySummary {
  readonly target: DeploymentTarget;
  readonly plan: PlanResult;
  /** @default - it was skipped */
  readonly preflight?: PreflightResult;
}

/** What will be made where, what it costs, who could reach it, and what the preflight warns of. */
function deploySummary({ target, plan, preflight }: DeploySummary): LabDocument {
  const { lab, concerns } = plan;
  const resources = concerns.reduce((sum, { resourceCount }) => sum + resourceCount, 0);
  const isNew = target.mode === 'create';
  return {
    title: `${isNew ? 'Deploy' : 'Update'} ${target.stackName}`,
    subtitle: `account ${target.account}, ${target.region}`,
    sections: [
      { heading: 'What it will be', blocks: [{ kind: 'facts', facts: [
        ['Stack', `${target.stackName}: ${counted(resources, 'resource')}, EKS ${lab.kubernetesVersion}, Karpenter ${lab.karpenterVersion}`],
        ['Costs', costText(plan)],
        ...classFacts(plan),
        ...accessFacts(plan.security),
        ...(target.keptStatus === undefined ? [] : [['Goes on from', `${target.keptStatus}: what the failed deployment made stays, and nothing is rolled back now either`] as const]),
        ['Ready in', isNew ? `about ${durationText(plan.time.readySeconds)} (estimate)` : 'a time that depends on what has changed'],
      ] }] },
      { heading: 'Preflight', blocks: [preflight === undefined ? 'The preflight was skipped.' : notPassedTable(preflight)] },
    ],
  };
}

function notPassedTable({ checks }: PreflightResult): Table {
  return checksTable(checks.filter(({ outcome }) => outcome !== 'pass'));
}

/** The question that is asked before anything is made. */
function deployQuestion({ stackName, account, region, mode }: DeploymentTarget, { cost, class: { students } }: PlanResult): string {
  const scaledOut = students === 0 ? '' : `, up to ${hourlyText(cost.idlePerHour + cost.scaledOutPerHour)} with all ${counted(students, 'seat')} scaled out`;
  const price = cost.unavailable === undefined ? `${moreThan(cost)}${hourlyText(cost.idlePerHour)} until it is removed${scaledOut}` : 'its price is not known';
  return `${mode === 'create' ? 'Deploy' : 'Update'} ${stackName} in account ${account}, ${region} (${price})?`;
}

/** The deployed lab, and how to use it. */
function deployedDocument(result: DeployResult): LabDocument {
  const { stackName, account, region, outcome, durationSeconds, accessLines, kubeconfig } = result;
  const done = outcome === 'unchanged' ? 'is deployed already: nothing changed' : `is ${outcome}, in ${durationText(durationSeconds)}`;
  return {
    title: `${stackName} ${done} (account ${account}, ${region}).`,
    tone: 'good',
    next: [{ heading: 'Reach the cluster', blocks: [
      { kind: 'commands', lines: accessLines },
      ...(kubeconfig === undefined ? [] : [toned(kubeconfig.isUpdated ? 'muted' : 'caution', kubeconfig.detail)]),
    ] }],
  };
}

/** Why nothing was deployed, and how to deploy nevertheless. */
function stoppedDocument(preflight: PreflightResult): LabDocument {
  return {
    title: 'Not deployed: the preflight failed',
    tone: 'bad',
    sections: [{ heading: 'Preflight', blocks: [notPassedTable(preflight), 'Nothing was changed. To deploy all the same, add --skip-preflight.'] }],
  };
}

function costText({ cost, class: { students } }: PlanResult): string {
  const scaledOut = students === 0 ? 'the exercise is scaled out' : `the exercise and all ${counted(students, 'seat')} are scaled out`;
  return cost.unavailable ?? `${moreThan(cost)}${hourlyText(cost.idlePerHour)} from now until it is removed, ${hourlyText(cost.scaledOutPerHour)} more while ${scaledOut}`;
}

/** What the seats of a class may come to cost, and what caps it. */
function classFacts({ class: estimate, cost }: PlanResult): readonly Named[] {
  const own = estimate.sizes.find(({ isOwn }) => isOwn);
  if (estimate.students === 0) return [];
  return [
    ['Class', `${counted(estimate.students, 'seat')}, all scaled out: ${own === undefined ? estimate.unavailable ?? 'unknown' : `${moreThan(cost)}${sizeText(own)}`}`],
    ['Capped by', capsText(estimate)],
  ];
}

import type { DeploymentTarget } from '../../actions/deploy-result';
import type { PlanResult } from '../../actions/plan-result';
import type { PreflightResult } from '../../actions/preflight-result';
import { UsageError } from '../errors/usage-error';
import { ExitCode } from '../exit-code';
import { assemblyFlag, assemblyToDeploy, type AssemblyFlags } from '../flags/assembly-flag';
import { contextFlag } from '../flags/context-flag';
import { confirmed, yesFlag, type YesFlags } from '../flags/yes-flag';
import type { Invocation, Verb, VerbOutcome } from '../verb';
import { deployQuestion, deploySummary, deployedText, stoppedText } from './deploy-text';

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

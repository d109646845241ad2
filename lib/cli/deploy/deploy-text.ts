import type { DeploymentTarget, DeployResult } from '../../actions/deploy-result';
import type { PlanResult } from '../../actions/plan-result';
import type { PreflightResult } from '../../actions/preflight-result';
import { durationText } from '../format/duration-text';
import { hourlyText, moreThan } from '../format/money-text';
import { countedText } from '../format/quantity-text';
import { adminsText, apiExposure } from '../plan/security-sentences';
import { notPassedText } from '../preflight/preflight-text';
import type { TextLayout } from '../text/text-layout';
import { paragraph, sectionHeading } from '../text/text-section';
import { textTable } from '../text/text-table';
import { printableText } from '../text/printable-text';

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
      { cells: ['Stack', `${target.stackName}: ${countedText(resources, 'resource')}, EKS ${plan.lab.kubernetesVersion}, Karpenter ${plan.lab.karpenterVersion}`] },
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

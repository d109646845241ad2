import type { PlanResult } from '../../../actions/plan-result';
import type { AssemblyFlags } from '../../flags/assembly-flag';
import { durationText } from '../../format/duration-text';
import { momentText } from '../../format/moment-text';
import { amountText, hourlyText, moreThan } from '../../format/money-text';
import { html, type Html } from '../../html/html';
import { pageMarkup, type PageCard } from '../../html/page';
import { scaledOutPrice } from '../scaled-out-price';
import { architectureSection } from './architecture-section';
import { concernsSection } from './concerns-section';
import { costSection } from './cost-section';
import { launchSection } from './launch-section';
import { nextStepsSection } from './next-steps-section';
import { securitySection } from './security-section';
import { systemNodesSection } from './system-nodes-section';
import { timeSection } from './time-section';
import { warningsSection } from './warnings-section';

const SECTIONS: readonly ((plan: PlanResult, flags: AssemblyFlags) => Html)[] = [
  architectureSection,
  warningsSection,
  concernsSection,
  costSection,
  launchSection,
  timeSection,
  systemNodesSection,
  securitySection,
  nextStepsSection,
];

/**
 * The whole plan as one page.
 *
 * @param flags how the plan was asked for
 */
export function planPage(plan: PlanResult, flags: AssemblyFlags = {}): string {
  const { lab } = plan;
  return pageMarkup({
    title: `Plan of ${lab.clusterName}`,
    subtitle: `Karpenter ${lab.karpenterVersion} on Amazon EKS, Kubernetes ${lab.kubernetesVersion}, ${lab.region}`,
    cards: [
      ...costCards(plan),
      { figure: durationText(plan.time.readySeconds), meaning: 'until ready (estimate)' },
      ...launchCards(plan),
      ...deadlineCards(plan),
    ],
    sections: SECTIONS.map((section) => section(plan, flags)),
    footer: html`Made by <code>lab plan</code> from the synthesized template of stack ${lab.stackName}. Nothing has been created.`,
  });
}

function costCards({ cost }: PlanResult): readonly PageCard[] {
  return cost.unavailable !== undefined ? [] : [
    { figure: `${moreThan(cost)}${hourlyText(cost.idlePerHour)}`, meaning: 'idle' },
    { figure: `${moreThan(cost)}${hourlyText(scaledOutPrice(cost))}`, meaning: 'while scaled out' },
    { figure: `${moreThan(cost)}${amountText(cost.classTotal)}`, meaning: `for a class of ${cost.classHours} h` },
  ];
}

function deadlineCards({ lab }: PlanResult): readonly PageCard[] {
  return lab.expiresAt === undefined ? [] : [{ figure: momentText(new Date(lab.expiresAt)), meaning: 'AWS deletes the lab' }];
}

function launchCards({ launch }: PlanResult): readonly PageCard[] {
  const likely = launch.likely.map((nodes) => `${nodes.count} × ${nodes.instanceType}`).join(', ');
  return launch.unavailable !== undefined ? [] : [
    { figure: likely === '' ? 'no node' : likely, meaning: `for ${launch.replicas} pods (estimate)` },
  ];
}

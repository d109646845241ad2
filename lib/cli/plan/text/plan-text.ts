import type { PlanResult } from '../../../actions/plan-result';
import type { AssemblyFlags } from '../../flags/assembly-flag';
import { durationText } from '../../format/duration-text';
import { momentText } from '../../format/moment-text';
import { hourlyText, moreThan } from '../../format/money-text';
import type { TextLayout } from '../../text/text-layout';
import { wrapText } from '../../text/wrap-text';
import { scaledOutPrice } from '../scaled-out-price';
import { concernsText } from './concerns-text';
import { costText } from './cost-text';
import { launchText } from './launch-text';
import { nextStepsText } from './next-steps-text';
import { securityText } from './security-text';
import { systemNodesText } from './system-nodes-text';
import { timeText } from './time-text';
import { warningsText } from './warnings-text';

const SECTIONS: readonly ((plan: PlanResult, layout: TextLayout, flags: AssemblyFlags) => readonly string[])[] = [
  concernsText,
  costText,
  launchText,
  timeText,
  systemNodesText,
  securityText,
  warningsText,
  nextStepsText,
];

/**
 * The whole plan for a terminal or a pipe.
 *
 * @param flags how the plan was asked for
 */
export function planText(plan: PlanResult, layout: TextLayout, flags: AssemblyFlags = {}): readonly string[] {
  return [...introduction(plan, layout), ...SECTIONS.flatMap((section) => ['', ...section(plan, layout, flags)])];
}

function introduction({ lab, cost, time }: PlanResult, { style, width }: TextLayout): readonly string[] {
  const title = `Plan of ${lab.clusterName}: Kubernetes ${lab.kubernetesVersion}, Karpenter ${lab.karpenterVersion}, ${lab.region}`;
  const price = cost.unavailable === undefined
    ? `Idle ${moreThan(cost)}${hourlyText(cost.idlePerHour)}, scaled out ${moreThan(cost)}${hourlyText(scaledOutPrice(cost))}, ready`
    : 'Ready';
  const end = lab.expiresAt === undefined ? '' : ` Deletes itself ${momentText(new Date(lab.expiresAt))}.`;
  return [
    ...wrapText(title, width).map(style.strong),
    ...wrapText(`${price} in about ${durationText(time.readySeconds)}.${end}`, width),
  ];
}

import type {
  CostEstimate, CostLine, LaunchEstimate, NodeResources, PlannedLab, PlanResult, SecurityPosture, SystemNodeFit, UnpricedInstances,
} from '../../plan/plan-result';
import { amountText, clockText, counted, cpuQuantity, durationText, hourlyText, memoryText, momentText, moreThan, unitPriceText, withFullStop, zoneLetters } from '../../words';
import type { AssemblyFlags } from '../assembly-flag';
import { html, type Html, type HtmlPart, type PageRow, pageTable } from '../page/html';
import { type PageCard, pageMarkup } from '../page/page';
import { architectureDrawing } from './architecture-drawing';
import {
  adminsText, apiExposure, candidateCountText, candidatePriceText, daemonOverheadText, likelyNodesText, nextSteps, PRICE_CALCULATED_MARK, scaledOutPrice,
  systemNodeRoom,
} from './plan-sentences';
import { drawnTimeline, timelineDrawing } from './timeline-drawing';

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
  return lab.expiresAt === undefined ? [] : [{ figure: momentText(lab.expiresAt), meaning: 'AWS deletes the lab' }];
}

function launchCards({ launch }: PlanResult): readonly PageCard[] {
  const likely = launch.likely.map((nodes) => `${nodes.count} × ${nodes.instanceType}`).join(', ');
  return launch.unavailable !== undefined ? [] : [
    { figure: likely === '' ? 'no node' : likely, meaning: `for ${launch.replicas} pods (estimate)` },
  ];
}

/** The drawing, and the subnets behind it. */
export function architectureSection(plan: PlanResult): Html {
  return html`<h2>Architecture</h2>
<figure>
${architectureDrawing(plan)}
<figcaption>Drawn from the template. Which zone a node lands in is an example: the node group and EC2 decide.</figcaption>
</figure>
${pageTable('Subnets and the addresses in them', [
    { heading: 'Subnet' }, { heading: 'Kind' }, { heading: 'Availability Zone' }, { heading: 'Addresses', isFigure: true }, { heading: 'Logical id' },
  ], plan.network.subnets.map((subnet) => ({
    cells: [subnet.cidr, subnet.kind, subnet.availabilityZone, counted(subnet.usableAddresses), html`<code>${subnet.logicalId}</code>`],
  })))}`;
}

/** What will be created, by concern. */
export function concernsSection({ concerns }: PlanResult): Html {
  const total = concerns.reduce((sum, concern) => sum + concern.resourceCount, 0);
  return html`<h2>What will be created</h2>
${pageTable(`${counted(total, 'CloudFormation resource')}, by concern`, [
    { heading: 'Concern' }, { heading: 'What it is' }, { heading: 'Resources', isFigure: true },
  ], concerns.map((concern) => ({
    cells: [concern.name, html`<ul>${concern.lines.map((line) => html`<li>${line}</li>`)}</ul>`, counted(concern.resourceCount)],
  })))}`;
}

/** The bill per hour and for the class, or why there is none. */
export function costSection({ cost }: PlanResult): Html {
  return html`<h2>Cost${cost.unpriced === undefined ? [] : html`<span class="badge bad">incomplete</span>`}</h2>
${cost.unavailable === undefined ? bill(cost) : html`<p class="lead">${cost.unavailable}</p>`}`;
}

function bill(cost: CostEstimate): Html {
  const { unpriced = [] } = cost;
  const missing = unpriced.length === 0 ? '' : ' (incomplete)';
  return html`<p class="lead">A class of ${cost.classHours} h, scaled out for ${cost.scaledOutHours} h of it: ${moreThan(cost)}${amountText(cost.classTotal)}</p>
${pageTable('USD per hour, list price', [
    { heading: 'What' }, { heading: 'Count', isFigure: true }, { heading: 'USD/h each', isFigure: true }, { heading: 'USD/h', isFigure: true },
  ], [
    ...cost.idleLines.map(billRow),
    ...unpriced.map(unpricedRow),
    totalRow(`Idle${missing}`, cost.idlePerHour),
    ...cost.scaledOutLines.map(billRow),
    totalRow(`With the exercise scaled out${missing}`, scaledOutPrice(cost)),
  ])}
<p class="muted">Prices of ${cost.ratesAsOf} (rates), ${cost.instancePricesAsOf} (instances); see lib/plan/prices. Sources: ${cost.priceSources.join('; ')}.</p>
<p class="muted">Not included: ${cost.notIncluded.join(', ')}.</p>`;
}

function billRow(line: CostLine): PageRow {
  return { cells: [line.what, counted(line.quantity), unitPriceText(line.unitPricePerHour), unitPriceText(line.pricePerHour)] };
}

function unpricedRow({ what, quantity }: UnpricedInstances): PageRow {
  return { cells: [what, quantity === undefined ? 'unknown' : counted(quantity), 'unknown', 'unknown'] };
}

function totalRow(what: string, pricePerHour: number): PageRow {
  return { cells: [what, '', '', unitPriceText(pricePerHour)], isTotal: true };
}

const SHOWN_CANDIDATES = 12;

/** What Karpenter will most likely launch, and why; or why that is not known. */
export function launchSection({ lab, launch }: PlanResult): Html {
  return html`<h2>What Karpenter will most likely launch<span class="badge">estimate</span></h2>
${launch.unavailable === undefined ? estimate(lab, launch) : html`<p class="lead">${launch.unavailable}</p>`}`;
}

function estimate(lab: PlannedLab, launch: LaunchEstimate): Html {
  const shown = launch.candidates.slice(0, SHOWN_CANDIDATES);
  return html`<p class="lead">${likelyNodesText(launch.likely)}</p>
<ul>${[...launch.reasons, daemonOverheadText(launch)].map((reason) => html`<li>${reason}</li>`)}</ul>
${pageTable(candidateCountText(launch, shown), [
    { heading: 'Type' },
    { heading: 'vCPU', isFigure: true },
    { heading: 'Memory', isFigure: true },
    { heading: 'Allocatable CPU', isFigure: true },
    { heading: 'USD/h', isFigure: true },
    { heading: 'Capacity' },
    { heading: `Zones of ${lab.region}` },
  ], shown.map((candidate) => ({
    cells: [
      candidate.instanceType,
      candidate.vcpu,
      memoryText(candidate.memoryMiB),
      cpuQuantity(candidate.allocatable.cpuMillis),
      candidatePriceText(candidate),
      candidate.capacityType,
      zoneLetters(candidate.zones, lab.region),
    ],
  })))}
${shown.some(({ isPriceDerived }) => isPriceDerived) ? html`<p class="muted">${PRICE_CALCULATED_MARK}</p>` : []}`;
}

/** What to do now, one command a step. */
export function nextStepsSection(plan: PlanResult, flags: AssemblyFlags): Html {
  return html`<h2>Next steps</h2>
${pageTable('From here to the end of the class', [{ heading: 'Step' }, { heading: 'Command' }],
    nextSteps(plan, flags).map((step) => ({ cells: [step.what, html`<code>${step.command}</code>`] })))}`;
}

/** Who reaches the Kubernetes API, who is admin, and what else a reviewer asks. */
export function securitySection({ security }: PlanResult): Html {
  const exposure = apiExposure(security);
  return html`<h2>Security${exposure.isOpenToEverybody ? html`<span class="badge bad">API open to the internet</span>` : []}</h2>
${pageTable('Who can do what', [{ heading: 'Question' }, { heading: 'Answer' }], [
    { cells: ['From where is the Kubernetes API reached?', exposure.text] },
    { cells: ['Who is cluster admin?', adminsCell(security)] },
  ])}
<ul>${security.facts.map((fact) => html`<li>${fact}</li>`)}</ul>`;
}

function adminsCell(security: SecurityPosture): HtmlPart {
  return security.admins.length === 0
    ? adminsText(security)
    : html`<ul>${security.admins.map((admin) => html`<li><code>${admin}</code></li>`)}</ul>`;
}

/** What runs on the system nodes, and the sum that says whether it fits. */
export function systemNodesSection({ systemNodes }: PlanResult): Html {
  return html`<h2>System nodes${verdict(systemNodes)}</h2>
${pageTable(`${systemNodes.nodeCount} × ${systemNodes.instanceType}, requests of what runs there`, [
    { heading: 'Pod' }, { heading: 'Pods', isFigure: true }, { heading: 'CPU', isFigure: true }, { heading: 'Memory', isFigure: true },
  ], [
    ...systemNodes.pods.map((pod) => ({
      cells: [
        pod.isDaemonSet ? `${pod.name} (DaemonSet)` : pod.name,
        counted(pod.count),
        cpuQuantity(pod.count * pod.cpuMillis),
        memoryText(pod.count * pod.memoryMiB),
      ],
    })),
    sumRow('Requested', systemNodes.requested),
    ...(systemNodes.unavailable === undefined ? [sumRow('Allocatable', systemNodes.allocatable), sumRow('Free', systemNodeRoom(systemNodes).free)] : []),
  ])}
${systemNodes.unavailable === undefined ? [] : html`<p>${systemNodes.unavailable}</p>`}`;
}

function verdict(systemNodes: SystemNodeFit): Html {
  if (systemNodes.unavailable !== undefined) return html`<span class="badge bad">unknown</span>`;
  return systemNodeRoom(systemNodes).isEnough ? html`<span class="badge good">fits</span>` : html`<span class="badge bad">does not fit</span>`;
}

function sumRow(what: string, resources: NodeResources): PageRow {
  return { cells: [what, counted(resources.pods), cpuQuantity(resources.cpuMillis), memoryText(resources.memoryMiB)], isTotal: true };
}

/** When the lab is ready: the timeline drawn, and its critical path as a table. */
export function timeSection({ time }: PlanResult): Html {
  const left = time.timeline.length - drawnTimeline(time).length;
  const others = left === 0 ? '' : `${counted(left, 'short resource')} off the critical path not drawn. `;
  return html`<h2>Time to ready<span class="badge">estimate</span></h2>
<p class="lead">About ${durationText(time.readySeconds)}</p>
<p>${time.ratioToFloor.toFixed(2)}x of the least possible, which is control plane + node group + Karpenter chart.</p>
<figure>
${timelineDrawing(time)}
<figcaption>Bold names are on the critical path. ${others}Durations: ${withFullStop(time.durationsSource)}</figcaption>
</figure>
${pageTable('The critical path: a shorter lab needs one of these to be shorter.', [
    { heading: 'Resource' }, { heading: 'Type' }, { heading: 'From (min:s)', isFigure: true }, { heading: 'Takes', isFigure: true },
  ], time.criticalPath.map((entry) => ({
    cells: [entry.label, html`<code>${entry.type}</code>`, clockText(entry.startSeconds), durationText(entry.durationSeconds)],
  })))}`;
}

/** What to change or to know before money is spent. */
export function warningsSection({ warnings }: PlanResult): Html {
  return html`<h2>Warnings</h2>
${warnings.length === 0 ? html`<p>None.</p>` : warnings.map((warning) => html`<div class="warning">
<h3>${warning.code}</h3>
<p>${warning.message}</p>
<p><strong>Remedy:</strong> ${warning.remedy}</p>
</div>
`)}`;
}

import type { DrillResult, ExerciseResult, ExerciseStep, LaunchedNode } from '../../actions/exercise-result';
import { secondsText } from '../format/duration-text';
import { unitPriceText } from '../format/money-text';
import { countedText } from '../format/quantity-text';
import { html, type Html } from '../html/html';
import { pageMarkup, type PageCard } from '../html/page';
import { pageTable } from '../html/page-table';
import { drillText, nodesPriceText, placeText, verdictSentence } from './exercise-sentences';
import { exerciseTimelineDrawing } from './timeline-drawing';

/** A run of the exercise as one page. */
export function exercisePage(result: ExerciseResult): string {
  return pageMarkup({
    title: `Exercise on ${result.cluster}: ${result.verdict}`,
    subtitle: `Ran on the ${placeText(result)}`,
    cards: cards(result),
    sections: [
      verdictSection(result),
      ...(result.timeline.length === 0 ? [] : [timelineSection(result)]),
      html`<h2>Steps</h2>
${stepList(result.steps)}`,
      ...(result.nodes.length === 0 ? [] : [nodesSection(result.nodes)]),
      ...result.drills.map(drillSection),
      ...(result.notSimulated.length === 0 ? [] : [notSimulatedSection(result.notSimulated)]),
    ],
    footer: html`Made by <code>lab rehearse</code>. Seconds as the API server saw them${result.isSimulated ? '; EC2 is simulated and containers do not run' : ''}.`,
  });
}

/** What the run could not show, for every page that has such a list. */
export function notSimulatedSection(lines: readonly string[]): Html {
  return html`<h2>Not simulated</h2>
<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}

function cards({ verdict, timeline, nodes, replicas, drills }: ExerciseResult): readonly PageCard[] {
  const running = timeline.find(({ event }) => event === 'pods running');
  return [
    { figure: verdict, meaning: 'verdict' },
    ...(running === undefined ? [] : [{ figure: secondsText(running.atSeconds), meaning: `until ${countedText(replicas, 'pod')} ran` }]),
    ...(nodes.length === 0 ? [] : [{ figure: nodesPriceText(nodes), meaning: `for ${countedText(nodes.length, 'node')}` }]),
    ...(drills.length === 0 ? [] : [{ figure: `${drills.filter((drill) => drill.verdict === 'passed').length} of ${drills.length}`, meaning: 'drills passed' }]),
  ];
}

function verdictSection(result: ExerciseResult): Html {
  return html`<h2>Verdict${badge(result.verdict)}</h2>
<p class="lead">${verdictSentence(result)}</p>`;
}

function timelineSection({ timeline }: ExerciseResult): Html {
  return html`<h2>Timeline</h2>
<figure>
${exerciseTimelineDrawing(timeline)}
<figcaption>Seconds since the Deployment was scaled. A bar is the wait for what its line names.</figcaption>
</figure>`;
}

function stepList(steps: readonly ExerciseStep[]): Html {
  return html`<ol class="steps">${steps.map((step) => html`<li>
<h3>${step.title}${badge(step.outcome)}${step.outcome === 'skipped' ? [] : html` <span class="muted">${secondsText(step.seconds)}</span>`}</h3>
${step.command === undefined ? [] : html`<p><code>${step.command}</code></p>`}
${step.evidence.length === 0 ? [] : html`<pre>${step.evidence.join('\n')}</pre>`}
</li>
`)}</ol>`;
}

function nodesSection(nodes: readonly LaunchedNode[]): Html {
  return html`<h2>Nodes that Karpenter launched</h2>
${pageTable(`${countedText(nodes.length, 'node')}, ${nodesPriceText(nodes)}`, [
    { heading: 'Node' }, { heading: 'NodeClaim' }, { heading: 'Type' }, { heading: 'Zone' }, { heading: 'Capacity' },
    { heading: 'Pods', isFigure: true }, { heading: 'USD/h', isFigure: true },
  ], nodes.map((node) => ({
    cells: [
      node.name, node.nodeClaim, node.instanceType, node.zone, node.capacityType, node.exercisePods,
      node.pricePerHour === undefined ? '?' : unitPriceText(node.pricePerHour),
    ],
  })))}`;
}

function drillSection(drill: DrillResult): Html {
  return html`<h2>Drill ${drill.name}${badge(drill.verdict)}</h2>
<p>${drillText(drill)}</p>
${stepList(drill.steps)}`;
}

const BADGE_CLASSES: Readonly<Record<ExerciseStep['outcome'], string>> = { passed: 'good', failed: 'bad', skipped: 'caution' };

function badge(outcome: ExerciseStep['outcome']): Html {
  return html`<span class="badge ${BADGE_CLASSES[outcome]}">${outcome}</span>`;
}

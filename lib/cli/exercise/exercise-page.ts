import type { DrillResult, ExerciseMark, ExerciseResult, ExerciseStep, LaunchedNode } from '../../exercise/exercise-result';
import { counted, secondsText, unitPriceText } from '../../words';
import { html, type Html, pageTable } from '../page/html';
import { type PageCard, pageMarkup } from '../page/page';
import { boxShape, textShape, type TimeAxis, timeAxisShapes, xAt } from '../page/svg-shapes';
import { drillText, nodesPriceText, placeText, timelineEnd, type TimelineSpan, timelineSpans, verdictSentence } from './exercise-text';

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
    ...(running === undefined ? [] : [{ figure: secondsText(running.atSeconds), meaning: `until ${counted(replicas, 'pod')} ran` }]),
    ...(nodes.length === 0 ? [] : [{ figure: nodesPriceText(nodes), meaning: `for ${counted(nodes.length, 'node')}` }]),
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
${pageTable(`${counted(nodes.length, 'node')}, ${nodesPriceText(nodes)}`, [
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

const WIDTH = 1080;
const CHART_LEFT = 190;
const CHART_WIDTH = 480;
const DETAIL_LEFT = 700;
const AXIS_HEIGHT = 30;
const ROW_HEIGHT = 28;
const BAR_HEIGHT = 14;
const FOOT_HEIGHT = 12;
const NARROWEST_BAR = 3;

/** From scaling to Running: a bar for each wait, with what ended it. */
export function exerciseTimelineDrawing(marks: readonly ExerciseMark[]): Html {
  const bottom = AXIS_HEIGHT + marks.length * ROW_HEIGHT;
  const axis: TimeAxis = { left: CHART_LEFT, width: CHART_WIDTH, top: AXIS_HEIGHT - 6, bottom, endSeconds: Math.max(1, timelineEnd(marks)) };
  return html`<svg class="drawing" viewBox="0 0 ${WIDTH} ${bottom + FOOT_HEIGHT}" role="img" aria-labelledby="timeline-title timeline-description">
<title id="timeline-title">Timeline of the exercise, seconds since scaling</title>
<desc id="timeline-description">${description(marks)}</desc>
${timeAxisShapes(axis)}
${timelineSpans(marks).map((span, row) => rowShape(span, AXIS_HEIGHT + row * ROW_HEIGHT, axis))}
</svg>`;
}

function rowShape(span: TimelineSpan, top: number, axis: TimeAxis): Html {
  const start = xAt(axis, span.fromSeconds);
  const width = Math.max(NARROWEST_BAR, Math.round((xAt(axis, span.toSeconds) - start) * 10) / 10);
  const baseline = top + 18;
  return html`<g class="critical">
${textShape(span.event, { x: CHART_LEFT - 14, y: baseline, width: CHART_LEFT - 20 }, 'label', 'end')}
${boxShape({ x: start, y: top + (ROW_HEIGHT - BAR_HEIGHT) / 2, width, height: BAR_HEIGHT }, 'span')}
${textShape(`${secondsText(span.toSeconds)}${span.detail === '' ? '' : `  ${span.detail}`}`, { x: DETAIL_LEFT, y: baseline, width: WIDTH - DETAIL_LEFT - 4 }, 'small')}
</g>`;
}

function description(marks: readonly ExerciseMark[]): string {
  return timelineSpans(marks).map(({ event, toSeconds }) => `${event} after ${secondsText(toSeconds)}`).join(', ');
}

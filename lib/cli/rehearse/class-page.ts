import type { ClassResult, Distribution } from '../../exercise/exercise-result';
import { counted, durationText, hourlyText, secondsText } from '../../words';
import { notSimulatedSection } from '../exercise/exercise-page';
import { html, type Html, pageTable } from '../page/html';
import { pageMarkup } from '../page/page';
import { boxShape, textShape, type TimeAxis, timeAxisShapes, xAt } from '../page/svg-shapes';
import { boundMetSentence, boundName, classSentence, firstBoundSentence } from './class-text';

/** A class that did the exercise at once, as one page. */
export function classPage(result: ClassResult): string {
  return pageMarkup({
    title: `Class of ${counted(result.students)}: ${result.verdict}`,
    subtitle: `${counted(result.replicasEach, 'pod')} a student${result.isSimulated ? ', on a rehearsal with EC2 simulated' : ''}`,
    cards: [
      { figure: `${counted(result.finished)} of ${counted(result.students)}`, meaning: 'students finished' },
      ...(result.finished === 0 ? [] : [{ figure: secondsText(result.secondsToRunning.median), meaning: 'median time to Running' }]),
      { figure: durationText(result.totalSeconds), meaning: 'for all of them' },
      { figure: counted(result.nodeCount, 'node'), meaning: hourlyText(result.pricePerHour) },
    ],
    sections: [
      html`<h2>Verdict<span class="badge ${result.verdict === 'passed' ? 'good' : 'bad'}">${result.verdict}</span></h2>
<p class="lead">${classSentence(result)}</p>`,
      ...(result.problems.length === 0 ? [] : [linesSection('Problems', result.problems)]),
      ...(result.finished === 0 ? [] : [timesSection(result)]),
      nodesSection(result),
      boundsSection(result),
      ...(result.remarks.length === 0 ? [] : [linesSection('Besides', result.remarks)]),
      ...(result.notSimulated.length === 0 ? [] : [notSimulatedSection(result.notSimulated)]),
    ],
    footer: html`Made by <code>lab rehearse --students ${result.students}</code>.${result.isSimulated ? ' EC2 is simulated and containers do not run.' : ''}`,
  });
}

function linesSection(heading: string, lines: readonly string[]): Html {
  return html`<h2>${heading}</h2>
<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}

function timesSection({ secondsToRunning }: ClassResult): Html {
  return html`<h2>Time to Running</h2>
<figure>
${distributionDrawing(secondsToRunning)}
<figcaption>Seconds from scaling to the last pod running, a student each.</figcaption>
</figure>`;
}

function nodesSection({ nodesByInstanceType, nodeCount, pricePerHour }: ClassResult): Html {
  return html`<h2>Nodes that Karpenter launched</h2>
${pageTable(`${counted(nodeCount, 'node')}, ${hourlyText(pricePerHour)}`, [{ heading: 'Type' }, { heading: 'Nodes', isFigure: true }],
    Object.entries(nodesByInstanceType).toSorted(([, a], [, b]) => b - a).map(([type, count]) => ({ cells: [type, counted(count)] })))}`;
}

function boundsSection(result: ClassResult): Html {
  const { bounds } = result;
  return html`<h2>How large a class may be</h2>
<p class="lead">${boundMetSentence(result)}</p>
<p>${firstBoundSentence(bounds)}</p>
${bounds.length === 0 ? [] : pageTable('Bounds, the nearest first', [
    { heading: 'Bound' }, { heading: 'Used', isFigure: true }, { heading: 'Available', isFigure: true },
    { heading: 'Enough for students', isFigure: true }, { heading: 'Source' },
  ], bounds.map((bound) => ({
    cells: [boundName(bound), counted(bound.used), `${counted(bound.available)} ${bound.unit}`, counted(bound.enoughForStudents), bound.source],
  })))}`;
}

const WIDTH = 1080;
const TOP = 30;
const BAR_TOP = 44;
const BAR_HEIGHT = 26;
const BOTTOM = 84;

/** How long the students took: the whole range, half and 90 of 100 of them, on one axis. */
export function distributionDrawing({ min, median, p90, max }: Distribution): Html {
  const axis: TimeAxis = { left: 40, width: 960, top: TOP - 6, bottom: BOTTOM, endSeconds: Math.max(1, max) };
  const box = (from: number, to: number, className: string): Html =>
    boxShape({ x: xAt(axis, from), y: BAR_TOP, width: Math.max(2, Math.round((xAt(axis, to) - xAt(axis, from)) * 10) / 10), height: BAR_HEIGHT }, className);
  return html`<svg class="drawing" viewBox="0 0 ${WIDTH} ${BOTTOM + 34}" role="img" aria-labelledby="times-title times-description">
<title id="times-title">Seconds from scaling to the last pod running</title>
<desc id="times-description">Fastest ${secondsText(min)}, median ${secondsText(median)}, 90 of 100 within ${secondsText(p90)}, slowest ${secondsText(max)}</desc>
${timeAxisShapes(axis)}
${box(min, max, 'private')}
${box(min, p90, 'launched')}
${box(min, median, 'span-half')}
${textShape(`fastest ${secondsText(min)}, median ${secondsText(median)}, 90 of 100 within ${secondsText(p90)}, slowest ${secondsText(max)}`, { x: axis.left, y: BOTTOM + 22, width: 960 }, 'label')}
</svg>`;
}

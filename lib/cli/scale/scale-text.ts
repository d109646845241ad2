import type { ScaleChange, ScaleResult } from '../../actions/scale/scale-result';
import { launchedNodesText } from '../exercise/launched-nodes-text';
import { stepsText } from '../exercise/steps-text';
import { timelineText } from '../exercise/timeline-text';
import { secondsText } from '../format/duration-text';
import { hourlyText } from '../format/money-text';
import { countedText } from '../format/quantity-text';
import type { TextLayout } from '../text/text-layout';
import { paragraph, sectionHeading } from '../text/text-section';
import { wrapText } from '../text/wrap-text';

/** What is about to happen, as a question. */
export function scaleQuestion({ cluster, region, namespace, deploymentName, from, to, launch }: ScaleChange): string {
  const nodes = launch === undefined ? '' : Object.entries(launch.nodes).map(([type, count]) => `${count} × ${type}`).join(', ');
  return `Scale Deployment ${deploymentName} in namespace ${namespace} of cluster ${cluster} (${region}) from ${from} to ${countedText(to, 'replica')}`
    + `${launch === undefined ? '' : `, on new nodes such as ${nodes} for about ${hourlyText(launch.pricePerHour)} at list price`}?`;
}

/** A scaling, and what following it showed. */
export function scaleText(result: ScaleResult, layout: TextLayout): readonly string[] {
  const { namespace, deploymentName, from, to } = result;
  if (result.verdict === 'declined') {
    return wrapText(`${namespace}/${deploymentName} was not scaled: it has ${countedText(from, 'replica')} as before.`, layout.width).map(layout.style.muted);
  }
  const headline = `${namespace}/${deploymentName} scaled from ${from} to ${countedText(to, 'replica')}`;
  if (!result.isWaited) return wrapText(`${headline}. Follow it with lab watch, or with --wait.`, layout.width).map(layout.style.strong);
  const sections = [
    [sectionHeading('Steps', '', layout), ...stepsText(result.steps, layout, 'with --json')],
    timelineText(result.timeline, layout),
    launchedNodesText(result.nodes, layout),
    endText(result, layout),
  ].filter((section) => section.length > 0);
  return [...wrapText(headline, layout.width).map(layout.style.strong), ...sections.flatMap((section) => ['', ...section])];
}

function endText(result: ScaleResult, layout: TextLayout): readonly string[] {
  const isPassed = result.verdict === 'passed';
  return [
    sectionHeading('Verdict', isPassed ? 'PASSED' : 'FAILED', layout),
    ...paragraph(isPassed ? passedSentence(result) : failedSentence(result), layout).map(isPassed ? layout.style.good : layout.style.bad),
  ];
}

function passedSentence({ from, to, timeline, steps }: ScaleResult): string {
  if (to < from) return `${countedText(from - to, 'pod')} went, in ${secondsText(steps.reduce((sum, { seconds }) => sum + seconds, 0))}.`;
  const running = timeline.find(({ event }) => event === 'pods running');
  return `${countedText(to, 'pod')} run${running === undefined ? '' : `, ${secondsText(running.atSeconds)} after scaling`}.`;
}

function failedSentence({ steps }: ScaleResult): string {
  return `Not in time: "${steps.find(({ outcome }) => outcome === 'failed')?.title ?? ''}". The Deployment stays scaled.`;
}

import type { DrillResult, ExerciseResult, ExerciseStep, LaunchedNode } from '../../actions/exercise-result';
import { secondsText } from '../format/duration-text';
import { hourlyText } from '../format/money-text';
import { countedText } from '../format/quantity-text';

/** What the run came to, in one sentence. */
export function verdictSentence(result: ExerciseResult): string {
  return result.verdict === 'passed' ? passedSentence(result) : failedSentence(result);
}

/** Where it ran: on a rehearsal, where EC2 is simulated, or on AWS. */
export function placeText({ cluster, isSimulated }: ExerciseResult): string {
  return isSimulated ? `rehearsal of ${cluster}, EC2 simulated` : `cluster ${cluster}`;
}

/** Price of all launched nodes, or that the table lacks one of them. */
export function nodesPriceText(nodes: readonly LaunchedNode[]): string {
  const prices = nodes.flatMap(({ pricePerHour }) => pricePerHour ?? []);
  return prices.length < nodes.length ? 'price unknown' : hourlyText(prices.reduce((sum, price) => sum + price, 0));
}

/** How many steps of a drill passed: `3 of 4 steps passed`. */
export function drillText({ steps }: DrillResult): string {
  return `${steps.filter(({ outcome }) => outcome === 'passed').length} of ${countedText(steps.length, 'step')} passed`;
}

function passedSentence({ replicas, nodes, timeline, drills }: ExerciseResult): string {
  const running = timeline.find(({ event }) => event === 'pods running');
  const types = [...new Set(nodes.map(({ instanceType }) => instanceType))].join(', ');
  const where = nodes.length === 0 ? '' : ` on ${countedText(nodes.length, 'node')} (${types})`;
  const when = running === undefined ? '' : `, ${secondsText(running.atSeconds)} after scaling`;
  const also = drills.length === 0 ? '' : `; ${countedText(drills.length, 'drill')} passed`;
  return `${countedText(replicas, 'pod')} ran${where}${when}${also}.`;
}

function failedSentence({ steps, drills }: ExerciseResult): string {
  const step = steps.find(isFailed);
  if (step !== undefined) return `Failed at step "${step.title}".`;
  const drill = drills.find(({ verdict }) => verdict === 'failed');
  const drillStep = drill?.steps.find(isFailed);
  if (drill === undefined) return 'Failed.';
  return drillStep === undefined ? `Drill ${drill.name} failed.` : `Drill ${drill.name} failed at step "${drillStep.title}".`;
}

function isFailed({ outcome }: ExerciseStep): boolean {
  return outcome === 'failed';
}

import type { DrillResult, ExerciseMark, ExerciseResult, ExerciseStep, LaunchedNode } from '../../exercise/exercise-result';
import { counted, hourlyText, secondsText, unitPriceText } from '../../words';
import { figures, flexible, type LabDocument, type Named, type Outcomes, type Section, table, verdictSection } from '../document/document';

/** A run of the exercise, with its drills. */
export function exerciseDocument(result: ExerciseResult): LabDocument {
  const { cluster, verdict, isSimulated } = result;
  return {
    title: `Exercise on ${cluster}: ${verdict}`,
    subtitle: isSimulated ? 'on a rehearsal' : 'on AWS',
    glance: glance(result),
    sections: [
      verdictSection(verdict, verdictSentence(result)),
      ...findingSections(result.findings),
      timelineSection(result.timeline),
      { heading: 'Steps', blocks: [stepsBlock(result.steps)] },
      nodesSection(result.nodes),
      ...result.drills.map(drillSection),
      { heading: 'Not simulated', blocks: [result.notSimulated] },
    ],
    footer: `Made by \`lab rehearse\`. Seconds as the API server saw them${isSimulated ? '. AWS is played, and containers do not run' : ''}.`,
    nodeNames: result.nodes.map(({ name }) => name),
  };
}

function glance({ timeline, nodes, replicas, drills }: ExerciseResult): readonly Named[] {
  const running = timeline.find(({ event }) => event === 'pods running');
  const passed = drills.filter(({ verdict }) => verdict === 'passed').length;
  return [
    ...(running === undefined ? [] : [[secondsText(running.atSeconds), `until ${counted(replicas, 'pod')} ran`] as const]),
    ...(nodes.length === 0 ? [] : [[nodesPriceText(nodes), `for ${counted(nodes.length, 'node')}`] as const]),
    ...(drills.length === 0 ? [] : [[`${passed} of ${drills.length}`, 'drills passed'] as const]),
  ];
}

/** Price of all launched nodes, or that it is unknown because the price table lacks one of them. */
function nodesPriceText(nodes: readonly LaunchedNode[]): string {
  const prices = nodes.flatMap(({ pricePerHour }) => pricePerHour ?? []);
  return prices.length < nodes.length ? 'price unknown' : hourlyText(prices.reduce((sum, price) => sum + price, 0));
}

/** How the run ended, in one sentence. */
function verdictSentence({ verdict, replicas, nodes, timeline, drills, steps, findings = [] }: ExerciseResult): string {
  if (verdict === 'failed') return [...findings.slice(0, 1), failedSentence(steps, drills)].join(' ');
  const running = timeline.find(({ event }) => event === 'pods running');
  const types = [...new Set(nodes.map(({ instanceType }) => instanceType))].join(', ');
  const where = nodes.length === 0 ? '' : ` on ${counted(nodes.length, 'node')} (${types})`;
  const when = running === undefined ? '' : `, ${secondsText(running.atSeconds)} after scaling`;
  const also = drills.length === 0 ? '' : `; ${counted(drills.length, 'drill')} passed`;
  return `${counted(replicas, 'pod')} ran${where}${when}${also}.`;
}

function failedSentence(steps: readonly ExerciseStep[], drills: readonly DrillResult[]): string {
  const isFailed = ({ outcome }: ExerciseStep): boolean => outcome === 'failed';
  const step = steps.find(isFailed);
  if (step !== undefined) return `Failed at step "${step.title}".`;
  const drill = drills.find(({ verdict }) => verdict === 'failed');
  const drillStep = drill?.steps.find(isFailed);
  if (drill === undefined) return 'Failed.';
  return drillStep === undefined ? `Drill ${drill.name} failed.` : `Drill ${drill.name} failed at step "${drillStep.title}".`;
}

/** What was found to be at fault in the rehearsed lab; no section where nothing was. */
export function findingSections(findings: readonly string[] = []): readonly Section[] {
  return findings.length === 0 ? [] : [{ heading: 'At fault', aside: 'found while the lab was played', isKey: true, blocks: [findings] }];
}

/** From scaling to Running: a span for each wait, named after the event that ended it. */
export function timelineSection(marks: readonly ExerciseMark[]): Section {
  const ordered = marks.toSorted((a, b) => a.atSeconds - b.atSeconds);
  return {
    heading: 'Timeline',
    aside: 'seconds since scaling',
    isKey: true,
    blocks: [{
      kind: 'timeline',
      title: 'Timeline of the exercise, seconds since scaling',
      caption: 'Seconds since the Deployment was scaled. A bar is the wait for what its line names.',
      spans: ordered.map(({ event, detail, atSeconds }, index) => ({
        label: event, detail, fromSeconds: ordered[index - 1]?.atSeconds ?? 0, toSeconds: atSeconds, figure: secondsText(atSeconds),
      })),
    }],
  };
}

/**
 * The steps one by one: how each ended, the command that a student types, and what it showed.
 *
 * @param elsewhere where to find the lines that a terminal leaves out
 * @default 'with --json or --html'
 */
export function stepsBlock(steps: readonly ExerciseStep[], elsewhere = 'with --json or --html'): Outcomes {
  return {
    kind: 'outcomes',
    elsewhere,
    items: steps.map(({ seconds, ...step }) => ({ ...step, aside: step.outcome === 'skipped' ? undefined : secondsText(seconds) })),
  };
}

/** Nodes that Karpenter launched, with their prices. */
export function nodesSection(nodes: readonly LaunchedNode[]): Section {
  return {
    heading: 'Nodes that Karpenter launched',
    aside: `${counted(nodes.length, 'node')}, ${nodesPriceText(nodes)}`,
    blocks: [table([
      flexible('Node'), { heading: 'NodeClaim', only: 'page' }, { heading: 'Type', only: 'page' }, { heading: 'Capacity', only: 'page' },
      { heading: 'Type', only: 'terminal' }, 'Zone', figures('Pods'), figures('USD/h'),
    ], nodes.map((node) => [
      node.name, node.nodeClaim, node.instanceType, node.capacityType, typeText(node), node.zone, counted(node.exercisePods), nodePriceText(node),
    ]))],
  };
}

/** The instance type, and the capacity type where it is not on-demand: `c5a.2xlarge`, `c5a.2xlarge spot`. */
export function typeText({ instanceType, capacityType }: Pick<LaunchedNode, 'instanceType' | 'capacityType'>): string {
  return capacityType === 'on-demand' ? instanceType : `${instanceType} ${capacityType}`;
}

/** USD per hour of a node; `?` where the price is unknown. */
export function nodePriceText({ pricePerHour }: Pick<LaunchedNode, 'pricePerHour'>): string {
  return pricePerHour === undefined ? '?' : unitPriceText(pricePerHour);
}

function drillSection({ name, verdict, steps, proved }: DrillResult): Section {
  const passed = steps.filter(({ outcome }) => outcome === 'passed').length;
  return {
    heading: `Drill ${name}`,
    badge: { text: verdict, tone: verdict === 'passed' ? 'good' : 'bad' },
    aside: `${passed} of ${counted(steps.length, 'step')} passed`,
    // A drill without steps is shown all the same.
    blocks: [stepsBlock(steps), steps.length === 0 ? 'No step was taken.' : '', proved === undefined ? '' : `Proved: ${proved}`],
  };
}

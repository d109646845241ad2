import { Option } from '@commander-js/extra-typings';
import type { ScaleChange, ScaleResult } from '../../exercise/scale-lab';
import { counted, hourlyText, secondsText } from '../../words';
import { type LabDocument, verdictSection } from '../document/document';
import { ExitCode, UsageError } from '../errors';
import { nodesSection, stepsBlock, timelineSection } from '../exercise/exercise-document';
import {
  confirmed, connectionFlags, labConnection, namespaceFlag, replicaCount, timeoutFlag,
  yesFlag,
} from '../flags';
import { defineVerb, type FlagsOf, type Invocation, type VerbOutcome } from '../verb';

const FLAGS = [
  new Option('-w, --wait', 'follow it until the pods run, or are gone'),
  timeoutFlag('with --wait: seconds to wait at most (default: 300)'),
  namespaceFlag,
  yesFlag,
  ...connectionFlags,
] as const;

/** `lab scale`: the exercise's scaling. */
export const scaleVerb = defineVerb({
  name: 'scale',
  summary: 'scale the exercise, as students do, unless the NodePool cannot hold so many pods',
  description: 'Scales the exercise\'s Deployment. It refuses, before it changes anything, more pods than the NodePool of the '
    + 'cluster can hold within its limits, and says how many it can. Then it asks, with the nodes that Karpenter would launch and '
    + 'their price. With --wait it follows the pods until they run, and shows the time line; after scaling in, until they and the '
    + 'nodes they leave empty are gone. It exits with 1 when that does not come in time, and says why.',
  positionals: [{ name: '<replicas>', summary: 'pods that should run: 5 in the exercise, 0 to end it' }],
  flags: FLAGS,
  run: runScale,
});

async function runScale(invocation: Invocation, flags: FlagsOf<typeof FLAGS>): Promise<VerbOutcome> {
  const { host, positionals, run } = invocation;
  const replicas = replicaCount('lab scale', positionals[0] ?? '', 0);
  if (flags.timeout !== undefined && flags.wait !== true) {
    throw new UsageError({ code: 'FlagsInConflict', message: '--timeout has no meaning without --wait.', received: '--timeout', remedy: 'Add --wait, or leave it out.' });
  }
  const result = await host.actions.scaleLab({
    ...await labConnection(flags, invocation),
    replicas,
    namespace: flags.namespace,
    wait: flags.wait ?? false,
    timeoutSeconds: flags.timeout,
    confirm: (change) => confirmed(scaleQuestion(change), flags, invocation),
  }, run);
  return { result, document: scaleDocument(result), exitCode: result.verdict === 'passed' ? ExitCode.Ok : ExitCode.Failed };
}

/** What is about to happen, as a question. */
function scaleQuestion({ cluster, region, namespace, deploymentName, from, to, launch }: ScaleChange): string {
  const nodes = launch === undefined ? '' : Object.entries(launch.nodes).map(([type, count]) => `${count} × ${type}`).join(', ');
  return `Scale Deployment ${deploymentName} in namespace ${namespace} of cluster ${cluster} (${region}) from ${from} to ${counted(to, 'replica')}`
    + `${launch === undefined ? '' : `, on new nodes such as ${nodes} for about ${hourlyText(launch.pricePerHour)} at list price`}?`;
}

/** What was scaled and, where the verb waited, how the pods came or went. */
function scaleDocument(result: ScaleResult): LabDocument {
  const { namespace, deploymentName, from, to, verdict, nodes } = result;
  if (verdict === 'declined') {
    return { title: `${namespace}/${deploymentName} was not scaled: it has ${counted(from, 'replica')} as before.`, tone: 'muted' };
  }
  const title = `${namespace}/${deploymentName} scaled from ${from} to ${counted(to, 'replica')}`;
  if (!result.isWaited) return { title: `${title}. Follow it with lab watch, or with --wait.` };
  return {
    title,
    sections: [
      verdictSection(verdict, verdict === 'passed' ? passedSentence(result) : failedSentence(result)),
      { heading: 'Steps', blocks: [stepsBlock(result.steps, 'with --json')] },
      timelineSection(result.timeline),
      nodesSection(nodes),
    ],
    nodeNames: nodes.map(({ name }) => name),
  };
}

function passedSentence({ from, to, timeline, steps }: ScaleResult): string {
  if (to < from) return `${counted(from - to, 'pod')} went, in ${secondsText(steps.reduce((sum, { seconds }) => sum + seconds, 0))}.`;
  const running = timeline.find(({ event }) => event === 'pods running');
  return `${counted(to, 'pod')} run${running === undefined ? '' : `, ${secondsText(running.atSeconds)} after scaling`}.`;
}

function failedSentence({ steps }: ScaleResult): string {
  return `Not in time: "${steps.find(({ outcome }) => outcome === 'failed')?.title ?? ''}". The Deployment stays scaled.`;
}

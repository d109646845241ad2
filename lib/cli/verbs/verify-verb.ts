import { Option } from '@commander-js/extra-typings';
import type { Observation } from '../../exercise/observations';
import type { VerifyResult } from '../../exercise/verify-lab';
import { counted } from '../../words';
import { type LabDocument, type OutcomeItem, verdictSection } from '../document/document';
import { ExitCode } from '../errors';
import { nodesSection } from '../exercise/exercise-document';
import { connectionFlags, labConnection, namespaceFlag, replicaCount } from '../flags';
import { defineVerb, type FlagsOf, type Invocation, type VerbOutcome } from '../verb';

const FLAGS = [
  namespaceFlag,
  new Option('--replicas <count>', 'pods that should run (default: inflate.replicas of the lab, or 5)').argParser((text) => replicaCount('--replicas', text, 1)),
  ...connectionFlags,
] as const;

/** `lab verify`: whether the exercise has reached its outcome. */
export const verifyVerb = defineVerb({
  name: 'verify',
  summary: 'say whether the lab, or one student, has reached the outcome of the exercise',
  description: 'Looks at everything that the exercise should have led to, and shows the evidence of each: the Deployment, its '
    + 'pods, their nodes and NodeClaims, the capacity type, the node labels, Karpenter\'s log. It changes nothing. '
    + 'It exits with 0 when all is as expected and with 1 when something is not; --json is for grading.',
  flags: FLAGS,
  run: runVerify,
});

async function runVerify(invocation: Invocation, flags: FlagsOf<typeof FLAGS>): Promise<VerbOutcome> {
  const { host } = invocation;
  const result = await host.actions.verifyLab({ ...await labConnection(flags, invocation), namespace: flags.namespace, replicas: flags.replicas }, invocation.run);
  return { result, document: verifyDocument(result), exitCode: result.verdict === 'passed' ? ExitCode.Ok : ExitCode.Failed };
}

const OUTCOMES: Readonly<Record<Observation['outcome'], OutcomeItem['outcome']>> = { pass: 'passed', fail: 'failed', unknown: 'unknown' };

/** Every expected observation with its evidence, the verdict, and what to type next. */
function verifyDocument(result: VerifyResult): LabDocument {
  const { verdict, observations, nodes, namespace, cluster, isSimulated, replicas, deploymentName } = result;
  const failed = observations.filter(({ outcome }) => outcome === 'fail');
  const sentence = verdict === 'passed'
    ? `${counted(replicas, 'pod')} of ${deploymentName} run as the exercise shows.`
    : `Failed: ${failed.map(({ name }) => name).join(', ')}.`;
  return {
    title: `Exercise of namespace ${namespace} on cluster ${cluster}${isSimulated ? ', on a rehearsal' : ''}`,
    sections: [
      verdictSection(verdict, sentence),
      {
        heading: 'Observations',
        aside: `${observations.filter(({ outcome }) => outcome === 'pass').length} of ${counted(observations.length, 'observation')} passed`,
        blocks: [{ kind: 'outcomes', items: observations.map(itemOf), elsewhere: 'with --json' }],
      },
      nodesSection(nodes),
    ],
    next: [{ heading: 'Type next', blocks: [{ kind: 'commands', lines: failed.flatMap(({ command }) => command ?? []).slice(0, 1) }] }],
    nodeNames: nodes.map(({ name }) => name),
  };
}

/** An observation as an item. What has passed needs no command. */
function itemOf({ expected, outcome, evidence, command }: Observation): OutcomeItem {
  return { title: expected, outcome: OUTCOMES[outcome], evidence, command: outcome === 'pass' ? undefined : command };
}

import type { Observation, VerifyResult } from '../../exercise/exercise-state';
import { counted } from '../../words';
import { ExitCode } from '../errors';
import { launchedNodesText } from '../exercise/exercise-text';
import { connectionFlags, type ConnectionFlags, labConnection, namespaceFlag, type NamespaceFlags, replicaCount } from '../flags';
import { type TextLayout, wrapText } from '../terminal/text-layout';
import { type OutcomeItem, outcomeList, paragraph, sectionHeading } from '../terminal/text-section';
import type { Invocation, Verb, VerbOutcome } from '../verb';

interface VerifyFlags extends ConnectionFlags, NamespaceFlags {
  readonly replicas?: number;
}

/** `lab verify`: whether the exercise has reached its outcome. */
export const verifyVerb: Verb = {
  name: 'verify',
  summary: 'say whether the lab, or one student, has reached the outcome of the exercise',
  description: 'Looks at everything that the exercise should have led to, and shows the evidence of each: the Deployment, its '
    + 'pods, their nodes and NodeClaims, the capacity type, the node labels, Karpenter\'s log. It changes nothing. '
    + 'It exits with 0 when all is as expected and with 1 when something is not; --json is for grading.',
  flags: [
    namespaceFlag,
    { flags: '--replicas <count>', summary: 'pods that should run (default: inflate.replicas of the lab, or 5)', parse: (text) => replicaCount('--replicas', text, 1) },
    ...connectionFlags,
  ],
  run: runVerify,
};

async function runVerify(invocation: Invocation): Promise<VerbOutcome> {
  const flags = invocation.flags<VerifyFlags>();
  const { host } = invocation;
  const result = await host.actions.verifyLab({ ...await labConnection(flags, invocation), namespace: flags.namespace, replicas: flags.replicas });
  return { result, text: (layout) => verifyText(result, layout), exitCode: result.verdict === 'passed' ? ExitCode.Ok : ExitCode.Failed };
}

const MARKS: Readonly<Record<Observation['outcome'], OutcomeItem['mark']>> = {
  pass: { word: 'pass', kind: 'good' },
  fail: { word: 'FAIL', kind: 'bad' },
  unknown: { word: '?', kind: 'neutral' },
};

/** Every expected observation with its evidence, the verdict, and what to type next. */
export function verifyText(result: VerifyResult, layout: TextLayout): readonly string[] {
  const { observations, nodes } = result;
  const nodesSection = launchedNodesText(nodes, layout);
  return [
    ...wrapText(`Exercise of namespace ${result.namespace} on cluster ${result.cluster}${result.isSimulated ? ', EC2 simulated' : ''}`, layout.width).map(layout.style.strong),
    '',
    sectionHeading('Observations', countText(result), layout),
    ...outcomeList(observations.map(itemOf), 'with --json', layout),
    ...(nodesSection.length === 0 ? [] : ['', ...nodesSection]),
    '',
    ...verdictText(result, layout),
  ];
}

/** The command stands with what failed; what passed needs none. */
function itemOf({ expected, outcome, evidence, command }: Observation): OutcomeItem {
  return { title: expected, mark: MARKS[outcome], evidence, ...(outcome === 'pass' ? {} : { command }) };
}

function countText({ observations }: VerifyResult): string {
  return `${observations.filter(({ outcome }) => outcome === 'pass').length} of ${counted(observations.length, 'observation')} passed`;
}

function verdictText({ verdict, observations, replicas, deploymentName }: VerifyResult, layout: TextLayout): readonly string[] {
  const failed = observations.filter(({ outcome }) => outcome === 'fail');
  const sentence = verdict === 'passed'
    ? `${counted(replicas, 'pod')} of ${deploymentName} run as the exercise shows.`
    : `Failed: ${failed.map(({ name }) => name).join(', ')}.`;
  const next = failed.find(({ command }) => command !== undefined)?.command;
  return [
    sectionHeading('Verdict', verdict === 'passed' ? 'PASSED' : 'FAILED', layout),
    ...paragraph(sentence, layout).map(verdict === 'passed' ? layout.style.good : layout.style.bad),
    ...(next === undefined ? [] : ['', sectionHeading('Type next', '', layout), `  ${layout.style.name(next)}`]),
  ];
}

import type { Observation, VerifyResult } from '../../actions/verify/verify-result';
import { launchedNodesText } from '../exercise/launched-nodes-text';
import { countedText } from '../format/quantity-text';
import { outcomeList, type OutcomeItem } from '../text/outcome-list';
import type { TextLayout } from '../text/text-layout';
import { paragraph, sectionHeading } from '../text/text-section';
import { wrapText } from '../text/wrap-text';

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
  return `${observations.filter(({ outcome }) => outcome === 'pass').length} of ${countedText(observations.length, 'observation')} passed`;
}

function verdictText({ verdict, observations, replicas, deploymentName }: VerifyResult, layout: TextLayout): readonly string[] {
  const failed = observations.filter(({ outcome }) => outcome === 'fail');
  const sentence = verdict === 'passed'
    ? `${countedText(replicas, 'pod')} of ${deploymentName} run as the exercise shows.`
    : `Failed: ${failed.map(({ name }) => name).join(', ')}.`;
  const next = failed.find(({ command }) => command !== undefined)?.command;
  return [
    sectionHeading('Verdict', verdict === 'passed' ? 'PASSED' : 'FAILED', layout),
    ...paragraph(sentence, layout).map(verdict === 'passed' ? layout.style.good : layout.style.bad),
    ...(next === undefined ? [] : ['', sectionHeading('Type next', '', layout), `  ${layout.style.name(next)}`]),
  ];
}

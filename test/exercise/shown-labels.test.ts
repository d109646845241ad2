import { NOT_SIMULATED, notSimulated } from '../../lib/exercise/shown-labels';
import { SHOWN_LABELS } from '../../lib/exercise/shown-labels';
import { NODES, type ClusterNode } from '../../lib/kubernetes/core-kinds';

const SELECTOR = { 'eks-team': 'my-team' };
const SIMULATED_LABELS = SHOWN_LABELS.filter(({ isSimulated }) => isSimulated).map(({ key }) => key);

function simulatedNode(keys: readonly string[], labels: Readonly<Record<string, string>> = SELECTOR): ClusterNode {
  return NODES.read({ metadata: { name: 'kwok-1', labels: { ...Object.fromEntries(keys.map((key) => [key, 'x'])), ...labels } }, spec: { providerID: 'kwok-aws:///ap-northeast-2a/i-1' } });
}

describe('what is not simulated', () => {
  test.each([
    'Containers do not run', 'CloudFormation', 'Helm', 'stand-ins', 'IAM is not enforced', 'short of capacity', 'spot prices', 'no kubelet', 'kwok-', 'aws:///',
    'field commit', 'exec', 'port-forward', 'kube-ops-view', 'top', 'logs of pods other than Karpenter\'s',
  ])('names %s', (words) => {
    expect(NOT_SIMULATED.join('\n')).toContain(words);
  });

  test('is said alike before a node was launched and after', () => {
    expect(NOT_SIMULATED.at(-1)).toBe('Node labels that the exercise shows and that are absent: beta.kubernetes.io/instance-type, '
      + 'failure-domain.beta.kubernetes.io/region, failure-domain.beta.kubernetes.io/zone, k8s.io/cloud-provider-aws, topology.ebs.csi.aws.com/zone.');
    expect(notSimulated([simulatedNode(SIMULATED_LABELS)], SELECTOR)).toEqual(NOT_SIMULATED);
    expect(notSimulated([simulatedNode([], { role: 'system' })], SELECTOR)).toEqual(NOT_SIMULATED);
  });

  test('names a label that a node lacks besides, and no label of nodes for other pods', () => {
    const without = (label: string): readonly string[] => SIMULATED_LABELS.filter((key) => key !== label);
    expect(notSimulated([simulatedNode(without('beta.kubernetes.io/arch')), simulatedNode([], { 'eks-team': 'other' })], SELECTOR).at(-1)).toContain('beta.kubernetes.io/arch,');
    // It comes a moment after the node is Ready, and on a rehearsal as well.
    expect(notSimulated([simulatedNode(without('karpenter.sh/initialized'))], SELECTOR)).toEqual(NOT_SIMULATED);
    expect(notSimulated([simulatedNode(SIMULATED_LABELS), simulatedNode([], { 'eks-team': 'other' })], SELECTOR)).toEqual(NOT_SIMULATED);
  });
});

import { NOT_SIMULATED, notSimulated, SHOWN_LABELS } from '../../lib/exercise/shown-labels';
import { NODES, type ClusterNode } from '../../lib/kubernetes/core-kinds';

const node = (annotations: Readonly<Record<string, string>>): ClusterNode => NODES.read({ metadata: { name: 'ip-10-11-72-27', annotations }, spec: { providerID: 'aws:///ap-northeast-2a/i-1' } });

describe('what is not simulated', () => {
  test.each(['Containers do not run', 'no traffic', 'stand-ins', 'exec', 'port-forward', 'kube-ops-view', 'top', 'logs of pods other than Karpenter\'s', 'AWS is played', 'Time is compressed', 'spot prices', 'billed'])('names %s', (words) => {
    expect(NOT_SIMULATED.join('\n')).toContain(words);
  });

  test('has at most four lines', () => {
    expect(NOT_SIMULATED.length).toBeLessThanOrEqual(4);
  });

  test('is said of nodes that kwok plays, and not of those of EC2', () => {
    expect(notSimulated([node({ 'kwok.x-k8s.io/node': 'fake' })])).toEqual(NOT_SIMULATED);
    expect(notSimulated([node({})])).toEqual([]);
  });
});

test('the exercise shows each label once', () => {
  expect(new Set(SHOWN_LABELS.map(({ key }) => key)).size).toBe(SHOWN_LABELS.length);
});

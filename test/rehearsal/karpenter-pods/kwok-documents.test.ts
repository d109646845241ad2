import { textAt, valueAt } from '../../../lib/json';
import { karpenterPodLogs, karpenterPodStages } from '../../../lib/rehearsal/karpenter-pods/kwok-documents';

describe('what kwok does with pods', () => {
  const nameOf = '.metadata.labels["app.kubernetes.io/name"]';
  const podStages = karpenterPodStages().filter((stage) => textAt(stage, 'spec', 'resourceRef', 'kind') === 'Pod');
  const selectors = new Map(podStages.map((stage) => [textAt(stage, 'metadata', 'name'), valueAt(stage, 'spec', 'selector', 'matchExpressions')]));

  it('leaves out Karpenter\'s, except for their addresses', () => {
    const others = expect.arrayContaining([{ key: nameOf, operator: 'NotIn', values: ['karpenter'] }]) as unknown;
    expect(Object.fromEntries(selectors)).toEqual({
      'pod-runs': others,
      'pod-of-job-ends': others,
      'pod-goes': others,
      'karpenter-pod-has-addresses': expect.arrayContaining([{ key: nameOf, operator: 'In', values: ['karpenter'] }]) as unknown,
    });
    const template = textAt(podStages.at(-1), 'spec', 'next', 'statusTemplate');
    expect(template).toContain('podIP:');
    expect(template).not.toMatch(/Ready|phase|containerStatuses/);
  });

  it('serves the log of a pod from the files of its processes, until the pod is gone', () => {
    expect(karpenterPodLogs({ pod: { namespace: 'n', name: 'p', uid: '1' }, file: '/1.log', previousFile: '/0.log' })).toMatchObject({
      apiVersion: 'kwok.x-k8s.io/v1alpha1',
      kind: 'Logs',
      metadata: { namespace: 'n', name: 'p', ownerReferences: [{ kind: 'Pod', name: 'p', uid: '1' }] },
      spec: { logs: [{ containers: ['controller'], logsFile: '/1.log', previousLogsFile: '/0.log', follow: true }] },
    });
    expect(valueAt(karpenterPodLogs({ pod: { namespace: 'n', name: 'p', uid: '1' }, file: '/0.log' }), 'spec', 'logs', 0)).not.toHaveProperty('previousLogsFile');
  });
});

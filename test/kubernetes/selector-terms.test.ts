import type { JsonObject } from '../../lib/json';
import { EC2_NODE_CLASSES, unmatchedSelection } from '../../lib/kubernetes/karpenter-kinds';

describe('what an EC2NodeClass looks for in vain', () => {
  const body: JsonObject = {
    metadata: { name: 'default' },
    spec: {
      amiSelectorTerms: [{ alias: 'al2023@v20260917' }],
      subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'lab', tier: 'private' } }, { id: 'subnet-1' }],
    },
    status: { conditions: [{ type: 'SubnetsReady', status: 'False' }, { type: 'AMIsReady', status: 'Unknown' }] },
  };

  test.each([
    ['SubnetsReady', 'no subnet matches karpenter.sh/discovery=lab and tier=private or id subnet-1'],
    ['AMIsReady', 'no AMI matches alias al2023@v20260917'],
    ['SecurityGroupsReady', undefined],
    ['InstanceProfileReady', undefined],
  ])('by the condition %s', (type, words) => {
    expect(unmatchedSelection(body, type)).toBe(words);
  });

  test('is told of conditions that say no, not of those that wait', () => {
    expect(EC2_NODE_CLASSES.read(body).unmatchedSelections).toEqual(['no subnet matches karpenter.sh/discovery=lab and tier=private or id subnet-1']);
  });
});

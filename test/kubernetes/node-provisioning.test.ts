import { EC2_NODE_CLASSES, NODE_POOLS } from '../../lib/kubernetes/karpenter-kinds';
import { type UnreadyObject, waitUntilReady } from '../../lib/kubernetes/node-provisioning';
import { FakeKubernetes } from '../support/fake-kubernetes/fake-kubernetes';

const NAMES = { nodeClasses: ['default'], nodePools: ['default'] };

describe('waiting until Karpenter has accepted a NodePool and its EC2NodeClass', () => {
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await FakeKubernetes.start();
    fake.put(EC2_NODE_CLASSES, { metadata: { name: 'default' }, status: { conditions: [{ type: 'Ready', status: 'True' }] } });
  });
  afterEach(() => fake.stop());

  const putPool = (ready: 'True' | 'False', generation = 1, observedGeneration = generation): unknown =>
    fake.put(NODE_POOLS, { metadata: { name: 'default', generation }, status: { conditions: [{ type: 'Ready', status: ready, observedGeneration }] } });

  test('ends when both are Ready, and gives them', async () => {
    setTimeout(() => putPool('True'), 20);
    const { nodePools, nodeClasses } = await waitUntilReady(fake.api(), NAMES, { deadlineSeconds: 5 });
    expect([...nodePools, ...nodeClasses].map(({ metadata }) => metadata.name)).toEqual(['default', 'default']);
  });

  test('does not take for ready what was so before a change', async () => {
    putPool('True', 2, 1);
    setTimeout(() => putPool('True', 2), 100);
    let looks = 0;
    await waitUntilReady(fake.api(), NAMES, { deadlineSeconds: 5, onUnready: () => { looks += 1; } });
    expect(looks).toBeGreaterThan(0);
  });

  test('fails when the deadline passes, with what is missing and what the objects say', async () => {
    await expect(waitUntilReady(fake.api(), NAMES, { deadlineSeconds: 0.05 })).rejects.toMatchObject({
      code: 'DeadlinePassed', what: 'NodePool default and EC2NodeClass default are Ready', missing: ['There is no NodePool default.'],
    });
    putPool('False');
    await expect(waitUntilReady(fake.api(), NAMES, { deadlineSeconds: 0.05 })).rejects.toMatchObject({ missing: ['NodePool default is not Ready.'] });
  });

  test('fails when the one who is told what is not ready gives up', async () => {
    const told: string[] = [];
    const giveUp = (unready: readonly UnreadyObject[]): void => {
      told.push(...unready.map(({ kind, name }) => `${kind} ${name}`));
      if (told.length > 2) throw new Error('Karpenter has ended');
    };
    await expect(waitUntilReady(fake.api(), NAMES, { deadlineSeconds: 5, onUnready: giveUp })).rejects.toThrow('Karpenter has ended');
    expect(new Set(told)).toEqual(new Set(['NodePool default']));
  });
});

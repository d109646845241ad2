import { limitsForClass, raiseLimits, restoreLimits } from '../../../lib/exercise/class/class-bounds';
import type { JsonObject } from '../../../lib/json';
import { NODE_POOLS, type NodePool } from '../../../lib/kubernetes/karpenter-kinds';
import { labInAFake, type LabInAFake } from '../../support/fake-kubernetes/lab-in-a-fake';

describe('raised limits', () => {
  let lab: LabInAFake;
  beforeEach(async () => {
    lab = await labInAFake();
  });
  afterEach(() => lab.stop());

  const inCluster = (): JsonObject | undefined => lab.fake.find(NODE_POOLS, { name: 'default' });
  const nodePool = async (): Promise<NodePool> => {
    const found = await lab.api.get(NODE_POOLS, { name: 'default' });
    if (found === undefined) throw new Error('the fake has no NodePool default');
    return found;
  };

  test('hold all pods twice, and two of the largest nodes besides', async () => {
    expect(limitsForClass(await nodePool(), 1000, 500)).toEqual({ cpu: 1384, memory: '11072Gi' });
  });

  test('are put back as they were, and a limit that there was not is removed', async () => {
    await raiseLimits(lab.api, await nodePool(), { cpu: 1384, memory: '11072Gi' });
    expect(inCluster()).toMatchObject({ spec: { limits: { cpu: 1384, memory: '11072Gi' } } });

    await restoreLimits(lab.api, 'default');
    expect((await nodePool()).limits).toEqual({ cpu: '100' });
    expect((await nodePool()).metadata.annotations).toEqual({});
  });

  test('are left alone where none were raised', async () => {
    await restoreLimits(lab.api, 'default');
    expect((await nodePool()).limits).toEqual({ cpu: '100' });
  });

  test('need no NodePool to be put back', async () => {
    expect(await restoreLimits(lab.api, 'another')).toBeUndefined();
  });
});

import { EC2_NODE_CLASSES, NODE_POOLS } from '../../../lib/kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../../lib/kubernetes/kubernetes-api';
import type { JsonObject } from '../../../lib/json';
import { FakeKubernetes } from './fake-kubernetes';
import { PlayedControllers, type PlayOptions } from './played-controllers';

/** A lab on a fake Kubernetes API, with controllers played. */
export interface LabInAFake {
  readonly fake: FakeKubernetes;
  readonly api: KubernetesApi;
  readonly controllers: PlayedControllers;
  readonly stop: () => Promise<void>;
}

/** What a test's lab has otherwise. */
export interface LabInAFakeOptions extends PlayOptions {
  /** `spec` of the NodePool, merged into the default. */
  readonly nodePool?: JsonObject;
  /** `status.conditions` of the EC2NodeClass. @default - it is Ready */
  readonly nodeClassConditions?: readonly JsonObject[];
}

/** Starts a lab with a NodePool and an EC2NodeClass `default`, and no Deployment yet. */
export async function labInAFake({ nodePool = {}, nodeClassConditions, ...play }: LabInAFakeOptions = {}): Promise<LabInAFake> {
  const fake = await FakeKubernetes.start();
  fake.put(EC2_NODE_CLASSES, {
    metadata: { name: 'default' },
    status: { subnets: [{ id: 'subnet-1' }, { id: 'subnet-2' }], conditions: nodeClassConditions ?? [{ type: 'Ready', status: 'True' }] },
  });
  fake.put(NODE_POOLS, {
    metadata: { name: 'default' },
    spec: {
      limits: { cpu: 100 },
      disruption: { consolidationPolicy: 'WhenEmpty', consolidateAfter: '1s' },
      template: {
        metadata: { labels: { 'eks-team': 'my-team' } },
        spec: { nodeClassRef: { name: 'default' }, requirements: [{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['on-demand'] }] },
      },
    },
  });
  fake.put(NODE_POOLS, { metadata: { name: 'default' }, spec: nodePool });
  const controllers = new PlayedControllers(fake, play);
  return {
    fake,
    api: fake.api(),
    controllers,
    stop: async () => {
      controllers.stop();
      await fake.stop();
    },
  };
}

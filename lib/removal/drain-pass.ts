import type { KarpenterInstance } from '../aws/karpenter-instances';
import { DEPLOYMENTS, NAMESPACES } from '../kubernetes/core-kinds';
import { EC2_NODE_CLASSES, NODE_CLAIMS, NODE_POOLS, type NodeClaim } from '../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import { type Conditioned, type ObjectReference, type ResourceKind, unmetConditions } from '../kubernetes/objects';
import { Deletions, REFUSER_KINDS } from './deletions';
import { AWS_BACKED_KINDS, drainWorkloads, PERSISTENT_VOLUMES, POD_MAKING_KINDS } from './drain-workloads';
import { existing, stillThere } from './named-objects';
import { DISRUPTION_BUDGETS, holdersOf } from './node-claim-holders';

/** The first phase of a drain that is not finished. */
export type DrainPhase = 'workloads' | 'nodePools' | 'nodeClaims' | 'instances' | 'nodeClasses' | 'drained';

/** How far a drain is after a pass. */
export interface DrainState {
  readonly phase: DrainPhase;
  /** Whether nothing is left: no NodePool, NodeClaim, EC2NodeClass, and no instance. */
  readonly isDrained: boolean;
  /** What this pass asked the deletion of, such as `NodePool default`. */
  readonly deleted: readonly string[];
  /** What is still there in this phase, a sentence each: which object, and what holds it. What was refused stands first. */
  readonly remaining: readonly string[];
  /** Deletions that a webhook or a policy refused in this pass, and who did, a sentence each. The rest went on all the same. */
  readonly refused: readonly string[];
}

/** What a drain works with. */
export interface DrainOptions {
  /** @default - the cluster no longer exists: only instances can be left */
  readonly api?: KubernetesApi;
  /** Instances that Karpenter launched for the cluster and that are not gone yet. */
  readonly instances: () => Promise<readonly KarpenterInstance[]>;
  /**
   * Karpenter's Deployment. Its namespace stays, as those of Kubernetes itself do; their load balancers and volumes go all the same.
   *
   * @default - no namespace but Kubernetes' own stays, and nothing is said of the controller
   */
  readonly controller?: ObjectReference;
}

/**
 * Makes one pass of a drain: asks for the deletion of all that is due, and returns what is left. It waits for nothing, forces
 * nothing, and anybody can repeat it at any time, until `isDrained`. It finds what somebody made since the last pass, too.
 *
 * The order: what students run, with its load balancers and volumes; all NodePools, students' too, and with them NodeClaims and
 * instances; then all EC2NodeClasses. Each waits for the one before. A deletion that is refused does not stop the others.
 *
 * @throws LabError what `KubernetesApi` and `instances` say
 */
export async function drainPass(options: DrainOptions): Promise<DrainState> {
  const { api } = options;
  const deletions = api && new Deletions(api);
  const at = async (phase: DrainPhase, remaining: readonly string[]): Promise<DrainState> => {
    const refused = await deletions?.refused() ?? [];
    return { phase, isDrained: phase === 'drained', deleted: deletions?.deleted ?? [], remaining: phase === 'drained' ? [] : [...refused, ...remaining], refused };
  };
  const before = async (phase: DrainPhase, remaining: readonly string[]): Promise<DrainState> => at(phase, [...remaining, ...await controllerNote(options)]);

  if (api !== undefined && deletions !== undefined) {
    const workloads = await drainWorkloads(api, namespaceOf(options.controller), deletions);
    if (workloads.length > 0) return at('workloads', workloads);

    await deletions.request(NODE_POOLS, () => true);
    const nodePools = await existing(api, NODE_POOLS);
    // Those of a NodePool go with it; one that somebody made by hand has no owner.
    if (nodePools.length === 0) await deletions.request(NODE_CLAIMS, () => true);
    const claims = await existing(api, NODE_CLAIMS);
    if (nodePools.length > 0) return before('nodePools', [...nodePools.map((pool) => stillThere(NODE_POOLS, pool)), ...await claimLines(api, claims)]);
    if (claims.length > 0) return before('nodeClaims', await claimLines(api, claims));
  }

  const instances = await options.instances();
  if (instances.length > 0) return before('instances', instances.map(instanceLine));

  if (api !== undefined && deletions !== undefined) {
    await deletions.request(EC2_NODE_CLASSES, () => true);
    const nodeClasses = await existing(api, EC2_NODE_CLASSES);
    if (nodeClasses.length > 0) return before('nodeClasses', nodeClasses.map((nodeClass) => stillThere(EC2_NODE_CLASSES, nodeClass)));
  }
  return at('drained', []);
}

async function claimLines(api: KubernetesApi, claims: readonly NodeClaim[]): Promise<readonly string[]> {
  const holders = await holdersOf(api, claims);
  return claims.map((claim) => stillThere(NODE_CLAIMS, claim, [...nodeOf(claim), ...unmetConditions(endOf(claim)), ...holders(claim)]));
}

/** Of a NodeClaim's conditions only those of its end: that it is not Ready holds nothing. */
function endOf({ conditions }: NodeClaim): Conditioned {
  return { conditions: conditions.filter(({ type }) => ENDING_CONDITIONS.includes(type)) };
}

/** What Karpenter notes on a NodeClaim that it terminates, in this order. */
const ENDING_CONDITIONS: readonly string[] = ['Drained', 'VolumesDetached', 'InstanceTerminating'];

function nodeOf({ nodeName, instanceType, providerId }: NodeClaim): readonly string[] {
  const what = [nodeName === undefined ? undefined : `node ${nodeName}`, instanceType, providerId].filter((each) => each !== undefined);
  return what.length === 0 ? [] : [what.join(', ')];
}

function instanceLine({ id, state, instanceType, zone, nodePool }: KarpenterInstance): string {
  const origin = nodePool === undefined ? '' : ` of NodePool ${nodePool}`;
  return `Instance ${id} (${instanceType}${zone === undefined ? '' : `, ${zone}`})${origin} is ${state}.`;
}

/** Why nothing goes on at all, where it is so. */
async function controllerNote({ api, controller }: DrainOptions): Promise<readonly string[]> {
  if (controller === undefined || api === undefined) return [];
  const deployment = await api.get(DEPLOYMENTS, controller);
  const name = `Deployment ${controller.namespace ?? ''}/${controller.name}`;
  if (deployment === undefined) return [`Karpenter's ${name} does not exist, so nobody ends nodes.`];
  if (deployment.readyReplicas > 0) return [];
  return [`No pod of Karpenter's ${name} is ready (it should have ${deployment.replicas}), so nobody ends nodes.`];
}

function namespaceOf(controller: ObjectReference | undefined): readonly string[] {
  return controller?.namespace === undefined ? [] : [controller.namespace];
}

/** What a drain does to the objects of a kind. */
export interface DrainRight {
  readonly kind: ResourceKind<unknown>;
  readonly verbs: readonly ('get' | 'list' | 'delete')[];
}

/** All that whoever drains must be allowed in Kubernetes, and no more. */
export const DRAIN_RIGHTS: readonly DrainRight[] = [
  ...[NAMESPACES, ...POD_MAKING_KINDS, ...AWS_BACKED_KINDS, NODE_POOLS, NODE_CLAIMS, EC2_NODE_CLASSES]
    .map((kind): DrainRight => ({ kind, verbs: kind.kind === DEPLOYMENTS.kind ? ['get', 'list', 'delete'] : ['list', 'delete'] })),
  ...[PERSISTENT_VOLUMES, DISRUPTION_BUDGETS, ...REFUSER_KINDS].map((kind): DrainRight => ({ kind, verbs: ['list'] })),
];

import { type JsonObject, type JsonValue, objectAt, textAt } from '../../json';
import { ClusterModel } from '../../kubernetes/cluster-model';
import { type Deployment, DEPLOYMENTS, NAMESPACES } from '../../kubernetes/core-kinds';
import { NODE_POOLS } from '../../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { waitUntilReady } from '../../kubernetes/node-provisioning';
import { checkOurs, MADE_FOR_LABEL, type ObjectMetadata } from '../../kubernetes/objects';
import type { AccountThing } from '../../rehearsal/account-contents';
import type { CapacityShortage } from '../../rehearsal/ec2/fleet-offers';
import type { RehearsalTerminal } from '../../rehearsal/rehearsal-terminal';
import { beyondInterruption } from '../../run-context';
import { waitFor } from '../../wait-for';
import { CAPACITY_TYPE_LABEL, NODE_POOL_LABEL } from '../../well-known-keys';
import { diagnoseReadiness } from '../diagnosis';
import { RESTORE_NODE_POOL } from '../exercise-commands';
import { type ExerciseContext, exerciseFailed, type WatchedExercise, watching } from '../exercise-context';
import { deploymentBodyOf, type ExerciseExpectations } from '../expectations';

/** What drills let happen in an account. */
export interface AccountEvents {
  /** EC2 announces that it takes a spot instance back, and does so two minutes later. */
  readonly interruptSpot: (instanceId: string) => Promise<void>;
  /** EC2 has none of these instances from now on, and all others. */
  readonly setShortages: (shortages: readonly CapacityShortage[]) => Promise<void>;
  /** Time passes for what waits for a moment: the deadline of a class. */
  readonly passTime: (seconds: number) => Promise<void>;
  /** The VPC CNI leaves an interface in a subnet of the cluster. The names are those by which a teardown tells of it. */
  readonly leaveInterface: () => Promise<readonly string[]>;
  /** GuardDuty puts an endpoint and a security group into the VPC of the cluster. The names are those by which a teardown tells of them. */
  readonly protectByGuardDuty: () => Promise<readonly string[]>;
}

/** What drills need of a rehearsal. */
export interface DrillMeans {
  /** Connects to the cluster as the instructor. Each deployment makes another cluster, with an address of its own. */
  readonly connect: () => Promise<KubernetesApi>;
  /** Status of the lab's stack; undefined where there is none. */
  readonly stackStatus: () => Promise<string | undefined>;
  /** Where commands are typed. */
  readonly terminal: Pick<RehearsalTerminal, 'lab' | 'cdk' | 'shell'>;
  /** What happens in AWS, and that no caller can ask for. */
  readonly events: AccountEvents;
  /** Absolute path of the assembly that is rehearsed. */
  readonly assemblyDirectory: string;
  /** Writes a copy of it with another template. @returns the absolute path of the copy */
  readonly assemblyWith: (change: (template: JsonObject) => JsonObject) => Promise<string>;
  /** How many instances of Karpenter's exist in EC2. */
  readonly countInstances: () => Promise<number>;
  /** All that the account holds besides what an unused one has. */
  readonly everythingInAccount: () => Promise<readonly AccountThing[]>;
}

/** What every step of a drill works with. */
export interface DrillContext extends ExerciseContext {
  readonly means: DrillMeans;
}

/** What a drill works with where there is no cluster, or not yet. */
export type DrillInAccount = Omit<DrillContext, 'api'>;

/** How a drill's own NodePool differs from the lab's. */
export interface StageOptions {
  /** Name of the drill. */
  readonly drill: string;
  /** Name of the NodePool and of the namespace. @default - after the drill: `lab-drill-spot` */
  readonly name?: string;
  /** Capacity types of its nodes. @default - those of the lab's NodePool */
  readonly capacityTypes?: readonly string[];
  /** Its limits. @default - those of the lab's NodePool */
  readonly limits?: JsonObject;
}

/**
 * Creates a stage for a drill, apart from the class: a NodePool like the lab's, whose nodes have a team label of their own, and a
 * namespace with a copy of the exercise's Deployment that selects this label. So students' pods never run on a drill's nodes, and
 * the drill's pods never run on theirs. The stage is removed afterwards, even after a failure or an interruption.
 *
 * @param play the drill's steps; the exercise's steps work on a stage as they do in the lab
 */
export async function onStage(context: ExerciseContext, options: StageOptions, play: (stage: WatchedExercise) => Promise<void>): Promise<void> {
  const expectations = stageExpectations(context.expectations, options);
  const { api, recorder, run, deadlines } = context;
  const staged: ExerciseContext = { ...context, expectations };
  const { namespace, nodePoolName, deploymentName } = expectations;
  try {
    let deployment: Deployment | undefined;
    await recorder.step({ title: `Add NodePool ${nodePoolName} and namespace ${namespace}` }, async (step) => {
      await clearStage(staged);
      await api.apply(NODE_POOLS, await nodePoolBody(context, expectations, options));
      for (const body of expectations.objects) await api.apply(body['kind'] === 'Namespace' ? NAMESPACES : DEPLOYMENTS, body);
      await waitUntilReady(api, { nodePools: [nodePoolName], nodeClasses: [] }, {
        deadlineSeconds: deadlines.readySeconds,
        describeMissing: () => diagnoseReadiness(api, expectations),
      });
      deployment = await api.get(DEPLOYMENTS, { namespace, name: deploymentName });
      step.note(...changeLines(options), `Pods of namespace ${namespace} run on its nodes only`);
    });
    if (deployment !== undefined) await watching(staged, deployment, play);
  } finally {
    await recorder.perform({ title: 'Put everything back' }, async (step) => {
      await clearStage({ ...staged, api: api.boundTo(beyondInterruption(run).signal) });
      step.note(`NodePool ${nodePoolName}, its nodes and namespace ${namespace} are gone`);
    });
  }
}

/** Removes a drill's NodePool and namespace, and waits until they and its nodes are gone. */
async function clearStage({ api, expectations, deadlines }: ExerciseContext): Promise<void> {
  const { namespace, nodePoolName } = expectations;
  const madeBefore = await api.get(NAMESPACES, { name: namespace });
  const poolBefore = await api.get(NODE_POOLS, { name: nodePoolName });
  if (madeBefore !== undefined) checkOurs('Namespace', madeBefore.metadata);
  if (poolBefore !== undefined) checkOurs('NodePool', poolBefore.metadata);
  if (madeBefore === undefined && poolBefore === undefined) return;

  await api.delete(NAMESPACES, { name: namespace });
  await api.delete(NODE_POOLS, { name: nodePoolName });
  const launched = { labelSelector: `${NODE_POOL_LABEL}=${nodePoolName}` };
  const cluster = await ClusterModel.start(api, {
    namespaces: { fieldSelector: `metadata.name=${namespace}` }, nodePools: { fieldSelector: `metadata.name=${nodePoolName}` }, nodeClaims: launched, nodes: launched,
  });
  const left = (): readonly (readonly [kind: string, ObjectMetadata])[] => {
    const named = (kind: string, objects: readonly { readonly metadata: ObjectMetadata }[]) => objects.map(({ metadata }) => [kind, metadata] as const);
    return [...named('Namespace', cluster.namespaces), ...named('NodePool', cluster.nodePools), ...named('NodeClaim', cluster.nodeClaims), ...named('Node', cluster.nodes)];
  };
  try {
    await waitFor(() => left().length === 0, {
      what: `NodePool ${nodePoolName}, its nodes and namespace ${namespace} are gone`,
      deadlineSeconds: deadlines.deletedSeconds,
      on: [cluster],
      describeMissing: () => left().map(([kind, { name, finalizers }]) => `${kind} ${name} is still there, held by ${finalizers.join(', ')}`),
      remedy: `Delete them: kubectl delete namespace ${namespace}; kubectl delete nodepool ${nodePoolName}.`,
    });
  } finally {
    cluster.stop();
  }
}

/** The exercise's expectations, on the stage. */
export function stageExpectations(expectations: ExerciseExpectations, { drill, name = `lab-drill-${drill}`, capacityTypes }: StageOptions): ExerciseExpectations {
  const nodeSelector = Object.fromEntries(Object.keys(expectations.nodeSelector).map((key) => [key, name]));
  const deployment = deploymentBodyOf(expectations) ?? {};
  const spec = objectAt(deployment, 'spec');
  const template = objectAt(spec, 'template');
  const labels = { [MADE_FOR_LABEL]: `drill-${drill}` };
  return {
    ...expectations,
    namespace: name,
    nodePoolName: name,
    nodeSelector,
    capacityTypes: capacityTypes ?? expectations.capacityTypes,
    objects: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
      {
        ...deployment,
        metadata: { name: expectations.deploymentName, namespace: name, labels },
        spec: { ...spec, replicas: 0, template: { ...template, spec: { ...objectAt(template, 'spec'), nodeSelector } } },
      },
    ],
  };
}

/** The lab's NodePool, as it is in the cluster, with a drill's changes. */
export async function nodePoolBody({ api, expectations }: ExerciseContext, stage: ExerciseExpectations, options: StageOptions): Promise<JsonObject> {
  const { items } = await api.listBodies(NODE_POOLS, { fieldSelector: `metadata.name=${expectations.nodePoolName}` });
  const [body] = items;
  if (body === undefined) throw exerciseFailed(`There is no NodePool ${expectations.nodePoolName} to make the drill's NodePool from.`, `Bring it back: ${RESTORE_NODE_POOL}.`);
  return drillNodePool(body, stage, options);
}

/** A NodePool's body with a drill's name, labels, capacity types and limits. It never consolidates. */
function drillNodePool(body: JsonObject, stage: ExerciseExpectations, { drill, capacityTypes, limits }: StageOptions): JsonObject {
  const spec = objectAt(body, 'spec');
  const template = objectAt(spec, 'template');
  const nodeSpec = objectAt(template, 'spec');
  return {
    apiVersion: textAt(body, 'apiVersion') ?? NODE_POOLS.apiVersion,
    kind: NODE_POOLS.kind,
    metadata: { name: stage.nodePoolName, labels: { [MADE_FOR_LABEL]: `drill-${drill}` } },
    spec: {
      ...spec,
      limits: limits ?? objectAt(spec, 'limits'),
      disruption: { consolidationPolicy: 'WhenEmpty', consolidateAfter: 'Never' },
      template: {
        ...template,
        metadata: { labels: { ...objectAt(template, 'metadata', 'labels'), ...stage.nodeSelector } },
        spec: { ...nodeSpec, requirements: capacityTypes === undefined ? nodeSpec['requirements'] ?? [] : withCapacityTypes(nodeSpec['requirements'], capacityTypes) },
      },
    },
  };
}

function withCapacityTypes(requirements: JsonValue | undefined, values: readonly string[]): JsonValue {
  const others = Array.isArray(requirements) ? (requirements as readonly JsonValue[]).filter((requirement) => textAt(requirement, 'key') !== CAPACITY_TYPE_LABEL) : [];
  return [...others, { key: CAPACITY_TYPE_LABEL, operator: 'In', values }];
}

function changeLines({ capacityTypes, limits }: StageOptions): readonly string[] {
  return [
    ...(capacityTypes === undefined ? [] : [`It allows ${capacityTypes.join(', ')}`]),
    ...(limits === undefined ? [] : [`It may launch ${Object.keys(limits).map((resource) => `${resource} ${textAt(limits, resource) ?? ''}`).join(', ')} in all`]),
  ];
}

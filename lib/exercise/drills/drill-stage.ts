import { runContext } from '../../run-context';
import { type JsonObject, type JsonValue, objectAt, textAt } from '../../json';
import { type Deployment, DEPLOYMENTS, NAMESPACES, NODES } from '../../kubernetes/core-kinds';
import { NODE_CLAIMS, NODE_POOLS } from '../../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { LiveList } from '../../kubernetes/live-list';
import { checkOurs, isTrue, MADE_FOR_LABEL } from '../../kubernetes/objects';
import { waitFor } from '../../wait-for';
import { ignoreProgress, type ProgressListener } from '../../progress';
import { CAPACITY_TYPE_LABEL, NODE_POOL_LABEL } from '../../well-known-keys';
import { diagnoseReadiness } from '../diagnosis';
import { RESTORE_NODE_POOL } from '../exercise-commands';
import type { DrillName, DrillResult } from '../exercise-result';
import { ExerciseWatch } from '../exercise-watch';
import { EXERCISE_DEADLINES, type ExerciseDeadlines, type ExerciseExpectations } from '../expectations';
import { launchStep, nodeReadyStep, podsRunningStep, scaleStep } from '../launch-steps';
import { type ExerciseContext, exerciseFailed, StepRecorder } from '../step-recorder';

/** How long each stage of a drill may take, in seconds. */
export interface DrillDeadlines {
  /** Until Karpenter has noticed a message in its queue. */
  readonly noticedSeconds: number;
  /** Until an interrupted node is gone and all its pods run elsewhere. */
  readonly replacedSeconds: number;
  /** Until Karpenter says that it may not launch more. */
  readonly refusedSeconds: number;
  /** Until empty nodes are gone; `consolidateAfter` is added. */
  readonly consolidatedSeconds: number;
  /** Until deleted namespaces, NodePools with their nodes, or EC2NodeClasses are gone, each. */
  readonly deletedSeconds: number;
}

/** Deadlines that leave a slow day of EC2 some room. */
export const DRILL_DEADLINES: DrillDeadlines = {
  noticedSeconds: 60,
  replacedSeconds: 300,
  refusedSeconds: 60,
  consolidatedSeconds: 180,
  deletedSeconds: 300,
};

/** All deadlines, with those of a caller. */
export function drillDeadlines(changes: Partial<ExerciseDeadlines & DrillDeadlines> = {}): ExerciseDeadlines & DrillDeadlines {
  return { ...EXERCISE_DEADLINES, ...DRILL_DEADLINES, ...changes };
}

/** What every step of a drill works with. */
export interface DrillContext extends ExerciseContext {
  readonly deadlines: ExerciseDeadlines & DrillDeadlines;
}

/** Makes a drill's context from its options. */
export function drillContext(api: KubernetesApi, { expectations, onProgress, signal, deadlines }: DrillOptions): DrillContext {
  return { api, expectations, signal, recorder: new StepRecorder(onProgress ?? ignoreProgress, signal), deadlines: drillDeadlines(deadlines) };
}

/** What a drill came to. */
export function drillResult(name: DrillName, { recorder }: DrillContext): DrillResult {
  return { name, verdict: recorder.verdict, steps: recorder.steps };
}

/** A drill, and the lab to do it in. */
export interface DrillOptions {
  readonly expectations: ExerciseExpectations;
  /** @default - nobody watches */
  readonly onProgress?: ProgressListener;
  /** Aborted when the user interrupts. What the drill changed is put back all the same. @default - it cannot be interrupted */
  readonly signal?: AbortSignal;
  /** Stages that may take longer, or less. @default - those of the exercise, and {@link DRILL_DEADLINES} */
  readonly deadlines?: Partial<ExerciseDeadlines & DrillDeadlines>;
}

/** What the spot drill needs besides. */
export interface SpotDrillOptions extends DrillOptions {
  /** Announces to Karpenter that EC2 takes a spot instance back, by a message in its interruption queue. */
  readonly interrupt: (instanceId: string) => Promise<void>;
}

/** What the teardown drill needs besides. */
export interface TeardownDrillOptions extends DrillOptions {
  /** How many instances that Karpenter launched still exist in EC2, or in its simulation. */
  readonly countInstances: () => Promise<number>;
}

/** What a drill's own NodePool does otherwise than the lab's. */
export interface StageOptions {
  /** Name of the drill. The NodePool and the namespace are named after it. */
  readonly drill: string;
  /** How its nodes may be bought. @default - as the lab's NodePool says */
  readonly capacityTypes?: readonly string[];
  /** The most that its nodes may have together. @default - as the lab's NodePool says */
  readonly limits?: JsonObject;
}

/** A stage that is set: the drill's steps work in it as the exercise's do in the lab. */
export interface DrillStage {
  readonly context: DrillContext;
  readonly deployment: Deployment;
  readonly watch: ExerciseWatch;
}

/**
 * Sets a stage apart from the class: a NodePool like the lab's, whose nodes have a team label of their own, and a namespace
 * with a copy of the exercise's Deployment that selects it. So no pod of a student goes to a drill's node, nor the other way.
 *
 * @param play what to do on it
 */
export async function onStage(context: DrillContext, options: StageOptions, play: (stage: DrillStage) => Promise<void>): Promise<void> {
  const expectations = stageExpectations(context.expectations, options);
  const staged: DrillContext = { ...context, expectations };
  const { api, recorder } = context;
  let watch: ExerciseWatch | undefined;
  try {
    let deployment: Deployment | undefined;
    await recorder.step({ title: `Add NodePool ${expectations.nodePoolName} and namespace ${expectations.namespace}` }, async (step) => {
      await clearStage(staged);
      await api.apply(NODE_POOLS, await nodePoolBody(context, expectations, options));
      for (const body of expectations.objects) await api.apply(body['kind'] === 'Namespace' ? NAMESPACES : DEPLOYMENTS, body);
      await nodePoolReady(staged);
      deployment = await api.get(DEPLOYMENTS, { namespace: expectations.namespace, name: expectations.deploymentName });
      step.note(...changeLines(options), `Pods of namespace ${expectations.namespace} run on its nodes only`);
    });
    if (deployment === undefined) return;
    watch = await ExerciseWatch.start(api, deployment, expectations);
    await play({ context: staged, deployment, watch });
  } finally {
    watch?.stop();
    await recorder.perform({ title: 'Put everything back' }, async (step) => {
      // Not aborted by the user's signal: what was made for the drill must go.
      await clearStage({ ...staged, api: api.boundTo(runContext().signal), signal: undefined });
      step.note(`NodePool ${expectations.nodePoolName}, its nodes and namespace ${expectations.namespace} are gone`);
    });
  }
}

/** Removes what a drill makes, and waits until its nodes are gone. */
async function clearStage({ api, expectations, deadlines, signal }: DrillContext): Promise<void> {
  const { namespace, nodePoolName } = expectations;
  const madeBefore = await api.get(NAMESPACES, { name: namespace });
  const poolBefore = await api.get(NODE_POOLS, { name: nodePoolName });
  if (madeBefore !== undefined) checkOurs('Namespace', madeBefore.metadata);
  if (poolBefore !== undefined) checkOurs('NodePool', poolBefore.metadata);
  if (madeBefore === undefined && poolBefore === undefined) return;

  await api.delete(NAMESPACES, { name: namespace });
  await api.delete(NODE_POOLS, { name: nodePoolName });
  const labelSelector = `${NODE_POOL_LABEL}=${nodePoolName}`;
  const lists = await Promise.all([
    LiveList.start(api, NAMESPACES, { fieldSelector: `metadata.name=${namespace}` }),
    LiveList.start(api, NODE_POOLS, { fieldSelector: `metadata.name=${nodePoolName}` }),
    LiveList.start(api, NODE_CLAIMS, { labelSelector }),
    LiveList.start(api, NODES, { labelSelector }),
  ]);
  const kinds = ['Namespace', 'NodePool', 'NodeClaim', 'Node'];
  try {
    await waitFor(() => lists.every(({ items }) => items.length === 0), {
      what: `NodePool ${nodePoolName}, its nodes and namespace ${namespace} are gone`,
      deadlineSeconds: deadlines.deletedSeconds,
      on: lists,
      describeMissing: () => lists.flatMap(({ items }, index) => items.map(({ metadata }) => `${kinds[index] ?? ''} ${metadata.name} is still there, held by ${metadata.finalizers.join(', ')}`)),
      remedy: `Delete them: kubectl delete namespace ${namespace}; kubectl delete nodepool ${nodePoolName}.`,
      signal,
    });
  } finally {
    for (const list of lists) list.stop();
  }
}

async function nodePoolReady({ api, expectations, deadlines, signal }: DrillContext): Promise<void> {
  const list = await LiveList.start(api, NODE_POOLS, { fieldSelector: `metadata.name=${expectations.nodePoolName}` });
  try {
    await waitFor(() => list.items.some((nodePool) => isTrue(nodePool, 'Ready')), {
      what: `NodePool ${expectations.nodePoolName} is Ready`,
      deadlineSeconds: deadlines.readySeconds,
      on: [list],
      describeMissing: () => diagnoseReadiness(api, expectations),
      signal,
    });
  } finally {
    list.stop();
  }
}

/** The exercise's expectations, on the stage. */
function stageExpectations(expectations: ExerciseExpectations, { drill, capacityTypes }: StageOptions): ExerciseExpectations {
  const name = `lab-drill-${drill}`;
  const nodeSelector = Object.fromEntries(Object.keys(expectations.nodeSelector).map((key) => [key, name]));
  const deployment = expectations.objects.find((object) => textAt(object, 'kind') === 'Deployment') ?? {};
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
async function nodePoolBody({ api, expectations }: DrillContext, stage: ExerciseExpectations, options: StageOptions): Promise<JsonObject> {
  const { items } = await api.listBodies(NODE_POOLS, { fieldSelector: `metadata.name=${expectations.nodePoolName}` });
  const [body] = items;
  if (body === undefined) throw exerciseFailed(`There is no NodePool ${expectations.nodePoolName} to make the drill's NodePool from.`, `Bring it back: ${RESTORE_NODE_POOL}.`);
  return drillNodePool(body, stage, options);
}

/** A NodePool's body with a drill's name, labels, capacity types and limits. It removes no node of its own accord. */
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

/** Scales the exercise out and follows it until its pods run, for a drill that needs a node to begin with. */
export async function scaleOut(context: DrillContext, watch: ExerciseWatch, deployment: Deployment): Promise<void> {
  await scaleStep(context, watch);
  await launchStep(context, watch, deployment);
  await nodeReadyStep(context, watch, deployment);
  await podsRunningStep(context, watch, deployment);
}

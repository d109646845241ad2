import { arrayAt, type JsonObject, type JsonValue, objectAt, textAt } from '../../json';
import { ClusterModel, runningPods } from '../../kubernetes/cluster-model';
import { type Deployment, DEPLOYMENTS, NAMESPACES } from '../../kubernetes/core-kinds';
import { EC2_NODE_CLASSES, NODE_POOLS } from '../../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { waitUntilReady } from '../../kubernetes/node-provisioning';
import { checkOurs, MADE_FOR_LABEL, type ObjectMetadata } from '../../kubernetes/objects';
import type { AccountThing } from '../../rehearsal/account-contents';
import type { CapacityShortage } from '../../rehearsal/ec2/fleet-offers';
import type { RehearsalTerminal } from '../../rehearsal/rehearsal-terminal';
import { beyondInterruption } from '../../run-context';
import { waitFor } from '../../wait-for';
import { CAPACITY_TYPE_LABEL, HOSTNAME_LABEL, INSTANCE_TYPE_LABEL, NODE_POOL_LABEL } from '../../well-known-keys';
import { counted, listed } from '../../words';
import { diagnoseReadiness } from '../diagnosis';
import { RESTORE_NODE_POOL } from '../exercise-commands';
import { type ExerciseContext, exerciseFailed, type RunningStep, type WatchedExercise, watching, whyNotRunning } from '../exercise-context';
import { deploymentBodyOf, type ExerciseExpectations } from '../expectations';

/** What drills let happen in an account. */
export interface AccountEvents {
  /** EC2 announces that it takes a spot instance back, and does so two minutes later. */
  readonly interruptSpot: (instanceId: string) => Promise<void>;
  /** EC2 has none of these instances from now on, and all others. */
  readonly setShortages: (shortages: readonly CapacityShortage[]) => Promise<void>;
  /** Time passes for what waits for a moment: the deadline of a class. The schedules whose moment has come are returned by name. */
  readonly passTime: (seconds: number) => Promise<readonly string[]>;
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
  /** Overrides of `lab.yaml` with which it can be synthesized again. @default - it does not say of which configuration it was made */
  readonly overrides?: Readonly<Record<string, string>>;
  /** Absolute path of a folder that a drill may synthesize into. */
  readonly synthesisDirectory: string;
  /** Writes a copy of it with another template. @returns the absolute path of the copy */
  readonly assemblyWith: (change: (template: JsonObject) => JsonObject) => Promise<string>;
  /** The instance type that Karpenter takes for the exercise, because it is the cheapest that holds it. @default - no price is known */
  readonly cheapestType?: string;
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
  /** Name of the drill. The NodePool and the namespace are named after it: `lab-drill-spot`. */
  readonly drill: string;
  /** Capacity types of its nodes. @default - those of the lab's NodePool */
  readonly capacityTypes?: readonly string[];
  /** Instance types of its nodes. @default - those that the lab's NodePool allows */
  readonly instanceTypes?: readonly string[];
  /** Its limits. @default - those of the lab's NodePool */
  readonly limits?: JsonObject;
  /** Whether its nodes have an EC2NodeClass of their own, like the lab's. @default false */
  readonly hasOwnNodeClass?: boolean;
  /** How many of its nodes Karpenter may disrupt at once: its disruption budget. @default - Karpenter's own, a tenth of them */
  readonly disruptedAtOnce?: number;
  /** How many pods there are, each on a node of its own. @default - as many as in the lab, wherever there is room */
  readonly podsApart?: number;
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
  const { namespace, nodePoolName, nodeClassName, deploymentName } = expectations;
  const { hasOwnNodeClass = false } = options;
  const parts = listed([`NodePool ${nodePoolName}`, ...(hasOwnNodeClass ? ['its EC2NodeClass'] : []), `namespace ${namespace}`]);
  try {
    let deployment: Deployment | undefined;
    await recorder.step({ title: `Add ${parts}` }, async (step) => {
      await clearStage(staged, hasOwnNodeClass);
      if (hasOwnNodeClass) await api.apply(EC2_NODE_CLASSES, await nodeClassBody(context, expectations, options));
      await api.apply(NODE_POOLS, await nodePoolBody(context, expectations, options));
      for (const body of expectations.objects) await api.apply(body['kind'] === 'Namespace' ? NAMESPACES : DEPLOYMENTS, body);
      await waitUntilReady(api, { nodePools: [nodePoolName], nodeClasses: hasOwnNodeClass ? [nodeClassName] : [] }, {
        deadlineSeconds: deadlines.readySeconds,
        describeMissing: () => diagnoseReadiness(api, expectations),
      });
      deployment = await api.get(DEPLOYMENTS, { namespace, name: deploymentName });
      step.note(...changeLines(options), `Pods of namespace ${namespace} run on its nodes only`);
    });
    if (deployment !== undefined) await watching(staged, deployment, play);
  } finally {
    await recorder.perform({ title: 'Put everything back' }, async (step) => {
      await clearStage({ ...staged, api: api.boundTo(beyondInterruption(run).signal) }, hasOwnNodeClass);
      step.note(`${parts} are gone, and all nodes`);
    });
  }
}

/** Waits until all pods run that were kept from it. */
export async function untilAllRun(stage: WatchedExercise, step: RunningStep): Promise<void> {
  const { cluster, expectations: { deploymentName, replicas }, deadlines } = stage;
  const running = (): number => runningPods(cluster).length;
  await waitFor(() => running() >= replicas, {
    what: `${counted(replicas, 'pod')} of ${deploymentName} run`,
    deadlineSeconds: deadlines.claimedSeconds + deadlines.nodeReadySeconds,
    on: [cluster],
    describeMissing: () => whyNotRunning(stage),
    onProgress: () => step.news(`${running()} of ${counted(replicas, 'pod')} running`, running() / replicas),
  });
}

/** Removes what {@link onStage} has made, and waits until it and its nodes are gone. */
async function clearStage({ api, expectations, deadlines }: ExerciseContext, hasOwnNodeClass: boolean): Promise<void> {
  const { namespace, nodePoolName, nodeClassName } = expectations;
  const made = [[NAMESPACES, namespace], [NODE_POOLS, nodePoolName], ...(hasOwnNodeClass ? [[EC2_NODE_CLASSES, nodeClassName] as const] : [])] as const;
  const before = await Promise.all(made.map(async ([kind, name]) => [kind, await api.get<{ readonly metadata: ObjectMetadata }>(kind, { name })] as const));
  const left = before.flatMap(([kind, object]) => (object === undefined ? [] : [[kind, object.metadata] as const]));
  for (const [{ kind }, metadata] of left) checkOurs(kind, metadata);
  if (left.length === 0) return;

  for (const [kind, { name }] of left) await api.delete(kind, { name });
  const launched = { labelSelector: `${NODE_POOL_LABEL}=${nodePoolName}` };
  const cluster = await ClusterModel.start(api, {
    namespaces: { fieldSelector: `metadata.name=${namespace}` }, nodePools: { fieldSelector: `metadata.name=${nodePoolName}` }, nodeClaims: launched, nodes: launched,
    ...(hasOwnNodeClass && { nodeClasses: { fieldSelector: `metadata.name=${nodeClassName}` } }),
  });
  const remaining = (): readonly (readonly [kind: string, ObjectMetadata])[] => {
    const named = (kind: string, objects: readonly { readonly metadata: ObjectMetadata }[]) => objects.map(({ metadata }) => [kind, metadata] as const);
    const { namespaces, nodePools, nodeClasses, nodeClaims, nodes } = cluster;
    return [...named('Namespace', namespaces), ...named('NodePool', nodePools), ...named('EC2NodeClass', nodeClasses), ...named('NodeClaim', nodeClaims), ...named('Node', nodes)];
  };
  try {
    await waitFor(() => remaining().length === 0, {
      what: `NodePool ${nodePoolName}, its nodes and namespace ${namespace} are gone`,
      deadlineSeconds: deadlines.deletedSeconds,
      on: [cluster],
      describeMissing: () => remaining().map(([kind, { name, finalizers }]) => `${kind} ${name} is still there, held by ${finalizers.join(', ')}`),
      remedy: `Delete them: ${made.map(([{ kind }, name]) => `kubectl delete ${kind.toLowerCase()} ${name}`).join('; ')}.`,
    });
  } finally {
    cluster.stop();
  }
}

/** The exercise's expectations, on the stage. */
function stageExpectations(
  expectations: ExerciseExpectations, { drill, capacityTypes, hasOwnNodeClass = false, podsApart }: StageOptions,
): ExerciseExpectations {
  const name = `lab-drill-${drill}`;
  const nodeSelector = Object.fromEntries(Object.keys(expectations.nodeSelector).map((key) => [key, name]));
  const deployment = deploymentBodyOf(expectations) ?? {};
  const spec = objectAt(deployment, 'spec');
  const template = objectAt(spec, 'template');
  const labels = { [MADE_FOR_LABEL]: `drill-${drill}` };
  return {
    ...expectations,
    namespace: name,
    nodePoolName: name,
    nodeClassName: hasOwnNodeClass ? name : expectations.nodeClassName,
    nodeSelector,
    replicas: podsApart ?? expectations.replicas,
    capacityTypes: capacityTypes ?? expectations.capacityTypes,
    objects: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
      {
        ...deployment,
        metadata: { name: expectations.deploymentName, namespace: name, labels },
        spec: {
          ...spec,
          replicas: 0,
          template: { ...template, spec: { ...objectAt(template, 'spec'), nodeSelector, ...(podsApart !== undefined && { affinity: apart(objectAt(spec, 'selector')) }) } },
        },
      },
    ],
  };
}

/** Keeps pods of a selector off each other's nodes. */
function apart(labelSelector: JsonObject): JsonObject {
  return { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector, topologyKey: HOSTNAME_LABEL }] } };
}

/** What an object of the drill's carries. */
function stageMetadata(name: string, { drill }: StageOptions): JsonObject {
  return { name, labels: { [MADE_FOR_LABEL]: `drill-${drill}` } };
}

/** The lab's EC2NodeClass, as it is in the cluster, under the drill's name. */
async function nodeClassBody({ api, expectations }: ExerciseContext, stage: ExerciseExpectations, options: StageOptions): Promise<JsonObject> {
  const { items: [body] } = await api.listBodies(EC2_NODE_CLASSES, { fieldSelector: `metadata.name=${expectations.nodeClassName}` });
  if (body === undefined) throw exerciseFailed(`There is no EC2NodeClass ${expectations.nodeClassName} to make the drill's from.`, `Bring it back: ${RESTORE_NODE_POOL}.`);
  const { apiVersion, kind } = EC2_NODE_CLASSES;
  return { apiVersion, kind, metadata: stageMetadata(stage.nodeClassName, options), spec: objectAt(body, 'spec') };
}

/** The lab's NodePool, as it is in the cluster, with a drill's changes. */
async function nodePoolBody(context: ExerciseContext, stage: ExerciseExpectations, options: StageOptions): Promise<JsonObject> {
  return drillNodePool(await labNodePool(context), stage, options);
}

/** The lab's NodePool, as it is in the cluster. */
export async function labNodePool({ api, expectations }: Pick<ExerciseContext, 'api' | 'expectations'>): Promise<JsonObject> {
  const { items: [body] } = await api.listBodies(NODE_POOLS, { fieldSelector: `metadata.name=${expectations.nodePoolName}` });
  if (body === undefined) throw exerciseFailed(`There is no NodePool ${expectations.nodePoolName} to make the drill's NodePool from.`, `Bring it back: ${RESTORE_NODE_POOL}.`);
  return body;
}

/** What the lab's NodePool requires of its nodes. */
export async function labRequirements(context: Pick<ExerciseContext, 'api' | 'expectations'>): Promise<readonly JsonValue[]> {
  return arrayAt(await labNodePool(context), 'spec', 'template', 'spec', 'requirements');
}

/** A NodePool's body with a drill's name, labels, EC2NodeClass, requirements and limits. It never consolidates. */
function drillNodePool(body: JsonObject, stage: ExerciseExpectations, options: StageOptions): JsonObject {
  const { capacityTypes, instanceTypes, limits, disruptedAtOnce } = options;
  const spec = objectAt(body, 'spec');
  const template = objectAt(spec, 'template');
  const nodeSpec = objectAt(template, 'spec');
  return {
    apiVersion: textAt(body, 'apiVersion') ?? NODE_POOLS.apiVersion,
    kind: NODE_POOLS.kind,
    metadata: stageMetadata(stage.nodePoolName, options),
    spec: {
      ...spec,
      limits: limits ?? objectAt(spec, 'limits'),
      disruption: { consolidationPolicy: 'WhenEmpty', consolidateAfter: 'Never', ...(disruptedAtOnce !== undefined && { budgets: [{ nodes: String(disruptedAtOnce) }] }) },
      template: {
        ...template,
        metadata: { labels: { ...objectAt(template, 'metadata', 'labels'), ...stage.nodeSelector } },
        spec: {
          ...nodeSpec,
          nodeClassRef: { ...objectAt(nodeSpec, 'nodeClassRef'), name: stage.nodeClassName },
          requirements: withValues(arrayAt(nodeSpec, 'requirements'), { [CAPACITY_TYPE_LABEL]: capacityTypes, [INSTANCE_TYPE_LABEL]: instanceTypes }),
        },
      },
    },
  };
}

/** Requirements with other values for some labels; labels without values stay as they are. */
function withValues(requirements: readonly JsonValue[], valuesByLabel: Readonly<Record<string, readonly string[] | undefined>>): readonly JsonValue[] {
  return Object.entries(valuesByLabel).reduce<readonly JsonValue[]>((all, [label, values]) => (
    values === undefined ? all : [...all.filter((requirement) => textAt(requirement, 'key') !== label), { key: label, operator: 'In', values }]
  ), requirements);
}

function changeLines({ capacityTypes, instanceTypes, limits, disruptedAtOnce }: StageOptions): readonly string[] {
  return [
    ...(instanceTypes === undefined ? [] : [`It allows ${listed(instanceTypes)} only`]),
    ...(disruptedAtOnce === undefined ? [] : [`Karpenter may disrupt ${counted(disruptedAtOnce, 'node')} of it at once`]),
    ...(capacityTypes === undefined ? [] : [`It allows ${capacityTypes.join(', ')}`]),
    ...(limits === undefined ? [] : [`It may launch ${Object.keys(limits).map((resource) => `${resource} ${textAt(limits, resource) ?? ''}`).join(', ')} in all`]),
  ];
}

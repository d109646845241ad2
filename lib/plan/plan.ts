import { readLab, type LabView } from '../assembly/lab-view';
import { readAssembly } from '../assembly/read-assembly';
import type { SynthesizedStack } from '../assembly/synthesized-stack';
import { readRoster, type RosterOptions } from '../config/roster';
import { namespaceOf } from '../kubernetes/objects';
import { LabError } from '../lab-error';
import { priceTableOf } from './price-table';
import type { PlannedLab, PlanResult, PlanWarning } from './plan-result';
import { estimateClass, estimateSeat } from './class-estimate';
import { describeConcerns } from './concerns';
import { estimateCost } from './cost';
import { estimateLaunch } from './launch-estimate';
import { planNetwork } from './network';
import { describeSecurity } from './security-posture';
import { planSystemNodes } from './system-nodes';
import { estimateTime } from './time-estimate';
import { findWarnings } from './warnings';

/** What to plan for. */
export interface PlanOptions extends PlannedClass {
  /** The folder that `cdk synth` wrote. */
  readonly assemblyDirectory: string;
}

/** How long the lab is up. */
export interface PlannedClass {
  /**
   * Hours between deployment and teardown.
   *
   * @default 4
   */
  readonly classHours?: number;
  /**
   * Hours of them in which the exercise is scaled out.
   *
   * @default - 1, or the whole class where that is shorter
   */
  readonly scaledOutHours?: number;
  /**
   * The moment that counts as now, for what the plan says of the lab's deadline.
   *
   * @default - no clock: whether the deadline has passed is not said
   */
  readonly now?: Date;
  /**
   * What is wrong with the roster of the class. A plan reads no other file than the assembly.
   *
   * @default - nothing
   */
  readonly rosterProblem?: PlanWarning;
}

const DEFAULT_CLASS_HOURS = 4;
const DEFAULT_SCALED_OUT_HOURS = 1;

/**
 * Says what a synthesized lab will be, cost and need. It asks nothing but the assembly and the
 * tables of this project, so the same assembly gives the same plan, apart from what `now` says of its deadline.
 *
 * @example plan({ assemblyDirectory: 'cdk.out', classHours: 6 }).cost.classTotal // USD
 * @throws LabError `AssemblyNotFound`, `AssemblyUnreadable`, `DependencyCycleFound` or `QuantityMalformed`
 */
export function plan(options: PlanOptions): PlanResult {
  return planStack(readAssembly(options.assemblyDirectory), options);
}

/**
 * {@link plan} with a warning where the roster of the class is wrong. The roster lies on this computer, beside the assembly: paths in
 * `lab.yaml` are relative to `projectDirectory`.
 *
 * @throws LabError what {@link plan} throws
 */
export async function planWithRoster({ assemblyDirectory, projectDirectory, ...options }: PlanOptions & { readonly projectDirectory: string }): Promise<PlanResult> {
  const stack = readAssembly(assemblyDirectory);
  const view = readLab(stack).class;
  return planStack(stack, { ...options, rosterProblem: view === undefined ? undefined : await rosterProblem({ ...view, projectDirectory }) });
}

async function rosterProblem(options: RosterOptions): Promise<PlanWarning | undefined> {
  try {
    await readRoster(options);
    return undefined;
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    const { code, message, remedy } = error;
    return { code, message, remedy };
  }
}

/** {@link plan} for a stack that is already read. */
export function planStack(stack: SynthesizedStack, options: PlannedClass = {}): PlanResult {
  const classHours = options.classHours ?? DEFAULT_CLASS_HOURS;
  const scaledOutHours = options.scaledOutHours ?? Math.min(DEFAULT_SCALED_OUT_HOURS, classHours);

  const lab = readLab(stack);
  const prices = priceTableOf(stack.region);
  const systemNodes = planSystemNodes(lab);
  const launch = estimateLaunch(lab, prices);
  const seat = estimateSeat(lab, prices);
  const cost = estimateCost(lab, prices, launch, { classHours, scaledOutHours }, 'unavailable' in seat ? [] : seat.nodes);
  const classEstimate = estimateClass(lab, prices, { seat, launch, cost });
  const time = estimateTime(lab);
  return {
    lab: namesOf(lab),
    concerns: describeConcerns(lab),
    network: planNetwork(lab),
    systemNodes,
    cost,
    launch,
    class: classEstimate,
    time,
    security: describeSecurity(lab),
    warnings: findWarnings(lab, { systemNodes, cost, launch, class: classEstimate, time, now: options.now, rosterProblem: options.rosterProblem }),
  };
}

function namesOf({ stack, cluster, karpenter, nodePool, exercise, deadline }: LabView): PlannedLab {
  return {
    stackName: stack.stackName,
    clusterName: cluster.name,
    region: stack.region,
    kubernetesVersion: cluster.version,
    karpenterVersion: karpenter.version ?? '',
    karpenterNamespace: karpenter.namespace,
    nodePoolName: nodePool.metadata.name,
    inflateNamespace: namespaceOf(exercise),
    inflateName: exercise.metadata.name,
    inflateReplicas: exercise.replicas,
    expiresAt: deadline?.expiresAt,
  };
}

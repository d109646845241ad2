import type { LabView } from '../../assembly/lab-view';
import { isSimulatedNode, hasMade } from '../../kubernetes/core-kinds';
import type { NodeClaim } from '../../kubernetes/karpenter-kinds';
import { costNow, hoursBetween, nodePricer } from '../cost-now';
import type { ExerciseExpectations } from '../expectations';
import type { LaunchLine } from '../karpenter-log';
import { clusterBeganIn } from '../lab-status';
import {
  deploymentObservation, type ExerciseState, launchObservation, nodeObservations, podsRunningObservation, replicasObservation,
} from '../observations';
import { openUntil } from './class-seats';
import { type ClassMarks, isSameMark, mergedMark, NO_MARK } from './class-marks';
import type { ClassStatus, SeatMark, SeatNode, SeatStatus } from './class-status';
import { type ClassSnapshot, idleAtOf, objectsBySeat, replicasOf, runningReplicasOf, type SeatObjects, sinceOf, stepOf, stuckText } from './seat-objects';

/** A class that is kept: what does not change while it is. */
export interface KeptClass {
  readonly lab: LabView;
  readonly seats: readonly KeptSeat[];
  /** Minutes without a change after which a seat that is scaled out counts as idle. */
  readonly idleMinutes: number;
}

/** A seat of a kept class. */
export interface KeptSeat {
  readonly seat: string;
  /** Name of the student. @default - the roster names none */
  readonly student?: string;
  readonly expectations: ExerciseExpectations;
}

/** What is remembered from one look to the next. */
export interface ClassMemory {
  readonly marks: ClassMarks;
  /** Launches that Karpenter's log showed. */
  readonly launches: readonly LaunchLine[];
  /** Launched nodes of the last look, by the uid of their NodeClaim: those that are gone at the next are added to what a seat has cost. */
  readonly nodes: ReadonlyMap<string, SeenNode>;
}

/** A launched node that a look saw. */
export interface SeenNode {
  readonly seat: string;
  /** USD an hour with its volume; 0 where the price table lacks its type. */
  readonly pricePerHour: number;
  /** When its NodeClaim was made, as ISO 8601 in UTC. */
  readonly createdAt: string;
}

/** What a look at a class found. */
export interface ClassLook {
  readonly status: ClassStatus;
  /** Marks that say more than before. */
  readonly changedMarks: ClassMarks;
  /** Seats that have been idle for long enough to be scaled to 0. */
  readonly idleSeats: readonly string[];
  /** What to give to the next look. */
  readonly memory: ClassMemory;
}

/** Nothing is remembered yet. */
export const NO_MEMORY: ClassMemory = { marks: new Map(), launches: [], nodes: new Map() };

/** Looks at a class: what each seat has reached and costs, what is to be remembered of it, and which seats are idle. It changes nothing. */
export function lookAt(cluster: ClassSnapshot, { lab, seats, idleMinutes }: KeptClass, before: ClassMemory, now: Date): ClassLook {
  const objectsOf = objectsBySeat(cluster);
  const priceOf = nodePricer(lab);
  const present = new Set(cluster.nodeClaims.map(({ metadata }) => metadata.uid));
  const gone = [...before.nodes].filter(([uid]) => !present.has(uid)).map(([, node]) => node);
  const looks = seats.map(({ seat, student, expectations }) => {
    const objects = objectsOf(seat);
    const launched = objects.claims.filter(({ instanceType }) => instanceType !== undefined);
    const seen = launched.map((claim): readonly [string, SeenNode] =>
      [claim.metadata.uid, { seat, pricePerHour: priceOf(claim) ?? 0, createdAt: claim.metadata.createdAt }]);
    const known = before.marks.get(seat) ?? NO_MARK;
    const mark: SeatMark = {
      ...passedNow(objects, expectations, known, before.launches, now),
      earlierCost: known.earlierCost + costOf(gone.filter((node) => node.seat === seat), now),
    };
    const step = stepOf(objects, mark, now);
    const replicas = replicasOf(objects);
    const tokenEnd = openUntil(objects.account, now);
    const status: SeatStatus = {
      seat,
      student,
      isOpen: tokenEnd !== undefined,
      step,
      since: sinceOf(step, objects, mark, now),
      ...stuckText(step, objects, now),
      replicas,
      runningPods: runningReplicasOf(objects),
      nodes: objects.claims.map((claim) => seatNode(claim, priceOf(claim))),
      pricePerHour: launched.reduce((sum, claim) => sum + (priceOf(claim) ?? 0), 0),
      costSoFar: mark.earlierCost + costOf(seen.map(([, node]) => node), now),
      ...(replicas === 0 ? {} : { idleAt: idleAtOf(objects, idleMinutes).toISOString() }),
      mark,
    };
    return { status, seen, hasNews: !isSameMark(mark, known), tokenEnd };
  });
  const marks = new Map(looks.map(({ status }) => [status.seat, status.mark]));
  const cost = costNow(lab, cluster.nodeClaims, clusterBeganIn(cluster), now);
  const goneCost = looks.reduce((sum, { status }) => sum + status.mark.earlierCost, 0);
  return {
    status: {
      cluster: lab.cluster.name,
      region: lab.stack.region,
      at: now.toISOString(),
      seats: looks.map(({ status }) => status),
      pricePerHour: cost.totalPerHour,
      costSoFar: cost.sinceDeploy === undefined ? undefined : cost.sinceDeploy + goneCost,
      expiresAt: lab.deadline?.expiresAt,
      tokensEndAt: looks.flatMap(({ tokenEnd }) => tokenEnd ?? []).toSorted()[0],
      isSimulated: cluster.nodes.some(isSimulatedNode),
      scaledIn: [],
    },
    changedMarks: new Map(looks.filter(({ hasNews }) => hasNews).map(({ status }) => [status.seat, status.mark])),
    idleSeats: looks.filter(({ status: { idleAt } }) => idleAt !== undefined && Date.parse(idleAt) <= now.getTime()).map(({ status }) => status.seat),
    memory: { marks, launches: before.launches, nodes: new Map(looks.flatMap(({ seen }) => seen)) },
  };
}

/** What is to be remembered of a seat's exercise, by what runs now: every observation of `lab verify`, and the whole. */
function passedNow(
  objects: SeatObjects, expectations: ExerciseExpectations, known: SeatMark, launches: readonly LaunchLine[], now: Date,
): Omit<SeatMark, 'earlierCost'> {
  const { passedAt, finishedAt } = known;
  const deployment = objects.deployments.find(({ metadata }) => metadata.name === expectations.deploymentName);
  const isComplete = finishedAt !== undefined && passedAt['launch log'] !== undefined;
  // Nothing passes without the Deployment.
  if (deployment === undefined || isComplete) return { passedAt, ...(finishedAt === undefined ? {} : { finishedAt }) };
  const pods = objects.pods.filter((pod) => hasMade(deployment, pod));
  const state: ExerciseState = {
    isNamespaceThere: true, deployment, pods, nodes: objects.used.nodes, nodeClaims: objects.used.claims,
    namespaces: [], deployments: objects.deployments, events: [], nodePools: [], nodeClasses: [],
  };
  const observations = [
    // Whose exercise has passed as a whole has passed all of these.
    ...(finishedAt !== undefined ? [] : [
      deploymentObservation(state, expectations),
      replicasObservation(state, expectations),
      podsRunningObservation(state, expectations, []),
      ...nodeObservations(state, expectations),
    ]),
    launchObservation(state, expectations, launches),
  ];
  const at = now.toISOString();
  const passed = Object.fromEntries(observations.filter(({ outcome }) => outcome === 'pass').map(({ name }) => [name, at]));
  const isPassed = observations.every(({ outcome }) => outcome !== 'fail');
  return mergedMark(known, { passedAt: passed, ...(isPassed ? { finishedAt: at } : {}), earlierCost: 0 });
}

function costOf(nodes: readonly SeenNode[], now: Date): number {
  return nodes.reduce((sum, { pricePerHour, createdAt }) => sum + pricePerHour * hoursBetween(createdAt, now), 0);
}

function seatNode({ metadata, nodeName, instanceType = '', zone = '', capacityType = '' }: NodeClaim, pricePerHour: number | undefined): SeatNode {
  return { name: nodeName ?? metadata.name, instanceType, zone, capacityType, pricePerHour };
}

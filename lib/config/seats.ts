/*
 * What a class is called in the cluster. Stack, charts and verbs read the names here, so that each is written once.
 */

/** The most seats that a class can have: with more, the template would near the size that CloudFormation takes. */
export const MOST_SEATS = 200;

/** Label of a seat's namespace. Its value is the seat's name. */
export const SEAT_LABEL = 'karpenter-lab/seat';

/** Namespace of what belongs to the class as a whole, such as its marks. Students have no rights in it. */
export const CLASS_NAMESPACE = 'karpenter-lab-class';

/** Annotation of {@link CLASS_NAMESPACE}: minutes after which an idle seat is scaled to 0. */
export const IDLE_MINUTES_ANNOTATION = 'karpenter-lab/idle-minutes';

/** Annotation of {@link CLASS_NAMESPACE}: CPU cores that a seat may request. */
export const CPU_PER_SEAT_ANNOTATION = 'karpenter-lab/cpu-per-seat';

/** Annotation of {@link CLASS_NAMESPACE}: path of the roster, relative to the folder of the lab. */
export const ROSTER_ANNOTATION = 'karpenter-lab/roster';

/** Annotation of a student's ServiceAccount: when the token ends that was made for it last, as ISO 8601 in UTC. A seat that was never opened has none. */
export const TOKEN_END_ANNOTATION = 'karpenter-lab/token-end';

/** NodePool that launches nodes for seats as the exercise does: its weight puts it first. */
export const CLASS_NODE_POOL = 'class';

/** NodePool for pods of seats that ask for spot capacity or for another architecture. */
export const CLASS_OPTIONS_NODE_POOL = 'class-options';

/** ServiceAccount of a student, in the namespace of the seat. */
export const STUDENT_ACCOUNT = 'student';

/** PriorityClass of pods that only hold room on a node until others need it. */
export const PLACEHOLDER_PRIORITY = 'placeholder';

/**
 * Names of the seats of a class: `student-001`, `student-002` and so on. A seat's name is also its namespace's, and the value of the
 * team label that its nodes carry.
 */
export function seatNames(students: number): readonly string[] {
  return Array.from({ length: students }, (_, index) => `student-${String(index + 1).padStart(3, '0')}`);
}

/** Pods that the exercise is scaled to. */
export const EXERCISE_REPLICAS = 5;

/** Cores that a seat may request unless told otherwise. */
export const DEFAULT_CPU_PER_SEAT = 7;

/** vCPUs of the instance sizes that a seat's node can have, from `large` on. */
const NODE_CPUS: readonly number[] = [2, 4, 8, 16, 32];

/** The most cores that a seat may request. */
export const MOST_CPU_PER_SEAT = 31;

/**
 * vCPUs of the largest node that a seat gets: the smallest size that holds all that the seat may request, beside what the kubelet and
 * the DaemonSets keep for themselves. Karpenter counts a node that it has not launched yet as the largest that it may become, so a
 * bound here is what makes the limits of a class mean what they say.
 */
export function seatNodeCpu(cpuPerSeat: number): number {
  return NODE_CPUS.find((cpu) => cpu > cpuPerSeat) ?? Math.max(...NODE_CPUS);
}

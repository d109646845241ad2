import type { ObservationName } from '../observations';

/** How far a student is. A step is reached when all before it are, but for `finished`, which is remembered. */
export type SeatStep =
  /** Nothing is in the namespace yet. */
  | 'empty'
  /** The Deployment is there, with no replicas. */
  | 'deployed'
  /** Replicas are asked for; Karpenter has no node for them yet. */
  | 'scaled'
  /** A node is on its way. */
  | 'launching'
  /** All pods run. */
  | 'running'
  /** The exercise passed at some moment, and is scaled back to 0. */
  | 'finished';

/** A node of Karpenter's that belongs to a seat. */
export interface SeatNode {
  /** Name of the node; that of its NodeClaim until it is registered. */
  readonly name: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: string;
  /** USD an hour with its volume. @default - the price table lacks the type */
  readonly pricePerHour?: number;
}

/** What is remembered of a seat. It lives in the cluster, where students cannot write. */
export interface SeatMark {
  /** When each observation was first seen to pass, as ISO 8601 in UTC. */
  readonly passedAt: Readonly<Partial<Record<ObservationName, string>>>;
  /** When the whole exercise was first seen to pass. @default - not yet */
  readonly finishedAt?: string;
  /** USD that nodes cost that are gone again. */
  readonly earlierCost: number;
}

/** One seat as it is now. */
export interface SeatStatus {
  readonly seat: string;
  /** Name of the student, by the roster. @default - the roster names none */
  readonly student?: string;
  /** Whether the student can come in: `lab class open` has made a token, and it has not ended. */
  readonly isOpen: boolean;
  readonly step: SeatStep;
  /** Since when it is at this step, as ISO 8601 in UTC. */
  readonly since: string;
  /** Why it does not go on, where it has been waiting longer than a step usually takes. @default - it goes on, or waits for the student */
  readonly stuck?: string;
  /** Replicas asked for, over all Deployments of the seat. */
  readonly replicas: number;
  /** Running pods of these Deployments. */
  readonly runningPods: number;
  readonly nodes: readonly SeatNode[];
  /** USD an hour of its nodes. */
  readonly pricePerHour: number;
  /** USD so far, with nodes that are gone again as far as they were seen. */
  readonly costSoFar: number;
  /** When it is scaled to 0 if nothing changes, as ISO 8601 in UTC. @default - it is not scaled out */
  readonly idleAt?: string;
  readonly mark: SeatMark;
}

/** A class as it is now. */
export interface ClassStatus {
  readonly cluster: string;
  readonly region: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly seats: readonly SeatStatus[];
  /** USD an hour of what the stack made, and of all nodes of Karpenter's. */
  readonly pricePerHour: number;
  /** USD since the lab began. @default - nobody knows since when */
  readonly costSoFar?: number;
  /** When AWS deletes the lab, as ISO 8601 in UTC. @default - never */
  readonly expiresAt?: string;
  /** When the first of the students' tokens ends, as ISO 8601 in UTC. @default - no seat is open */
  readonly tokensEndAt?: string;
  /** Whether it is a rehearsal, where AWS is played. */
  readonly isSimulated: boolean;
  /** Seats that were just scaled to 0 because nothing changed for long. */
  readonly scaledIn: readonly string[];
}

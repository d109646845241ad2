import { isRunning, hasMade } from '../../kubernetes/core-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { LabError } from '../../lab-error';
import { forEachBounded } from '../../wait-for';
import { diagnose } from '../diagnosis';
import type { SeatStatus } from './class-status';
import type { KeptSeat } from './look-at-class';
import type { ClassSnapshot } from './seat-objects';

/** Seats that are diagnosed in one look: each takes some ten requests. */
const MOST_AT_ONCE = 4;

/** Seconds for which a diagnosis counts. */
const GOOD_FOR_SECONDS = 60;

/** Seconds of Karpenter's log that are read for errors. */
const LOG_SECONDS = 120;

/** What a NodePool has launched, which says nothing of one seat. Where a limit is the cause, Karpenter's event says so. */
const LIMIT_LINE = /^NodePool \S+ has launched /;

/** What the scheduler says of every pod that waits: that no node there is has room. Whatever else is known tells more. */
const SCHEDULER_LINE = /^default-scheduler, FailedScheduling, /;

/** Letters of a cause that are shown. Karpenter's messages list all requirements of all NodePools, the telling part first. */
const MOST_LETTERS = 240;

interface Diagnosis {
  readonly atMillis: number;
  readonly cause: string;
}

/** Why seats are stuck. Only seats that are stuck are asked about, a few at a time, and each once a minute. */
export class SeatDiagnoses {
  private readonly bySeat = new Map<string, Diagnosis>();

  constructor(private readonly api: KubernetesApi, private readonly nowMillis: () => number) {}

  /**
   * Diagnoses some of the stuck seats, those first that were never diagnosed.
   *
   * @param stuck all seats that are stuck now
   * @throws LabError whose failure passes, such as `KubernetesUnreachable`
   */
  async renew(cluster: ClassSnapshot, stuck: readonly KeptSeat[]): Promise<void> {
    const names = new Set(stuck.map(({ seat }) => seat));
    for (const seat of [...this.bySeat.keys()].filter((known) => !names.has(known))) this.bySeat.delete(seat);
    const atMillis = this.nowMillis();
    const ageOf = ({ seat }: KeptSeat): number => atMillis - (this.bySeat.get(seat)?.atMillis ?? -Infinity);
    const due = stuck.filter((seat) => ageOf(seat) > GOOD_FOR_SECONDS * 1000).toSorted((a, b) => ageOf(b) - ageOf(a)).slice(0, MOST_AT_ONCE);
    await forEachBounded(due, MOST_AT_ONCE, async (seat) => {
      this.bySeat.set(seat.seat, { atMillis, cause: await this.causeOf(cluster, seat) });
    });
  }

  /** A seat with what is known of why it is stuck. */
  explained(status: SeatStatus): SeatStatus {
    const cause = this.bySeat.get(status.seat)?.cause ?? '';
    return status.stuck === undefined || cause === '' ? status : { ...status, stuck: `${status.stuck} ${cause}` };
  }

  /** The most likely cause; empty where there is none to see. */
  private async causeOf(cluster: ClassSnapshot, { seat, expectations }: KeptSeat): Promise<string> {
    const waiting = cluster.deployments.filter(({ metadata, replicas }) => metadata.namespace === seat && replicas > 0)
      .find((deployment) => cluster.pods.filter((pod) => isRunning(pod) && hasMade(deployment, pod)).length < deployment.replicas);
    if (waiting === undefined) return '';
    const { metadata: { name: deploymentName }, replicas, nodeSelector } = waiting;
    try {
      const [, ...causes] = await diagnose(this.api, { ...expectations, deploymentName, replicas, nodeSelector }, waiting, LOG_SECONDS);
      const telling = causes.filter((line) => !LIMIT_LINE.test(line));
      const cause = telling.find((line) => !SCHEDULER_LINE.test(line)) ?? telling[0] ?? '';
      return cause.length > MOST_LETTERS ? `${cause.slice(0, MOST_LETTERS).trimEnd()}…` : cause;
    } catch (error) {
      if (!(error instanceof LabError) || error.isPassing) throw error;
      return error.message;
    }
  }
}

import { CLASS_NAMESPACE } from '../../config/seats';
import { isJsonObject, type JsonValue, numberAt, objectAt, parseJson, textAt } from '../../json';
import { KubernetesRequestRefused } from '../../kubernetes/api-request';
import { CONFIG_MAPS, type ConfigMap } from '../../kubernetes/core-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { LiveList } from '../../kubernetes/live-list';
import { LabError } from '../../lab-error';
import type { Watched } from '../../wait-for';
import { OBSERVATION_NAMES, type ObservationName } from '../observations';
import type { SeatMark } from './class-status';

/** What is remembered of each seat of which something is, by seat. */
export type ClassMarks = ReadonlyMap<string, SeatMark>;

/** ConfigMap with the marks of a class. Each key is a seat. */
const MARKS = { namespace: CLASS_NAMESPACE, name: 'marks' } as const;

/** Nothing is remembered. */
export const NO_MARK: SeatMark = { passedAt: {}, earlierCost: 0 };

/** How often marks are read and written anew because somebody else has written them in between. */
const MOST_TRIES = 10;

/**
 * Reads the marks of a class. Keys that are no seat of it, as of a class that was larger, are left out.
 *
 * @throws LabError `MarksUnreadable` with the key that cannot be read
 */
export async function readMarks(api: KubernetesApi, seats: readonly string[]): Promise<ClassMarks> {
  return marksOf(await api.get(CONFIG_MAPS, MARKS), seats);
}

/** Watches for marks that somebody removes, as when a seat is reset for another student. */
export class ForgottenMarks implements Watched {
  /** Begins to watch. */
  static async watch(api: KubernetesApi): Promise<ForgottenMarks> {
    return new ForgottenMarks(await LiveList.start(api, CONFIG_MAPS, { namespace: MARKS.namespace, fieldSelector: `metadata.name=${MARKS.name}` }, Infinity));
  }

  private marked: ReadonlySet<string>;
  private readonly forgotten = new Set<string>();

  private constructor(private readonly list: LiveList<ConfigMap>) {
    this.marked = this.markedSeats();
    list.onChange(() => {
      const marked = this.markedSeats();
      for (const seat of this.marked) if (!marked.has(seat)) this.forgotten.add(seat);
      this.marked = marked;
    });
  }

  get failure(): unknown {
    return this.list.failure;
  }

  onChange(listener: () => void): () => void {
    return this.list.onChange(listener);
  }

  /** Seats whose mark was removed since the last call, and is not there again. */
  take(): ReadonlySet<string> {
    const taken = new Set([...this.forgotten].filter((seat) => !this.marked.has(seat)));
    this.forgotten.clear();
    return taken;
  }

  stop(): void {
    this.list.stop();
  }

  private markedSeats(): ReadonlySet<string> {
    return new Set(this.list.items.flatMap(({ data }) => Object.keys(data)));
  }
}

/**
 * Adds to the marks of a class. What others have written since they were read is kept: of each moment the earliest counts.
 *
 * @param changed marks to add, by seat; those of other seats stay as they are
 * @param stored seats whose marks were written down before: one that is gone since was forgotten on purpose, and is not written again
 * @returns the marks as they are now
 * @throws LabError `MarksUnreadable`, `KubernetesRequestRefused`
 */
export async function saveMarks(api: KubernetesApi, seats: readonly string[], changed: ClassMarks, stored: ReadonlySet<string> = new Set()): Promise<ClassMarks> {
  for (let left = MOST_TRIES; ; left -= 1) {
    const found = await api.get(CONFIG_MAPS, MARKS);
    const before = marksOf(found, seats);
    const merged = [...changed]
      .filter(([seat]) => before.has(seat) || !stored.has(seat))
      .map(([seat, mark]) => [seat, mergedMark(before.get(seat) ?? NO_MARK, mark)] as const);
    const news = merged.filter(([seat, mark]) => !isSameMark(mark, before.get(seat)));
    const data = Object.fromEntries(news.map(([seat, mark]) => [seat, JSON.stringify(mark)]));
    const metadata = { ...MARKS, ...(found === undefined ? {} : { resourceVersion: found.resourceVersion }) };
    try {
      if (news.length > 0 && found === undefined) await api.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
      else if (news.length > 0) await api.patch(CONFIG_MAPS, MARKS, { metadata, data });
      return new Map([...before, ...merged]);
    } catch (error) {
      // Another keeper was faster. What it wrote is read, and what is missing is added to that.
      if (!(error instanceof KubernetesRequestRefused) || error.status !== 409 || left <= 1) throw error;
    }
  }
}

/** One mark of two that were made of the same seat: of each moment the earliest, and of what gone nodes cost the more complete. */
export function mergedMark(a: SeatMark, b: SeatMark): SeatMark {
  const names = OBSERVATION_NAMES.filter((name) => a.passedAt[name] !== undefined || b.passedAt[name] !== undefined);
  const finishedAt = earliest(a.finishedAt, b.finishedAt);
  return {
    passedAt: Object.fromEntries(names.map((name) => [name, earliest(a.passedAt[name], b.passedAt[name])])),
    ...(finishedAt === undefined ? {} : { finishedAt }),
    earlierCost: Math.max(a.earlierCost, b.earlierCost),
  };
}

/** Whether two marks say the same. */
export function isSameMark(a: SeatMark, b: SeatMark = NO_MARK): boolean {
  return a.finishedAt === b.finishedAt && a.earlierCost === b.earlierCost && OBSERVATION_NAMES.every((name) => a.passedAt[name] === b.passedAt[name]);
}

function earliest(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Date.parse(a) <= Date.parse(b) ? a : b;
}

function marksOf(configMap: ConfigMap | undefined, seats: readonly string[]): ClassMarks {
  return new Map(seats.flatMap((seat) => {
    const text = configMap?.data[seat];
    return text === undefined ? [] : [[seat, readMark(seat, text)] as const];
  }));
}

function readMark(seat: string, text: string): SeatMark {
  const value = parsed(text);
  const passed = objectAt(value, 'passedAt');
  const finishedAt = textAt(value, 'finishedAt');
  const earlierCost = numberAt(value, 'earlierCost');
  const moments = Object.keys(passed).map((name) => [name, textAt(passed, name) ?? ''] as const);
  const isWhole = isJsonObject(value) && isJsonObject(value['passedAt']) && earlierCost !== undefined && earlierCost >= 0
    && moments.every(([name, moment]) => isObservation(name) && isMoment(moment)) && (finishedAt === undefined || isMoment(finishedAt));
  if (isWhole) return { passedAt: Object.fromEntries(moments), ...(finishedAt === undefined ? {} : { finishedAt }), earlierCost };
  throw new LabError({
    code: 'MarksUnreadable',
    message: `The mark of seat ${seat} cannot be read: key ${seat} of ConfigMap ${MARKS.name} in namespace ${MARKS.namespace} is not what the lab writes.`,
    received: text,
    remedy: `Correct it: kubectl edit configmap ${MARKS.name} -n ${MARKS.namespace}. Without the key, the seat is marked anew by what runs now.`,
  });
}

function parsed(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function isObservation(name: string): name is ObservationName {
  return OBSERVATION_NAMES.some((known) => known === name);
}

function isMoment(text: string): boolean {
  return !Number.isNaN(Date.parse(text));
}

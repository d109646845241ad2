import { SEAT_LABEL } from '../config/seats';
import { NAMESPACES } from '../kubernetes/core-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import type { ResourceKind } from '../kubernetes/objects';
import { counted, listed } from '../words';
import { AWS_BACKED_KINDS, POD_MAKING_KINDS } from './drain-workloads';
import { existing, type NamedObject } from './named-objects';
import { DISRUPTION_BUDGETS } from './node-claim-holders';

/** What a student has made in a seat. */
export interface StudentWork {
  /** Name of the seat. */
  readonly seat: string;
  /** How many objects of each kind, such as 2 of `Deployment`. What belongs to another object, as a pod does, is not among them. */
  readonly counts: Readonly<Record<string, number>>;
}

const KINDS: readonly ResourceKind<NamedObject>[] = [...POD_MAKING_KINDS, ...AWS_BACKED_KINDS, DISRUPTION_BUDGETS];

/**
 * Counts what students have made in the seats whose deletion nobody has asked for. Seats in which there is nothing are left out.
 * It reads no name but the seat's, and nothing of what is in an object.
 */
export async function studentWork(api: KubernetesApi): Promise<readonly StudentWork[]> {
  const namespaces = (await existing(api, NAMESPACES)).filter(({ metadata }) => SEAT_LABEL in metadata.labels && metadata.deletedAt === undefined);
  const work = new Map(namespaces.map(({ metadata }) => metadata.name).toSorted().map((seat) => [seat, new Map<string, number>()]));
  if (work.size === 0) return [];
  for (const kind of KINDS) {
    for (const { metadata: { namespace = '', owners } } of await existing(api, kind)) {
      const counts = owners.length === 0 ? work.get(namespace) : undefined;
      counts?.set(kind.kind, (counts.get(kind.kind) ?? 0) + 1);
    }
  }
  return [...work].filter(([, counts]) => counts.size > 0).map(([seat, counts]) => ({ seat, counts: Object.fromEntries(counts) }));
}

/** Seats that are named; of more it gives the number. */
const NAMED_SEATS = 10;

/** A line for each seat, and one for all those after the tenth: `student-007 made 2 Deployments and 1 PodDisruptionBudget`. */
export function studentWorkLines(work: readonly StudentWork[]): readonly string[] {
  const rest = work.slice(NAMED_SEATS);
  const objects = rest.flatMap(({ counts }) => Object.values(counts)).reduce((sum, count) => sum + count, 0);
  return [
    ...work.slice(0, NAMED_SEATS).map(({ seat, counts }) => `${seat} made ${listed(Object.entries(counts).map(([kind, count]) => counted(count, kind, pluralOf(kind))))}`),
    ...(rest.length === 0 ? [] : [`${counted(rest.length, 'other student')} made ${counted(objects, 'object')}`]),
  ];
}

function pluralOf(kind: string): string {
  return kind.endsWith('s') ? `${kind}es` : `${kind}s`;
}

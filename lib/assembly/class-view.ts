import {
  CLASS_NAMESPACE, CLASS_NODE_POOL, CLASS_OPTIONS_NODE_POOL, CPU_PER_SEAT_ANNOTATION, IDLE_MINUTES_ANNOTATION, ROSTER_ANNOTATION, SEAT_LABEL,
} from '../config/seats';
import type { JsonObject } from '../json';
import { NAMESPACES } from '../kubernetes/core-kinds';
import { NODE_POOLS, type NodePool } from '../kubernetes/karpenter-kinds';
import { type Applied, kubernetesObjects, objectsOfKind } from './kubernetes-objects';
import { notTheLab, type SynthesizedStack } from './synthesized-stack';

/** The class of a lab, as the stack makes it. */
export interface ClassView {
  /** Names of its seats, in order: each is the name of a namespace, and the value of the team label of its nodes. */
  readonly seats: readonly string[];
  /** NodePools that launch nodes for seats, in the order in which Karpenter tries them. */
  readonly nodePools: readonly Applied<NodePool>[];
  /** Minutes without a change after which a seat that is scaled out is scaled to 0. */
  readonly idleMinutes: number;
  /** CPU cores that the pods of a seat may request together. */
  readonly cpuPerSeat: number;
  /** Path of the roster, relative to the folder of the lab. @default - there is none */
  readonly rosterFile?: string;
  /** The objects of each seat, its namespace first. */
  readonly objectsBySeat: ReadonlyMap<string, readonly JsonObject[]>;
}

/** Reads the class of a stack; undefined for a lab without one. */
export function readClass(stack: SynthesizedStack): ClassView | undefined {
  const namespaces = objectsOfKind(stack, NAMESPACES);
  const annotations = namespaces.find(({ metadata }) => metadata.name === CLASS_NAMESPACE)?.metadata.annotations;
  if (annotations === undefined) return undefined;
  const seats = namespaces.flatMap(({ metadata }) => metadata.labels[SEAT_LABEL] ?? []).toSorted();
  const objects = kubernetesObjects(stack);
  const ofSeat = (seat: string): readonly JsonObject[] =>
    objects.filter(({ kind, name, namespace }) => kind === NAMESPACES.kind ? name === seat : namespace === seat).map(({ body }) => body);
  const figure = (key: string): number => {
    const value = Number(annotations[key]);
    if (!(value > 0)) throw notTheLab(stack, `annotation ${key} of namespace ${CLASS_NAMESPACE}`);
    return value;
  };
  return {
    seats,
    nodePools: objectsOfKind(stack, NODE_POOLS)
      .filter(({ metadata }) => [CLASS_NODE_POOL, CLASS_OPTIONS_NODE_POOL].includes(metadata.name))
      .toSorted((a, b) => b.weight - a.weight),
    idleMinutes: figure(IDLE_MINUTES_ANNOTATION),
    cpuPerSeat: figure(CPU_PER_SEAT_ANNOTATION),
    rosterFile: annotations[ROSTER_ANNOTATION],
    objectsBySeat: new Map(seats.map((seat) => [seat, ofSeat(seat)])),
  };
}

import { textAt } from '../assembly/json';
import { readConditions, type Conditioned } from './condition';
import { readMetadata, type ObjectMetadata } from './object-metadata';
import type { ResourceKind } from './resource-kind';

/** A namespace. */
export interface Namespace extends Conditioned {
  readonly metadata: ObjectMetadata;
  /** `Active` or `Terminating`. */
  readonly phase: string;
}

/** Namespaces. */
export const NAMESPACES: ResourceKind<Namespace> = {
  apiVersion: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  isNamespaced: false,
  read: (body) => ({ metadata: readMetadata(body), conditions: readConditions(body), phase: textAt(body, 'status', 'phase') ?? '' }),
};

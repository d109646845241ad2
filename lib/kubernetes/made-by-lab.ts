import type { ObjectMetadata } from './object-metadata';
import { LabError } from '../lab-error';

/** Label of the objects that the lab makes for a while, by which it knows them again. Its value says what for. */
export const MADE_FOR_LABEL = 'karpenter-lab/made-for';

/**
 * Refuses to touch an object of the lab's name that the lab did not make.
 *
 * @throws LabError `ObjectNotOurs`
 */
export function checkOurs(kind: string, metadata: ObjectMetadata): void {
  if (MADE_FOR_LABEL in metadata.labels) return;
  throw new LabError({
    code: 'ObjectNotOurs',
    message: `${kind} ${metadata.name} exists, and the lab did not make it: it has no label ${MADE_FOR_LABEL}.`,
    received: metadata.name,
    remedy: `Rename or delete it: kubectl get ${kind.toLowerCase()} ${metadata.name}.`,
  });
}

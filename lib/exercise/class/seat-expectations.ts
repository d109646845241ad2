import type { LabView } from '../../assembly/lab-view';
import { CLASS_NODE_POOL } from '../../config/seats';
import { type JsonObject, objectAt } from '../../json';
import { DEPLOYMENTS } from '../../kubernetes/core-kinds';
import { capacityTypesOf, deploymentBodyOf, type ExerciseExpectations, expectationsOf } from '../expectations';

/**
 * What the exercise should find in a seat, and what it should lead to: what it does in the lab's own namespace, with the names of the
 * seat.
 *
 * @param seat name of a seat of the lab's class
 */
export function seatExpectations(lab: LabView, seat: string): ExerciseExpectations {
  return expectationsOfSeats(lab)(seat);
}

/** {@link seatExpectations} for many seats: the lab is read once. */
export function expectationsOfSeats(lab: LabView): (seat: string) => ExerciseExpectations {
  const ofLab = expectationsOf(lab);
  const deployment = deploymentBodyOf(ofLab);
  // Where EC2 has no capacity on demand, or the quota for it is used up, Karpenter takes the class's other NodePool, and spot.
  const nodePools = lab.class?.nodePools ?? [];
  const otherNodePools = nodePools.map(({ metadata }) => metadata.name).filter((name) => name !== CLASS_NODE_POOL);
  const allowed = nodePools.map(capacityTypesOf);
  const capacityTypes = allowed.some(({ length }) => length === 0) ? [] : [...new Set(allowed.flat())];
  return (seat) => {
    const nodeSelector = Object.fromEntries(Object.keys(ofLab.nodeSelector).map((key) => [key, seat]));
    return {
      ...ofLab,
      namespace: seat,
      nodeSelector,
      nodePoolName: CLASS_NODE_POOL,
      otherNodePools,
      capacityTypes,
      objects: deployment === undefined ? [] : [seatDeployment(deployment, seat, nodeSelector)],
    };
  };
}

/** The exercise's Deployment as the student of a seat applies it: with no pods yet. */
function seatDeployment(body: JsonObject, seat: string, nodeSelector: Readonly<Record<string, string>>): JsonObject {
  const { name } = DEPLOYMENTS.read(body).metadata;
  const spec = objectAt(body, 'spec');
  const template = objectAt(spec, 'template');
  return {
    ...body,
    metadata: { name, namespace: seat },
    spec: { ...spec, replicas: 0, template: { ...template, spec: { ...objectAt(template, 'spec'), nodeSelector } } },
  };
}

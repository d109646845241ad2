import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { LabError } from '../../lab-error';
import { exerciseCommands } from '../exercise/exercise-commands';
import type { ExerciseExpectations } from '../exercise/expectations';
import { LAUNCH_MESSAGE, launchOf, readKarpenterLog, type LaunchLine } from '../exercise/karpenter-log';
import { listed } from '../plan/phrases';
import { nodesOfPods, type ExerciseState } from './exercise-state';
import type { Observation } from './verify-result';

/**
 * Whether Karpenter's log tells of the launches. It proves nothing that the NodeClaims do not say already, and it is lost
 * when a controller pod is replaced or its log rotated, so a log that is silent or not to be read fails nothing.
 *
 * @throws LabError `KubernetesUnreachable`
 */
export async function launchLogObservation(api: KubernetesApi, state: ExerciseState, expectations: ExerciseExpectations, signal?: AbortSignal): Promise<Observation> {
  const claims = nodesOfPods(state).flatMap(({ claim }) => claim ?? []).map(({ metadata }) => metadata.name);
  const asked = { name: 'launch log', expected: `Karpenter's log shows "${LAUNCH_MESSAGE}"`, command: exerciseCommands(expectations).log } as const;
  if (claims.length === 0) return { ...asked, outcome: 'unknown', evidence: ['There is no NodeClaim to look for.'] };
  let launches: readonly LaunchLine[];
  try {
    launches = (await readKarpenterLog(api, expectations, undefined, signal)).flatMap((line) => launchOf(line) ?? []);
  } catch (error) {
    if (!(error instanceof LabError) || error.code === 'KubernetesUnreachable') throw error;
    return { ...asked, outcome: 'unknown', evidence: [`The log cannot be read: ${error.message}`] };
  }
  const found = launches.filter(({ nodeClaim }) => claims.includes(nodeClaim));
  const silent = claims.filter((name) => !found.some(({ nodeClaim }) => nodeClaim === name));
  return {
    ...asked,
    outcome: silent.length === 0 ? 'pass' : 'unknown',
    evidence: [
      ...found.map(({ nodeClaim, instanceType, zone, capacityType, providerId }) => `${nodeClaim}: ${instanceType}, ${zone}, ${capacityType}, ${providerId}`),
      ...(silent.length === 0 ? [] : [`No line for ${listed(silent)}: the log was rotated, or its pod replaced. The NodeClaim's condition Launched is the proof.`]),
    ],
  };
}

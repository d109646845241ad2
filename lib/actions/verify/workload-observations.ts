import { textAt } from '../../assembly/json';
import { cpuMillis } from '../../estimates/quantity';
import { DEPLOYMENTS, selectorText, type Deployment } from '../../kubernetes/deployment';
import { exerciseCommands } from '../exercise/exercise-commands';
import type { ExerciseExpectations } from '../exercise/expectations';
import { counted } from '../plan/phrases';
import { runningPods, type ExerciseState } from './exercise-state';
import type { Observation } from './verify-result';

/** Whether the Deployment is the one that the assembly describes: its image, its CPU request and its node selector. */
export function deploymentObservation({ deployment }: ExerciseState, expectations: ExerciseExpectations): Observation {
  const { namespace, deploymentName } = expectations;
  const asked = { name: 'deployment', expected: `Deployment ${deploymentName} in namespace ${namespace} is the exercise's` } as const;
  if (deployment === undefined) {
    return { ...asked, outcome: 'fail', evidence: [`There is no Deployment ${deploymentName} in namespace ${namespace}.`], command: exerciseCommands(expectations).deploy };
  }
  const fields = comparedFields(deployment, expectations);
  const wrong = fields.filter(({ isEqual }) => !isEqual);
  return {
    ...asked,
    outcome: wrong.length === 0 ? 'pass' : 'fail',
    evidence: fields.map(({ field, received, wanted, isEqual }) => isEqual ? `${field} ${received}` : `${field} is ${received}; the exercise's is ${wanted}`),
    ...(wrong.length === 0 ? {} : { command: `kubectl delete deployment -n ${namespace} ${deploymentName}, then ${exerciseCommands(expectations).deploy}` }),
  };
}

/** Whether the Deployment has been scaled. */
export function replicasObservation({ deployment }: ExerciseState, expectations: ExerciseExpectations): Observation {
  const { replicas } = expectations;
  const received = deployment?.replicas ?? 0;
  const isAsked = received === replicas;
  return {
    name: 'replicas',
    expected: `${counted(replicas, 'replica')} are asked for`,
    outcome: isAsked ? 'pass' : 'fail',
    evidence: [deployment === undefined ? 'There is no Deployment to scale.' : `${received} of ${counted(replicas, 'replica')} asked for: spec.replicas is ${received}`],
    ...(isAsked ? {} : { command: exerciseCommands(expectations).scale(replicas) }),
  };
}

/**
 * Whether all pods run.
 *
 * @param causes what the cluster says of why they do not
 */
export function podsRunningObservation(state: ExerciseState, expectations: ExerciseExpectations, causes: readonly string[]): Observation {
  const { deploymentName, replicas } = expectations;
  const running = runningPods(state);
  const isRunning = running.length === replicas;
  return {
    name: 'pods running',
    expected: `${counted(replicas, 'pod')} of ${deploymentName} run`,
    outcome: isRunning ? 'pass' : 'fail',
    evidence: [
      `${running.length} of ${counted(replicas, 'pod')} Running`,
      ...running.map(({ metadata, nodeName }) => `${metadata.name} Running on ${nodeName ?? ''}`),
      ...causes,
    ],
    ...(isRunning ? {} : { command: exerciseCommands(expectations).pods }),
  };
}

interface ComparedField {
  readonly field: string;
  readonly received: string;
  readonly wanted: string;
  readonly isEqual: boolean;
}

function comparedFields(deployment: Deployment, { objects, nodeSelector }: ExerciseExpectations): readonly ComparedField[] {
  const body = objects.find((object) => textAt(object, 'kind') === 'Deployment') ?? {};
  const wanted = DEPLOYMENTS.read(body);
  const field = (name: string, received: string, expected: string, isEqual = received === expected): ComparedField =>
    ({ field: name, received: received === '' ? 'none' : received, wanted: expected === '' ? 'none' : expected, isEqual });
  return [
    field('image', deployment.images.join(', '), wanted.images.join(', ')),
    field('cpu request', deployment.cpuRequest ?? '', wanted.cpuRequest ?? '', millisOf(deployment) === millisOf(wanted)),
    // Further selectors of a student's own do no harm: they choose among the same nodes.
    field('nodeSelector', selectorText(deployment.nodeSelector), selectorText(nodeSelector), Object.entries(nodeSelector).every(([key, value]) => deployment.nodeSelector[key] === value)),
  ];
}

/** The same request can be written as `1` and as `1000m`. */
function millisOf({ cpuRequest }: Deployment): number {
  return cpuRequest === undefined ? 0 : cpuMillis(cpuRequest);
}

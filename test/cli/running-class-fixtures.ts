import type { ScaleResult } from '../../lib/actions/scale/scale-result';
import type { VerifyResult } from '../../lib/actions/verify/verify-result';
import { passedExercise } from './rehearsal-fixtures';

/** A student who has done the exercise. */
export const passedVerify: VerifyResult = {
  verdict: 'passed',
  cluster: 'karpenter-lab',
  namespace: 'student-007',
  deploymentName: 'inflate',
  replicas: 5,
  isSimulated: true,
  observations: [
    { name: 'replicas', expected: '5 replicas are asked for', outcome: 'pass', evidence: ['5 of 5 replicas asked for: spec.replicas is 5'] },
    { name: 'launch log', expected: 'Karpenter\'s log shows "launched nodeclaim"', outcome: 'unknown', evidence: ['The log cannot be read: pods is forbidden.'], command: 'kubectl -n kube-system logs deployment/karpenter' },
  ],
  nodes: passedExercise.nodes,
};

/** A student who has not scaled yet. */
export const failedVerify: VerifyResult = {
  ...passedVerify,
  verdict: 'failed',
  observations: [
    {
      name: 'replicas', expected: '5 replicas are asked for', outcome: 'fail', evidence: ['0 of 5 replicas asked for: spec.replicas is 0'],
      command: 'kubectl scale deployment -n student-007 inflate --replicas 5',
    },
    { name: 'pods running', expected: '5 pods of inflate run', outcome: 'fail', evidence: ['0 of 5 pods Running'], command: 'kubectl get pods -n student-007 -o wide' },
  ],
  nodes: [],
};

/** A scaling that was followed until the pods ran. */
export const scaledOut: ScaleResult = {
  verdict: 'passed',
  cluster: 'karpenter-lab',
  namespace: 'karpenter-test',
  deploymentName: 'inflate',
  from: 0,
  to: 5,
  scaledAt: '2026-11-24T01:00:00.000Z',
  isWaited: true,
  steps: [
    { title: 'Scale inflate from 0 to 5 replicas', command: 'kubectl scale deployment -n karpenter-test inflate --replicas 5', outcome: 'passed', evidence: ['deployment.apps/inflate scaled'], seconds: 0.1 },
    { title: '5 pods of inflate run', outcome: 'passed', evidence: ['5 pods on kwok-default-g7qbz'], seconds: 34.2 },
  ],
  timeline: passedExercise.timeline,
  nodes: passedExercise.nodes,
};

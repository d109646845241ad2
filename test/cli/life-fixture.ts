import type { LifeResult } from '../../lib/exercise/life-result';

/** A life that passed. */
export const passedLife: LifeResult = {
  verdict: 'passed',
  cluster: 'karpenter-lab',
  rehearsal: 'life',
  steps: [
    { stage: 'empty account', title: 'Start an empty AWS account', command: 'npm run rehearse -- --empty --name life', outcome: 'passed', exitCode: 0, evidence: ['It answers after 7.0 s'], seconds: 7, estimatedAwsSeconds: 0 },
    { stage: 'preflight', title: 'Ask whether the account is ready', command: 'npm run lab -- preflight', outcome: 'passed', exitCode: 0, evidence: ['A deployment can work.'], seconds: 5, estimatedAwsSeconds: 5 },
    { stage: 'deploy', title: 'Deploy the lab', command: 'npm run lab -- deploy', outcome: 'passed', exitCode: 0, evidence: ['karpenter-lab is created'], seconds: 64, estimatedAwsSeconds: 819 },
    { stage: 'exercise', title: 'Scale out', command: 'kubectl scale deployment -n karpenter-test inflate --replicas 5', outcome: 'passed', exitCode: 0, evidence: ['deployment.apps/inflate scaled'], seconds: 0.4, estimatedAwsSeconds: 0.4 },
    { stage: 'verify', title: 'Check the outcome of the exercise', command: 'npm run lab -- verify', outcome: 'passed', exitCode: 0, evidence: ['5 pods of inflate run as the exercise shows.'], seconds: 2, estimatedAwsSeconds: 2 },
    { stage: 'a student', title: 'A student makes a NodePool, a namespace and pods', command: 'kubectl apply -f .lab/rehearsals/life/student-7.yaml', outcome: 'passed', exitCode: 0, evidence: ['nodepool.karpenter.sh/student-7 created'], seconds: 1, estimatedAwsSeconds: 60 },
    { stage: 'status', title: 'See the lab and what it costs', command: 'npm run lab -- status', outcome: 'passed', exitCode: 0, evidence: ['Ready'], seconds: 2, estimatedAwsSeconds: 2 },
    { stage: 'teardown', title: 'Tear the lab down', command: 'npm run lab -- teardown', outcome: 'passed', exitCode: 0, evidence: ['The lab is removed.'], seconds: 35, estimatedAwsSeconds: 2700 },
    { stage: 'empty again', title: 'The account is empty', outcome: 'passed', evidence: ['0 resources'], seconds: 1, estimatedAwsSeconds: 1 },
  ],
  totalSeconds: 117,
  totalEstimatedAwsSeconds: 3589,
  notSimulated: ['Containers do not run.'],
};

/** A life whose deployment failed. */
export const failedLife: LifeResult = {
  ...passedLife,
  verdict: 'failed',
  steps: passedLife.steps.map((step, index) => {
    if (index < 2) return step;
    return index === 2
      ? { ...step, outcome: 'failed', exitCode: 1, evidence: ['It ended with exit code 1, not 0: NodeCreationFailure'] }
      : { ...step, outcome: 'skipped', exitCode: undefined, seconds: 0, estimatedAwsSeconds: 0, evidence: ['A step before it failed.'] };
  }),
};

import type { PlanResult } from '../../actions/plan-result';

/** One thing to do after reading the plan. */
export interface NextStep {
  readonly what: string;
  readonly command: string;
}

/** From the plan to the end of the class, one command a step. Who may use the cluster comes before using it. */
export function nextSteps(plan: PlanResult): readonly NextStep[] {
  const { lab, launch } = plan;
  const missing = missingAccess(plan);
  const letIn = missing.length === 0 ? [] : [{ what: 'Say who may use it', command: `${missing.map(({ key }) => key).join(' and ')} in lab.yaml, or -c` }];
  return [
    { what: 'Rehearse it here', command: 'npm run rehearse -- --run' },
    ...letIn,
    { what: 'Deploy the lab', command: ['npm run lab -- deploy', ...missing.map(({ key, example }) => `-c ${key}=${example}`)].join(' ') },
    { what: 'Reach the cluster', command: `aws eks update-kubeconfig --region ${lab.region} --name ${lab.clusterName}` },
    { what: 'Run the exercise', command: `kubectl scale deployment -n ${lab.inflateNamespace} ${lab.inflateName} --replicas ${launch.replicas}` },
    { what: 'Remove it after class', command: 'npm run lab -- teardown' },
  ];
}

interface MissingAccess {
  readonly key: string;
  /** A value of the right form. */
  readonly example: string;
}

function missingAccess({ security }: PlanResult): readonly MissingAccess[] {
  return [
    ...(security.endpoint === 'private' ? [{ key: 'apiAccess', example: 'YOUR.IP/32' }] : []),
    ...(security.admins.length === 0 ? [{ key: 'admins', example: 'arn:aws:iam::ACCOUNT:role/ROLE' }] : []),
  ];
}

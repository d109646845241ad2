import type { PlanResult } from '../../actions/plan-result';
import { labArguments, type AssemblyFlags } from '../flags/assembly-flag';

/** One thing to do after reading the plan. */
export interface NextStep {
  readonly what: string;
  readonly command: string;
}

/**
 * From the plan to the end of the class, one command a step. Who may use the cluster comes before using it.
 *
 * @param flags how the plan was asked for: a command that reads the lab is about the same one
 */
export function nextSteps(plan: PlanResult, flags: AssemblyFlags = {}): readonly NextStep[] {
  const { lab, launch } = plan;
  const missing = missingAccess(plan);
  const letIn = missing.length === 0 ? [] : [{ what: 'Say who may use it', command: `${missing.map(({ key }) => key).join(' and ')} in lab.yaml, or -c` }];
  const sameLab = labArguments(flags);
  return [
    { what: 'Rehearse it here', command: commandOf('npm run rehearse -- --run', sameLab) },
    ...letIn,
    { what: 'Deploy the lab', command: commandOf('npm run lab -- deploy', deployArguments(flags, missing)) },
    { what: 'Reach the cluster', command: `aws eks update-kubeconfig --region ${lab.region} --name ${lab.clusterName}` },
    { what: 'Run the exercise', command: `kubectl scale deployment -n ${lab.inflateNamespace} ${lab.inflateName} --replicas ${launch.replicas}` },
    { what: 'Remove it after class', command: commandOf('npm run lab -- teardown', sameLab) },
  ];
}

function commandOf(command: string, words: readonly string[]): string {
  return [command, ...words].join(' ');
}

/** The same lab with what is missing. An assembly that was named is deployed as it is, so nothing can be added to it. */
function deployArguments(flags: AssemblyFlags, missing: readonly MissingAccess[]): readonly string[] {
  if (flags.assembly !== undefined && flags.context === undefined) return labArguments(flags);
  const given = Object.entries(flags.context ?? {}).filter(([key]) => !missing.some((access) => access.key === key));
  return [...labArguments({ ...flags, context: Object.fromEntries(given) }), ...missing.map(({ key, example }) => `-c ${key}=${example}`)];
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

import type { PlanResult } from '../../plan/plan-result';
import { type AssemblyFlags, labArguments } from '../assembly-flag';
import type { Named } from '../document/document';

/**
 * From the plan to the end of the class: what to do, and the command for it. Access to the cluster comes before its use.
 *
 * @param flags the flags of the plan: the commands repeat them, so that they are about the same lab
 */
export function nextSteps(plan: PlanResult, flags: AssemblyFlags = {}): readonly Named[] {
  const { lab, launch, class: { students } } = plan;
  const missing = missingAccess(plan);
  const sameLab = labArguments(flags);
  return [
    ['Rehearse it here', commandOf(`npm run rehearse -- ${students === 0 ? '--run' : `--students ${students}`}`, sameLab)],
    ...(missing.length === 0 ? [] : [['Say who may use it', `${missing.map(({ key }) => key).join(' and ')} in lab.yaml, or -c`] as const]),
    ['Deploy the lab', commandOf('npm run lab -- deploy', deployArguments(flags, missing))],
    ['Reach the cluster', `aws eks update-kubeconfig --region ${lab.region} --name ${lab.clusterName}`],
    ['Run the exercise', `kubectl scale deployment -n ${lab.inflateNamespace} ${lab.inflateName} --replicas ${launch.replicas}`],
    ...(students === 0 ? [] : [
      ['Open the seats', commandOf('npm run lab -- class open', sameLab)],
      ['Show the class', commandOf('npm run lab -- class board', sameLab)],
      ['Close the seats', commandOf('npm run lab -- class close', sameLab)],
    ] as const),
    ['Remove it after class', commandOf('npm run lab -- teardown', sameLab)],
  ];
}

function commandOf(command: string, words: readonly string[]): string {
  return [command, ...words].join(' ');
}

/** The flags of the plan, and those that give the missing access. An assembly that was named is deployed as it is, so it gets none. */
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

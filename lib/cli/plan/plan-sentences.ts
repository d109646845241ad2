import { apiReach } from '../../config/network-values';
import type {
  CostEstimate, LaunchCandidate, LaunchedNodes, LaunchEstimate, NodeResources, PlanResult, SecurityPosture, SystemNodeFit,
} from '../../plan/plan-result';
import { counted, cpuText, hourlyText, memoryText, unitPriceText } from '../../words';
import { type AssemblyFlags, labArguments } from '../assembly-flag';

/** What the mark on a price means. */
export const PRICE_CALCULATED_MARK = '~ calculated from sister types, because no source has the price.';

/** The most likely nodes: `1 x c5a.2xlarge with 5 pods on each, 0.344 USD/h`. */
export function likelyNodesText(likely: readonly LaunchedNodes[]): string {
  return likely.length === 0
    ? 'no node: nothing that the NodePool allows holds these pods'
    : likely.map((nodes) => `${nodes.count} x ${nodes.instanceType} with ${counted(nodes.podsEach, 'pod')}${nodes.count > 1 ? ' on each' : ''}, ${
      hourlyText(nodes.count * nodes.pricePerHour)}`).join('; ');
}

/** What the DaemonSets take of each node that Karpenter launches. */
export function daemonOverheadText({ daemonOverhead }: LaunchEstimate): string {
  return `DaemonSets take ${cpuText(daemonOverhead.cpuMillis)}, ${memoryText(daemonOverhead.memoryMiB)} and `
    + `${counted(daemonOverhead.pods, 'pod slot')} on each node.`;
}

/** The price of a candidate, marked where it was calculated. */
export function candidatePriceText({ pricePerHour, isPriceDerived }: LaunchCandidate): string {
  return `${isPriceDerived === true ? '~' : ''}${unitPriceText(pricePerHour)}`;
}

/** How the shown candidates relate to all there are. */
export function candidateCountText(launch: LaunchEstimate, shown: readonly LaunchCandidate[]): string {
  return `${shown.length} of ${counted(launch.candidates.length, 'type')} that hold all pods on one node; `
    + `the NodePool allows ${counted(launch.compatibleTypeCount, 'type')}.`;
}

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

/** USD per hour of the whole lab while the exercise is scaled out. */
export function scaledOutPrice(cost: CostEstimate): number {
  return cost.idlePerHour + cost.scaledOutPerHour;
}

/** Who reaches the Kubernetes API, in words. */
export interface ApiExposure {
  readonly text: string;
  readonly isOpenToEverybody: boolean;
}

/** Reads from the posture who reaches the Kubernetes API. */
export function apiExposure(security: SecurityPosture): ApiExposure {
  if (security.endpoint === 'private') {
    return { text: 'only from inside the VPC: the endpoint is private', isOpenToEverybody: false };
  }
  const isOpenToEverybody = apiReach(security.apiAccess) === 'world';
  const sources = security.apiAccess.join(', ');
  return {
    text: isOpenToEverybody ? `from the whole internet (${sources}) and from inside the VPC` : `from ${sources} and from inside the VPC`,
    isOpenToEverybody,
  };
}

/** Who is admin of the cluster, in words. */
export function adminsText(security: SecurityPosture): string {
  return security.admins.length === 0 ? 'nobody: set `admins` to let somebody in' : security.admins.join(', ');
}

/** What is left on the system nodes, and whether that is enough. */
export interface SystemNodeRoom {
  readonly free: NodeResources;
  readonly isEnough: boolean;
}

/** Takes what is requested from what the system nodes have. */
export function systemNodeRoom(fit: SystemNodeFit): SystemNodeRoom {
  const free: NodeResources = {
    cpuMillis: fit.allocatable.cpuMillis - fit.requested.cpuMillis,
    memoryMiB: fit.allocatable.memoryMiB - fit.requested.memoryMiB,
    pods: fit.allocatable.pods - fit.requested.pods,
  };
  return { free, isEnough: Math.min(free.cpuMillis, free.memoryMiB, free.pods) >= 0 };
}

import type { ClassView } from '../../assembly/class-view';
import type { LabView } from '../../assembly/lab-view';
import { TEAM_LABEL } from '../../config/names';
import { readRoster } from '../../config/roster';
import { STUDENT_ACCOUNT, TOKEN_END_ANNOTATION } from '../../config/seats';
import { SERVICE_ACCOUNTS } from '../../kubernetes/core-kinds';
import { NODE_POOLS, type NodePool } from '../../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { isTrue, unmetConditions } from '../../kubernetes/objects';
import { requestToken, type ServiceAccountToken } from '../../kubernetes/service-account-token';
import { LabError } from '../../lab-error';
import { reported } from '../../progress';
import type { RunContext } from '../../run-context';
import { counted, listed } from '../../words';
import { onLab } from '../connected-lab';
import type { ClassConnection } from './class-keeper';
import { applySeat, classFolder, classOf, forEachSeat, openUntil, requireSeats, studentAccounts } from './class-seats';
import { kubeconfigName, privateFolder, studentKubeconfig, writePrivately } from './student-kubeconfig';

/** Seconds for which a student's token is good. */
const TOKEN_SECONDS = 8 * 3600;

/** Which seats to open, and where their kubeconfigs go. */
export interface OpenClassOptions {
  /** Seats to open. @default - all of the class */
  readonly seats?: readonly string[];
  /** Absolute path of the folder for kubeconfigs. @default - `class` in the folder of the lab */
  readonly folder?: string;
}

/** A seat that is open. */
export interface OpenSeat {
  readonly seat: string;
  /** @default - the roster names nobody for it */
  readonly student?: string;
  /** Name of its kubeconfig in the folder. */
  readonly kubeconfig: string;
  /** When its token ends, as the API server says: ISO 8601 in UTC. */
  readonly tokenEndsAt: string;
  /** When a token from before ends, which is good until then: ISO 8601 in UTC. @default - it was not open */
  readonly earlierTokenEndsAt?: string;
}

/** An open class. */
export interface OpenClassResult {
  readonly cluster: string;
  readonly region: string;
  /** Namespace of Karpenter, which students read from the environment. */
  readonly karpenterNamespace: string;
  /** Absolute path of the folder with the kubeconfigs. */
  readonly folder: string;
  readonly seats: readonly OpenSeat[];
  /** Whether these are all seats of the class. */
  readonly isWholeClass: boolean;
  /** CIDRs from which students reach the cluster. Empty: from its VPC alone. */
  readonly apiAccess: readonly string[];
}

/**
 * Opens a class: makes every seat as the stack has it, and a kubeconfig for each with a token of eight hours. What students have made
 * stays. Kubeconfigs are written once all tokens are there. Opened again, it makes new ones.
 *
 * @throws what {@link onLab} and {@link readRoster} throw, and LabError `ClassNotConfigured`, `SeatUnknown`, `ClassFolderNotPrivate`,
 * `ClassFolderNotWritable`, `ClassNotDeployed` or `ClassNotReady` before anything is changed; `KubernetesRequestRefused`
 */
export async function openClass(options: OpenClassOptions & ClassConnection, run: RunContext): Promise<OpenClassResult> {
  return onLab(options, run, ({ lab, api }) => openOn(api, lab, options, run));
}

/** {@link openClass} on a cluster that is already connected. */
export async function openOn(
  api: KubernetesApi, lab: LabView, options: OpenClassOptions & Pick<ClassConnection, 'projectDirectory'>, run: RunContext,
): Promise<OpenClassResult> {
  const view = classOf(lab);
  const seats = view.seats.filter((seat) => options.seats?.includes(seat) ?? true);
  const folder = classFolder(options);
  requireSeats(view, options.seats ?? []);
  const roster = await readRoster({ ...view, projectDirectory: options.projectDirectory });
  await reported(run, 'Check that the class is deployed', () => checkDeployed(api, view, seats));
  await privateFolder(folder);
  const [accounts, now] = await Promise.all([studentAccounts(api), api.serverTime()]);

  await forEachSeat(run, 'Make the seats ready', seats, (seat) => applySeat(api, view, seat));
  const tokens = new Map<string, ServiceAccountToken>();
  await forEachSeat(run, 'Make a token for each student', seats, async (seat) => {
    tokens.set(seat, await requestToken(api, { namespace: seat, name: STUDENT_ACCOUNT }, { expirationSeconds: TOKEN_SECONDS }));
  });

  const opened: OpenSeat[] = [];
  await forEachSeat(run, 'Write the kubeconfigs', seats, async (seat) => {
    const { token, expiresAt } = tokens.get(seat) ?? { token: '', expiresAt: new Date(0) };
    const tokenEndsAt = expiresAt.toISOString();
    await writePrivately(folder, kubeconfigName(seat), studentKubeconfig({ endpoint: api.endpoint, clusterName: lab.cluster.name, seat, token }));
    const earlierTokenEndsAt = openUntil(accounts.get(seat), now);
    opened.push({ seat, student: roster.get(seat), kubeconfig: kubeconfigName(seat), tokenEndsAt, ...(earlierTokenEndsAt === undefined ? {} : { earlierTokenEndsAt }) });
  });
  await forEachSeat(run, 'Note when the tokens end', opened, async ({ seat, tokenEndsAt }) => {
    await api.patch(SERVICE_ACCOUNTS, { namespace: seat, name: STUDENT_ACCOUNT }, { metadata: { annotations: { [TOKEN_END_ANNOTATION]: tokenEndsAt } } });
  });
  const { isPublic, publicAccessCidrs } = lab.cluster;
  return {
    cluster: lab.cluster.name,
    region: lab.stack.region,
    karpenterNamespace: lab.karpenter.namespace,
    folder,
    seats: opened.toSorted((a, b) => a.seat.localeCompare(b.seat)),
    isWholeClass: seats.length === view.seats.length,
    apiAccess: isPublic ? publicAccessCidrs : [],
  };
}

/**
 * Makes sure that the cluster launches nodes for these seats.
 *
 * @throws LabError `ClassNotDeployed` or `ClassNotReady`
 */
async function checkDeployed(api: KubernetesApi, view: ClassView, seats: readonly string[]): Promise<void> {
  const { items } = await api.list(NODE_POOLS);
  for (const { metadata: { name } } of view.nodePools) {
    const nodePool = items.find(({ metadata }) => metadata.name === name);
    if (nodePool === undefined) throw notDeployed(`The cluster has no class: NodePool ${name} is missing.`, name);
    const lacking = seats.filter((seat) => !seatsOf(nodePool).includes(seat));
    if (lacking.length > 0) {
      const which = lacking.length === 1 ? lacking[0] ?? '' : `${lacking[0] ?? ''} to ${lacking.at(-1) ?? ''}`;
      throw notDeployed(`The class in the cluster has ${counted(seatsOf(nodePool).length, 'seat')}, and lacks ${which}: NodePool ${name} launches nothing for them.`, which);
    }
    if (isTrue(nodePool, 'Ready')) continue;
    const why = unmetConditions(nodePool);
    throw new LabError({
      code: 'ClassNotReady',
      message: `NodePool ${name} is not Ready, so that Karpenter launches no nodes for the class${why.length === 0 ? '' : `: ${listed(why)}`}.`,
      received: name,
      remedy: `See what is missing: kubectl describe nodepool ${name}.`,
    });
  }
}

function seatsOf({ requirements }: NodePool): readonly string[] {
  return requirements.filter(({ key }) => key === TEAM_LABEL).flatMap(({ values }) => values);
}

function notDeployed(message: string, received: string): LabError {
  return new LabError({
    code: 'ClassNotDeployed',
    message,
    received,
    remedy: 'Deploy the lab with this class: `npm run synth`, then `npm run lab -- deploy`.',
  });
}

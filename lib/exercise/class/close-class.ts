import type { LabView } from '../../assembly/lab-view';
import { SEAT_LABEL, STUDENT_ACCOUNT } from '../../config/seats';
import { ClusterModel, clusterSnapshot } from '../../kubernetes/cluster-model';
import { NAMESPACES, SERVICE_ACCOUNTS } from '../../kubernetes/core-kinds';
import { NODE_CLAIMS, type NodeClaim } from '../../kubernetes/karpenter-kinds';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import type { ResourceKind } from '../../kubernetes/objects';
import { LabError } from '../../lab-error';
import { type RemainderListener, reported } from '../../progress';
import { type NamedObject, readNamedObject } from '../../removal/named-objects';
import type { RunContext } from '../../run-context';
import { forEachBounded } from '../../wait-for';
import { NODE_POOL_LABEL, RBAC_API } from '../../well-known-keys';
import { counted } from '../../words';
import { onLab } from '../connected-lab';
import { untilConsolidated } from '../consolidation';
import { EXERCISE_DEADLINES } from '../deadlines';
import { type ClassConnection, keptClass, statusOfClass } from './class-keeper';
import { classFolder, classOf, forEachSeat, openUntil, SEATS_AT_ONCE, studentAccounts } from './class-seats';
import { emptySeat } from './empty-seat';
import { deleteKubeconfigs } from './student-kubeconfig';

/** A class that is about to be closed. */
export interface ClassToClose {
  readonly cluster: string;
  readonly region: string;
  readonly seats: number;
  /** Seats whose students can come in. */
  readonly openSeats: number;
  /** Pods in the seats. */
  readonly pods: number;
  /** Nodes of the class, those on their way included. */
  readonly nodes: number;
}

/** How to close a class. */
export interface CloseClassOptions {
  /** Absolute path of the folder with the kubeconfigs. @default - `class` in the folder of the lab */
  readonly folder?: string;
  /** Seconds that Karpenter has to remove the nodes. @default 300 */
  readonly timeoutSeconds?: number;
  /** Called before anything is changed. */
  readonly confirm: (content: ClassToClose) => Promise<boolean>;
}

/** A class that was closed. */
export interface CloseClassResult extends ClassToClose {
  /**
   * - `closed`: nobody can come in, and nothing of the class costs money any longer;
   * - `unfinished`: {@link problems} says what is left;
   * - `declined`: the user said no, and nothing was changed.
   */
  readonly outcome: 'closed' | 'unfinished' | 'declined';
  /** Seats of which something was deleted. */
  readonly emptiedSeats: number;
  /** Names of the kubeconfigs that were deleted on this computer: their tokens are dead. */
  readonly deletedFiles: readonly string[];
  /** Absolute path of their folder. */
  readonly folder: string;
  /** What could not be done, a sentence each. */
  readonly problems: readonly string[];
}

/**
 * Closes a class: remembers what the students have reached, ends their tokens, empties all seats, and waits until Karpenter has removed
 * their nodes. Namespaces, quotas and marks stay: the class can be opened again.
 *
 * What fails for one seat does not keep the others from being closed; the result tells it.
 *
 * @throws what {@link onLab} and {@link statusOfClass} throw, and LabError `ClassNotConfigured`, before anything is changed
 */
export async function closeClass(options: CloseClassOptions & ClassConnection, run: RunContext): Promise<CloseClassResult> {
  return onLab(options, run, ({ lab, api }) => closeOn(api, lab, options, run));
}

/** {@link closeClass} on a cluster that is already connected. */
export async function closeOn(
  api: KubernetesApi, lab: LabView, options: CloseClassOptions & Pick<ClassConnection, 'projectDirectory'>, run: RunContext,
): Promise<CloseClassResult> {
  const view = classOf(lab);
  const folder = classFolder(options);
  const nodePools = view.nodePools.map(({ metadata }) => metadata.name);
  const isOfClass = ({ metadata }: NodeClaim): boolean => nodePools.includes(metadata.labels[NODE_POOL_LABEL] ?? '');
  // Those of a larger class, which was deployed before, are closed as well.
  const seats = (await api.list(NAMESPACES, { labelSelector: SEAT_LABEL })).items.map(({ metadata }) => metadata.name).toSorted();
  const accounts = await studentAccounts(api);
  const now = await api.serverTime();
  const { pods, nodeClaims } = await clusterSnapshot(api, { pods: {}, nodeClaims: {} });
  const found: ClassToClose = {
    cluster: lab.cluster.name,
    region: lab.stack.region,
    seats: seats.length,
    openSeats: seats.filter((seat) => openUntil(accounts.get(seat), now) !== undefined).length,
    pods: pods.filter(({ metadata }) => seats.includes(metadata.namespace ?? '')).length,
    nodes: nodeClaims.filter(isOfClass).length,
  };
  if (!await options.confirm(found)) return { outcome: 'declined', ...found, emptiedSeats: 0, deletedFiles: [], folder, problems: [] };
  // A class is closed whether or not its roster can be read: marks know seats alone.
  const unnamed = { ...lab, class: { ...view, rosterFile: undefined } };
  // Where that fails, nothing is emptied: the results would be gone.
  await reported(run, 'Remember what the students have reached', async () => statusOfClass(api, await keptClass(unnamed, options), run));

  const problems: string[] = [];
  const attempted = (work: (seat: string) => Promise<unknown>) => (seat: string): Promise<void> => attempt(run, problems, () => work(seat), `Seat ${seat}`);
  await forEachSeat(run, 'End the tokens of the students', seats, attempted((seat) => endAccess(api, seat)));
  let emptiedSeats = 0;
  await forEachSeat(run, 'Empty the seats', seats, attempted(async (seat) => {
    const removed = await emptySeat(api, { seat, objects: view.objectsBySeat.get(seat) ?? [] }, run);
    if (removed.length > 0) emptiedSeats += 1;
  }));
  await attempt(run, problems, () => reported(run, 'Karpenter removes the nodes of the class', (news) =>
    nodesGone(api, isOfClass, options.timeoutSeconds ?? EXERCISE_DEADLINES.deletedSeconds, news)));
  const stillOpen = await studentAccounts(api);
  const deletedFiles = await deleteKubeconfigs(folder, seats.filter((seat) => !stillOpen.has(seat)), api.server);
  return { outcome: problems.length === 0 ? 'closed' : 'unfinished', ...found, emptiedSeats, deletedFiles, folder, problems };
}

/** Does a part of the work, and notes why it could not be done. An interruption ends everything. */
async function attempt({ signal }: RunContext, problems: string[], work: () => Promise<unknown>, whose?: string): Promise<void> {
  try {
    await work();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof LabError)) throw error;
    problems.push(`${whose === undefined ? '' : `${whose}: `}${error.message} ${error.remedy}`);
  }
}

const ROLE_BINDINGS: ResourceKind<NamedObject> = { apiVersion: RBAC_API, kind: 'RoleBinding', plural: 'rolebindings', isNamespaced: true, read: readNamedObject };

/** Takes a student's rights, and then the account: the API server knows a token for some ten seconds after its account has gone. */
async function endAccess(api: KubernetesApi, seat: string): Promise<void> {
  await api.delete(ROLE_BINDINGS, { namespace: seat, name: STUDENT_ACCOUNT });
  await api.delete(SERVICE_ACCOUNTS, { namespace: seat, name: STUDENT_ACCOUNT });
}

/**
 * Asks Karpenter to remove the nodes, which it would do by itself once they have been empty long enough, and waits until they are gone.
 * Nobody else takes away their finalizers: an instance would go on running unseen.
 */
async function nodesGone(api: KubernetesApi, isOfClass: (claim: NodeClaim) => boolean, deadlineSeconds: number, news: RemainderListener): Promise<void> {
  const cluster = await ClusterModel.start(api, { nodeClaims: {} });
  const left = (): readonly string[] => cluster.nodeClaims.filter(isOfClass).map(({ metadata }) => metadata.name);
  const total = left().length;
  const asked = new Set<string>();
  // Karpenter may make one more for pods that have just gone.
  const askForNew = async (): Promise<void> => {
    await forEachBounded(left().filter((name) => !asked.has(name)), SEATS_AT_ONCE, async (name) => {
      asked.add(name);
      await api.delete(NODE_CLAIMS, { name });
    });
  };
  try {
    await askForNew();
    await untilConsolidated({
      what: `the ${counted(total, 'node')} of the class are removed`,
      on: cluster,
      left,
      deadlineSeconds,
      onLeft: ({ length }) => {
        news(length, Math.max(total, length));
        // What it cannot ask for, the deadline tells as left.
        askForNew().catch(() => undefined);
      },
      remedy: 'Only Karpenter removes them: see whether it runs with kubectl get pods -n $KARPENTER_NAMESPACE, then close the class again.',
    });
  } finally {
    cluster.stop();
  }
}

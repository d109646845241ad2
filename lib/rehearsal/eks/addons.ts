import { randomUUID } from 'node:crypto';
import { parse } from 'yaml';
import { versions } from '../../config/versions';
import { arrayAt, isJsonObject, type JsonObject, type JsonValue, objectAt, textAt } from '../../json';
import { DAEMON_SETS, DEPLOYMENTS, EVENTS, PODS } from '../../kubernetes/core-kinds';
import { type Condition, readTexts, type ResourceKind } from '../../kubernetes/objects';
import { deadlineIn } from '../../run-context';
import { pause } from '../../wait-for';
import { jsonBody } from '../aws-answers/aws-request';
import type { RestHandler } from '../aws-answers/rest-routes';
import { addonWorkloads } from './addon-workloads';
import type { ActiveCluster, Addon, Cluster, EksUpdate } from './cluster';
import { PLAYED_VERSION } from './cluster-versions';
import { describedUpdate, eksAnswer, eksDoesNotPlay, eksFault, type EksState, requirePlayedKeys, timestamp } from './eks-state';
import type { PodIdentities } from './pod-identities';

/** Annotation of the objects that stand in for an add-on's own. Its value names the add-on and its version. */
const STAND_IN_ANNOTATION = 'karpenter-lab/stands-in-for';

/** Namespace of every add-on. */
const NAMESPACE = 'kube-system';

/** Seconds in AWS that an add-on may take until its pods are ready. */
const READY_SECONDS = 20 * 60;

/** The least seconds that the real scheduler and kwok get for it, however time is compressed. */
const LEAST_READY_SECONDS = 30;

/** Seconds between two looks at the pods. */
const LOOK_SECONDS = 0.5;

/**
 * Builds of add-ons that EKS offers for the played version: those that the lab pins, which were on offer when they were
 * pinned. EKS would offer others as well.
 */
const OFFERED: Readonly<Record<string, string>> = versions.addOns;

/** What may be said of an add-on here. Credentials by `serviceAccountRoleArn` are not: they need an OIDC provider. */
const CHANGEABLE: readonly string[] = ['addonVersion', 'clientRequestToken', 'configurationValues', 'podIdentityAssociations', 'resolveConflicts'];

/** Add-ons. No image of theirs runs: Deployments and DaemonSets that request the same stand in for them. */
export class Addons {
  constructor(private readonly state: EksState, private readonly identities: PodIdentities) {}

  readonly routes: Readonly<Record<string, RestHandler>> = {
    'POST /clusters/{cluster}/addons': async (request, { cluster = '' }) =>
      eksAnswer({ addon: described(cluster, await this.create(this.state.activeCluster(cluster), jsonBody(request))) }),
    'GET /clusters/{cluster}/addons': (_request, { cluster = '' }) => eksAnswer({ addons: [...this.state.cluster(cluster).addons.keys()] }),
    'GET /clusters/{cluster}/addons/{addon}': (_request, { cluster = '', addon = '' }) =>
      eksAnswer({ addon: described(cluster, addonOf(this.state.cluster(cluster), addon)) }),
    'POST /clusters/{cluster}/addons/{addon}/update': async (request, { cluster = '', addon = '' }) => {
      const active = this.state.activeCluster(cluster);
      return eksAnswer({ update: describedUpdate(await this.update(active, addonOf(active, addon), jsonBody(request))) });
    },
    'DELETE /clusters/{cluster}/addons/{addon}': (request, { cluster = '', addon = '' }) => {
      const active = this.state.activeCluster(cluster);
      const found = addonOf(active, addon);
      const preserves = new URL(request.target, 'http://eks').searchParams.get('preserve') === 'true';
      this.delete(active, found, preserves);
      return eksAnswer({ addon: described(cluster, found) });
    },
    'GET /addons/supported-versions': (request) => {
      const { searchParams: asked } = new URL(request.target, 'http://eks');
      const isPlayed = (asked.get('kubernetesVersion') ?? PLAYED_VERSION) === PLAYED_VERSION;
      const names = Object.keys(OFFERED).filter((name) => isPlayed && (asked.get('addonName') ?? name) === name);
      return eksAnswer({ addons: names.map(offered) });
    },
  };

  private async create(cluster: ActiveCluster, body: JsonObject): Promise<Addon> {
    requirePlayedKeys(body, ['addonName', ...CHANGEABLE, 'tags'], 'an add-on');
    const name = textAt(body, 'addonName') ?? '';
    if (cluster.addons.has(name)) throw eksFault('ResourceInUseException', 'Addon already exists.');
    const version = checkedVersion(name, textAt(body, 'addonVersion'));
    const createdAt = this.state.now();
    const addon: Addon = {
      name,
      arn: this.state.arn(`addon/${cluster.name}/${name}/${randomUUID()}`),
      version,
      ...configurationIn(body),
      associationArns: [],
      status: 'CREATING',
      issues: [],
      tags: readTexts(body['tags']),
      createdAt,
      modifiedAt: createdAt,
    };
    await this.associate(cluster, addon, body);
    cluster.addons.set(name, addon);
    this.bring(cluster, addon, { done: 'ACTIVE', failed: 'CREATE_FAILED' });
    return addon;
  }

  private async update(cluster: ActiveCluster, addon: Addon, body: JsonObject): Promise<EksUpdate> {
    requirePlayedKeys(body, CHANGEABLE, 'a change of an add-on');
    if (addon.status === 'CREATING' || addon.status === 'UPDATING') throw eksFault('ResourceInUseException', `Addon ${addon.name} is ${addon.status}`);
    addon.version = checkedVersion(addon.name, textAt(body, 'addonVersion') ?? addon.version);
    if ('configurationValues' in body) Object.assign(addon, configurationIn(body));
    await this.associate(cluster, addon, body);
    addon.status = 'UPDATING';
    addon.modifiedAt = this.state.now();
    const update: EksUpdate = { id: randomUUID(), type: 'AddonUpdate', params: [{ type: 'AddonVersion', value: addon.version }], createdAt: this.state.now(), status: 'InProgress', errors: [] };
    cluster.updates.set(update.id, update);
    this.bring(cluster, addon, { done: 'ACTIVE', failed: 'UPDATE_FAILED' }, (reason) => {
      update.status = reason === undefined ? 'Successful' : 'Failed';
      update.errors = reason === undefined ? [] : [{ errorCode: 'InsufficientNumberOfReplicas', errorMessage: reason }];
    });
    return update;
  }

  private delete(cluster: ActiveCluster, addon: Addon, preserves: boolean): void {
    addon.status = 'DELETING';
    this.state.begin(async () => {
      if (!preserves) {
        for (const { kind, name } of workloadsOf(addon)) await cluster.api.delete(kind, { name, namespace: NAMESPACE });
      }
      disown(cluster, addon);
      cluster.addons.delete(addon.name);
    }, (reason) => {
      addon.status = 'DELETE_FAILED';
      addon.issues = [{ code: 'InternalFailure', message: reason }];
    });
  }

  /** Makes the associations that a request names, in the place of those that the add-on had. */
  private async associate(cluster: ActiveCluster, addon: Addon, body: JsonObject): Promise<void> {
    if (!('podIdentityAssociations' in body)) return;
    disown(cluster, addon);
    const arns: string[] = [];
    for (const asked of arrayAt(body, 'podIdentityAssociations')) {
      const { arn } = await this.identities.add(cluster, {
        namespace: NAMESPACE, serviceAccount: textAt(asked, 'serviceAccount') ?? '', roleArn: textAt(asked, 'roleArn') ?? '', tags: {}, ownerArn: addon.arn,
      });
      arns.push(arn);
    }
    addon.associationArns = arns;
  }

  /** Applies the workloads of an add-on, and follows their pods. */
  private bring(
    cluster: ActiveCluster, addon: Addon, ends: { readonly done: Addon['status']; readonly failed: Addon['status'] }, onEnd: (failure?: string) => void = () => undefined,
  ): void {
    const fail = (code: string, message: string): void => {
      addon.status = ends.failed;
      addon.issues = [{ code, message, resourceIds: [addon.name] }];
      onEnd(message);
    };
    this.state.begin(async () => {
      const workloads = workloadsOf(addon);
      for (const { kind, body } of workloads) await cluster.api.apply(kind, body);
      const deployments = workloads.filter(({ kind }) => kind === DEPLOYMENTS).map(({ name }) => name);
      const late = await this.lateDeployment(cluster, deployments);
      if (late === undefined) {
        addon.status = ends.done;
        addon.issues = [];
        onEnd();
        return;
      }
      const message = `The add-on is unhealthy because it doesn't have the desired number of replicas. ${late}`;
      fail('InsufficientNumberOfReplicas', message);
      this.state.account.findings.report({ kind: 'pod-not-ready', resource: `add-on ${addon.name}`, expected: 'its pods are ready within 20 minutes', found: late });
    }, (reason) => fail('InternalFailure', reason));
  }

  /**
   * Waits until the pods of Deployments are available.
   *
   * @returns what keeps them from it once the time is up; undefined when they are
   */
  private async lateDeployment(cluster: ActiveCluster, names: readonly string[]): Promise<string | undefined> {
    const { run } = this.state.account;
    const waiting = new Set(names);
    const deadline = deadlineIn(run, Math.max(this.state.compressed(READY_SECONDS), LEAST_READY_SECONDS));
    for (;;) {
      for (const name of waiting) {
        const found = await cluster.api.get(DEPLOYMENTS, { name, namespace: NAMESPACE });
        if (found !== undefined && found.readyReplicas >= found.replicas) waiting.delete(name);
      }
      if (waiting.size === 0) return undefined;
      if (deadline.isPassed) return (await Promise.all([...waiting].map((name) => pendingReason(cluster, name)))).join(' ');
      await pause(LOOK_SECONDS, run.signal);
    }
  }
}

/** Removes the associations that were made with an add-on. */
function disown({ associations }: Cluster, addon: Addon): void {
  for (const { id, ownerArn } of [...associations.values()]) {
    if (ownerArn === addon.arn) associations.delete(id);
  }
}

/** What the scheduler says of the pods of a Deployment. */
async function pendingReason({ api }: ActiveCluster, deployment: string): Promise<string> {
  const found = await api.get(DEPLOYMENTS, { name: deployment, namespace: NAMESPACE });
  const { items: pods } = await api.list(PODS, { namespace: NAMESPACE });
  const own = pods.filter(({ metadata }) => Object.entries(found?.matchLabels ?? {}).every(([key, value]) => metadata.labels[key] === value));
  const messages = own.flatMap(({ conditions }) => conditions.filter(({ type, status }: Condition) => type === 'PodScheduled' && status === 'False').map(({ message }) => message));
  if (messages.length > 0) return `${deployment}: ${[...new Set(messages)].join(' ')}`;
  const { items: events } = await api.list(EVENTS, { namespace: NAMESPACE });
  const warnings = events.filter(({ type, subject }) => type === 'Warning' && subject.name.startsWith(deployment)).map(({ message }) => message);
  return `${deployment}: ${found?.readyReplicas ?? 0} of ${found?.replicas ?? 0} pods are ready. ${[...new Set(warnings)].join(' ')}`.trim();
}

/** A workload that stands in for one of an add-on. */
interface StandIn {
  readonly kind: ResourceKind<unknown>;
  readonly name: string;
  readonly body: JsonObject;
}

function workloadsOf({ name, version, configuration }: Addon): readonly StandIn[] {
  return (addonWorkloads(name, configuration) ?? []).map((workload) => ({
    kind: textAt(workload, 'kind') === 'DaemonSet' ? DAEMON_SETS : DEPLOYMENTS,
    name: textAt(workload, 'metadata', 'name') ?? '',
    body: { ...workload, metadata: { ...objectAt(workload, 'metadata'), annotations: { [STAND_IN_ANNOTATION]: `EKS add-on ${name} ${version}` } } },
  }));
}

/**
 * The version of an add-on.
 *
 * @throws AwsFault `InvalidParameterException` for a version that EKS does not offer; `InvalidRequestException` for an add-on that is not played
 */
function checkedVersion(name: string, version: string | undefined): string {
  const offeredVersion = OFFERED[name];
  if (offeredVersion === undefined || addonWorkloads(name, {}) === undefined) throw eksDoesNotPlay(`the add-on ${name}: its pods are not in the table of lib/plan/node-pods.ts`);
  if (version !== undefined && version !== offeredVersion) throw eksFault('InvalidParameterException', `Addon version specified is not supported: ${name} ${version}`);
  return offeredVersion;
}

/** The configuration of an add-on, which is JSON or YAML as text. */
function configurationIn(body: JsonObject): Pick<Addon, 'configuration' | 'configurationValues'> {
  const configurationValues = textAt(body, 'configurationValues');
  let parsed: JsonValue;
  try {
    parsed = parse(configurationValues ?? '{}') as JsonValue;
  } catch {
    parsed = null;
  }
  if (!isJsonObject(parsed)) throw eksFault('InvalidParameterException', 'ConfigurationValue is not in valid JSON or YAML format.');
  return { configuration: parsed, configurationValues };
}

function offered(addonName: string): Readonly<Record<string, unknown>> {
  return {
    addonName,
    type: 'addon',
    owner: 'aws',
    publisher: 'eks',
    addonVersions: [{
      addonVersion: OFFERED[addonName],
      architecture: ['amd64', 'arm64'],
      compatibilities: [{ clusterVersion: PLAYED_VERSION, platformVersions: ['*'], defaultVersion: true }],
      requiresConfiguration: false,
    }],
  };
}

function addonOf(cluster: Cluster, name: string): Addon {
  const addon = cluster.addons.get(name);
  if (addon === undefined) throw eksFault('ResourceNotFoundException', `No addon: ${name} found in cluster: ${cluster.name}`);
  return addon;
}

function described(clusterName: string, addon: Addon): Readonly<Record<string, unknown>> {
  return {
    addonName: addon.name,
    clusterName,
    status: addon.status,
    addonVersion: addon.version,
    health: { issues: addon.issues },
    addonArn: addon.arn,
    createdAt: timestamp(addon.createdAt),
    modifiedAt: timestamp(addon.modifiedAt),
    tags: addon.tags,
    owner: 'aws',
    publisher: 'eks',
    configurationValues: addon.configurationValues,
    podIdentityAssociations: addon.associationArns,
  };
}

import { randomUUID } from 'node:crypto';
import { type JsonObject, objectAt } from '../../json';
import { jsonBody } from '../aws-answers/aws-request';
import type { RestHandler } from '../aws-answers/rest-routes';
import { findingSentence } from '../findings';
import type { AccessEntries } from './access-entries';
import type { ActiveCluster, Cluster, EksUpdate, HealthIssue, NodeGroup } from './cluster';
import { describedUpdate, eksAnswer, eksFault, type EksState, requirePlayedKeys, timestamp } from './eks-state';
import type { NodeGroupInstances } from './node-group-instances';
import { changedTemplate, checkedNodeGroup, checkedScaling } from './node-group-request';

/** Managed node groups. */
export class NodeGroups {
  /** ARNs of roles for which EKS made the access entry itself. */
  private readonly ownEntries = new Set<string>();

  constructor(private readonly state: EksState, private readonly accessEntries: AccessEntries, private readonly instances: NodeGroupInstances) {}

  readonly routes: Readonly<Record<string, RestHandler>> = {
    'POST /clusters/{cluster}/node-groups': async (request, { cluster = '' }) =>
      eksAnswer({ nodegroup: described(this.state.cluster(cluster), await this.create(this.state.activeCluster(cluster), jsonBody(request))) }),
    'GET /clusters/{cluster}/node-groups': (_request, { cluster = '' }) => eksAnswer({ nodegroups: [...this.state.cluster(cluster).nodeGroups.keys()] }),
    'GET /clusters/{cluster}/node-groups/{group}': (_request, { cluster = '', group = '' }) => {
      const found = this.state.cluster(cluster);
      return eksAnswer({ nodegroup: described(found, groupOf(found, group)) });
    },
    'POST /clusters/{cluster}/node-groups/{group}/update-config': (request, { cluster = '', group = '' }) => {
      const active = this.state.activeCluster(cluster);
      return eksAnswer({ update: describedUpdate(this.updateConfig(active, groupOf(active, group), jsonBody(request))) });
    },
    'POST /clusters/{cluster}/node-groups/{group}/update-version': async (request, { cluster = '', group = '' }) => {
      const active = this.state.activeCluster(cluster);
      return eksAnswer({ update: describedUpdate(await this.updateVersion(active, groupOf(active, group), jsonBody(request))) });
    },
    'DELETE /clusters/{cluster}/node-groups/{group}': (_request, { cluster = '', group = '' }) => {
      const active = this.state.activeCluster(cluster);
      const found = groupOf(active, group);
      this.delete(active, found);
      return eksAnswer({ nodegroup: described(active, found) });
    },
  };

  private async create(cluster: ActiveCluster, body: JsonObject): Promise<NodeGroup> {
    const checked = await checkedNodeGroup(this.state, cluster, body);
    if (cluster.nodeGroups.has(checked.name)) {
      throw eksFault('ResourceInUseException', `NodeGroup already exists with name ${checked.name} and cluster name ${cluster.name}`);
    }
    const createdAt = this.state.now();
    const id = randomUUID();
    const group: NodeGroup = {
      ...checked,
      arn: this.state.arn(`nodegroup/${cluster.name}/${checked.name}/${id}`),
      instanceProfile: `eks-${id}`,
      updateConfig: objectAt({ updateConfig: { maxUnavailable: 1 }, ...body }, 'updateConfig'),
      instanceIds: [],
      status: 'CREATING',
      issues: [],
      createdAt,
      modifiedAt: createdAt,
    };
    cluster.nodeGroups.set(group.name, group);
    this.state.begin(async () => {
      await this.letIn(cluster, group.nodeRoleArn);
      await this.instances.makeProfile(group);
      const issue = await this.grow(cluster, group, group.scaling.desiredSize);
      group.issues = issue === undefined ? [] : [issue];
      group.status = issue === undefined ? 'ACTIVE' : 'CREATE_FAILED';
    }, (reason) => {
      group.status = 'CREATE_FAILED';
      group.issues = [{ code: 'AsgInstanceLaunchFailures', message: `Could not launch instances: ${reason}`, resourceIds: [autoScalingGroup(group)] }];
      this.state.account.findings.report({ kind: 'resource-failed', resource: `node group ${group.name}`, expected: `${group.scaling.desiredSize} instances are launched`, found: reason });
    });
    return group;
  }

  /** EKS lets the role of a managed group in by itself, unless it has an entry already. */
  private async letIn(cluster: ActiveCluster, principalArn: string): Promise<void> {
    if (cluster.accessEntries.has(principalArn)) return;
    await this.accessEntries.add(cluster, { principalArn, type: 'EC2_LINUX', groups: [], tags: {} });
    this.ownEntries.add(principalArn);
  }

  /** Launches instances and waits for their nodes. @returns what is wrong when some do not join */
  private async grow(cluster: ActiveCluster, group: NodeGroup, count: number): Promise<HealthIssue | undefined> {
    const launched = await this.instances.launch(cluster, group, count);
    const missing = await this.instances.waitForNodes(cluster, launched);
    if (missing.length === 0) return undefined;
    const reasons = this.reasonsFor(missing);
    return { code: 'NodeCreationFailure', message: ['Instances failed to join the kubernetes cluster', ...reasons].join('. '), resourceIds: missing };
  }

  /** What was found about instances that did not join. */
  private reasonsFor(instanceIds: readonly string[]): readonly string[] {
    const found = this.state.account.findings.found.filter(({ kind, resource }) => kind === 'node-not-joined' && instanceIds.some((id) => resource.includes(id)));
    return found.map((finding) => findingSentence(finding).replace(/\.$/, ''));
  }

  private updateConfig(cluster: ActiveCluster, group: NodeGroup, body: JsonObject): EksUpdate {
    requirePlayedKeys(body, ['clientRequestToken', 'scalingConfig', 'updateConfig'], 'a change of a node group');
    requireSteady(group);
    group.scaling = checkedScaling(body, group.scaling);
    group.updateConfig = { ...group.updateConfig, ...objectAt(body, 'updateConfig') };
    return this.change(cluster, group, 'ConfigUpdate', async () => {
      const surplus = group.instanceIds.length - group.scaling.desiredSize;
      if (surplus <= 0) return this.grow(cluster, group, -surplus);
      await this.instances.remove(cluster, group, group.instanceIds.slice(0, surplus));
      return undefined;
    });
  }

  /** New nodes come, then the old ones go: EKS does it with a few at a time. */
  private async updateVersion(cluster: ActiveCluster, group: NodeGroup, body: JsonObject): Promise<EksUpdate> {
    requirePlayedKeys(body, ['clientRequestToken', 'force', 'launchTemplate', 'releaseVersion', 'version'], 'a new version of a node group');
    requireSteady(group);
    group.template = await changedTemplate(this.state, cluster, group, body);
    return this.change(cluster, group, 'VersionUpdate', async () => {
      const old = group.instanceIds;
      const issue = await this.grow(cluster, group, group.scaling.desiredSize);
      if (issue === undefined) await this.instances.remove(cluster, group, old);
      return issue;
    });
  }

  private change(cluster: Cluster, group: NodeGroup, type: string, work: () => Promise<HealthIssue | undefined>): EksUpdate {
    const update: EksUpdate = { id: randomUUID(), type, params: [], createdAt: this.state.now(), status: 'InProgress', errors: [] };
    cluster.updates.set(update.id, update);
    group.status = 'UPDATING';
    group.modifiedAt = this.state.now();
    const end = (issue: HealthIssue | undefined): void => {
      group.status = issue === undefined ? 'ACTIVE' : 'DEGRADED';
      group.issues = issue === undefined ? [] : [issue];
      update.status = issue === undefined ? 'Successful' : 'Failed';
      update.errors = issue === undefined ? [] : [{ errorCode: issue.code, errorMessage: issue.message }];
    };
    this.state.begin(async () => end(await work()), (reason) => end({ code: 'InternalFailure', message: reason }));
    return update;
  }

  private delete(cluster: ActiveCluster, group: NodeGroup): void {
    if (group.status === 'DELETING') return;
    if (group.status === 'CREATING' || group.status === 'UPDATING') throw eksFault('ResourceInUseException', `Nodegroup ${group.name} is ${group.status}`);
    group.status = 'DELETING';
    this.state.begin(async () => {
      await this.instances.remove(cluster, group, group.instanceIds);
      await this.instances.removeProfile(group);
      cluster.nodeGroups.delete(group.name);
      const isShared = [...cluster.nodeGroups.values()].some(({ nodeRoleArn }) => nodeRoleArn === group.nodeRoleArn);
      if (!isShared && this.ownEntries.delete(group.nodeRoleArn) && cluster.accessEntries.has(group.nodeRoleArn)) {
        await this.accessEntries.remove(cluster, group.nodeRoleArn);
      }
    }, (reason) => {
      group.status = 'DELETE_FAILED';
      group.issues = [{ code: 'InternalFailure', message: reason, resourceIds: group.instanceIds }];
    });
  }
}

/** @throws AwsFault `ResourceInUseException` while something else is under way */
function requireSteady({ name, status }: NodeGroup): void {
  if (status !== 'ACTIVE' && status !== 'DEGRADED') throw eksFault('ResourceInUseException', `Nodegroup ${name} is ${status}`);
}

function groupOf(cluster: Cluster, name: string): NodeGroup {
  const group = cluster.nodeGroups.get(name);
  if (group === undefined) throw eksFault('ResourceNotFoundException', `No node group found for name: ${name}.`);
  return group;
}

/** Name of the Auto Scaling group that EKS would have made. */
function autoScalingGroup({ name, instanceProfile }: NodeGroup): string {
  return `eks-${name}-${instanceProfile.replace(/^eks-/, '')}`;
}

function described(cluster: Cluster, group: NodeGroup): Readonly<Record<string, unknown>> {
  const { template } = group;
  return {
    nodegroupName: group.name,
    nodegroupArn: group.arn,
    clusterName: cluster.name,
    version: cluster.version,
    releaseVersion: template.releaseVersion,
    createdAt: timestamp(group.createdAt),
    modifiedAt: timestamp(group.modifiedAt),
    status: group.status,
    capacityType: group.capacityType,
    scalingConfig: group.scaling,
    instanceTypes: group.hasOwnInstanceTypes ? group.instanceTypes : undefined,
    subnets: group.subnetIds,
    amiType: group.amiType,
    nodeRole: group.nodeRoleArn,
    labels: group.labels,
    taints: group.taints,
    resources: { autoScalingGroups: [{ name: autoScalingGroup(group) }] },
    diskSize: template.launchTemplate === undefined ? group.diskSizeGiB : undefined,
    health: { issues: group.issues },
    updateConfig: group.updateConfig,
    launchTemplate: template.launchTemplate,
    tags: group.tags,
  };
}

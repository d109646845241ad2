import { randomUUID } from 'node:crypto';
import { arrayAt, type JsonObject, objectAt, textAt } from '../../json';
import { readTexts } from '../../kubernetes/objects';
import { jsonBody } from '../aws-answers/aws-request';
import type { RestHandler } from '../aws-answers/rest-routes';
import { ACCESS_POLICY_NAMES, bindPolicy, clusterRoleOf, unbindPolicy } from './access-policies';
import type { AccessEntry, ActiveCluster, AssociatedPolicy } from './cluster';
import { eksAnswer, eksDoesNotPlay, eksFault, type EksState, timestamp } from './eks-state';

/** An access entry to make. */
interface NewEntry {
  readonly principalArn: string;
  readonly type: string;
  readonly username?: string;
  readonly groups: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/** Access entries of clusters, and the access policies that are associated with them. */
export class AccessEntries {
  constructor(private readonly state: EksState) {}

  readonly routes: Readonly<Record<string, RestHandler>> = {
    'POST /clusters/{cluster}/access-entries': async (request, { cluster = '' }) => {
      const body = jsonBody(request);
      const entry = await this.add(this.state.activeCluster(cluster), {
        principalArn: textAt(body, 'principalArn') ?? '',
        type: textAt(body, 'type') ?? 'STANDARD',
        username: textAt(body, 'username'),
        groups: textsIn(body, 'kubernetesGroups'),
        tags: readTexts(body['tags']),
      });
      return eksAnswer({ accessEntry: this.described(cluster, entry) });
    },
    'GET /clusters/{cluster}/access-entries': (_request, { cluster = '' }) =>
      eksAnswer({ accessEntries: [...this.state.cluster(cluster).accessEntries.keys()] }),
    'GET /clusters/{cluster}/access-entries/{principal}': (_request, { cluster = '', principal = '' }) =>
      eksAnswer({ accessEntry: this.described(cluster, this.entry(cluster, principal)) }),
    'POST /clusters/{cluster}/access-entries/{principal}': (request, { cluster = '', principal = '' }) => {
      const entry = this.entry(cluster, principal);
      const body = jsonBody(request);
      if (entry.type !== 'STANDARD') throw eksFault('InvalidRequestException', `The access entry of type ${entry.type} cannot be changed.`);
      const groups = 'kubernetesGroups' in body ? textsIn(body, 'kubernetesGroups') : entry.groups;
      checkNames(textAt(body, 'username'), groups);
      entry.groups = groups;
      entry.username = textAt(body, 'username') ?? entry.username;
      entry.modifiedAt = this.state.now();
      return eksAnswer({ accessEntry: this.described(cluster, entry) });
    },
    'DELETE /clusters/{cluster}/access-entries/{principal}': async (_request, { cluster = '', principal = '' }) => {
      await this.remove(this.state.activeCluster(cluster), principal);
      return eksAnswer({});
    },
    'GET /access-policies': () => eksAnswer({
      accessPolicies: ACCESS_POLICY_NAMES.map((name) => ({ name, arn: `arn:aws:eks::aws:cluster-access-policy/${name}` })),
    }),
    'POST /clusters/{cluster}/access-entries/{principal}/access-policies': async (request, { cluster = '', principal = '' }) => {
      const body = jsonBody(request);
      const associated = await this.associate(this.state.activeCluster(cluster), principal, textAt(body, 'policyArn') ?? '', objectAt(body, 'accessScope'));
      return eksAnswer({ clusterName: cluster, principalArn: principal, associatedAccessPolicy: describedPolicy(associated) });
    },
    'GET /clusters/{cluster}/access-entries/{principal}/access-policies': (_request, { cluster = '', principal = '' }) => eksAnswer({
      clusterName: cluster, principalArn: principal, associatedAccessPolicies: [...this.entry(cluster, principal).policies.values()].map(describedPolicy),
    }),
    'DELETE /clusters/{cluster}/access-entries/{principal}/access-policies/{policy}': async (_request, { cluster = '', principal = '', policy = '' }) => {
      const { api } = this.state.activeCluster(cluster);
      const entry = this.entry(cluster, principal);
      const associated = entry.policies.get(policy);
      if (associated === undefined) throw eksFault('ResourceNotFoundException', `The policy ${policy} is not associated with ${principal}.`);
      await unbindPolicy(api, entry, associated);
      entry.policies.delete(policy);
      return eksAnswer({});
    },
  };

  /**
   * Lets a principal in.
   *
   * @throws AwsFault `InvalidParameterException` when IAM has no such principal, by its whole ARN
   */
  async add(cluster: ActiveCluster, { principalArn, type, username, groups, tags }: NewEntry): Promise<AccessEntry> {
    if (type !== 'STANDARD' && type !== 'EC2_LINUX') throw eksDoesNotPlay(`access entries of type ${type}`);
    if (type === 'EC2_LINUX' && (groups.length > 0 || username !== undefined)) {
      throw eksFault('InvalidParameterException', 'The username and kubernetesGroups of an access entry of type EC2_LINUX cannot be set.');
    }
    if (cluster.accessEntries.has(principalArn)) {
      throw eksFault('ResourceInUseException', 'The specified access entry resource is already in use on this cluster.');
    }
    checkNames(username, groups);
    if (!await this.exists(principalArn)) {
      throw eksFault('InvalidParameterException', 'The specified principalArn is invalid: invalid principal.');
    }
    const createdAt = this.state.now();
    const entry: AccessEntry = {
      principalArn,
      arn: this.state.arn(`access-entry/${cluster.name}/${principalArn.split(':').slice(4).join('/')}/${randomUUID()}`),
      type,
      username: username ?? defaultUsername(principalArn, type),
      groups: type === 'EC2_LINUX' ? ['system:nodes'] : groups,
      tags,
      createdAt,
      modifiedAt: createdAt,
      policies: new Map(),
    };
    cluster.accessEntries.set(principalArn, entry);
    return entry;
  }

  /** Keeps a principal out from now on, and takes back what its policies allowed. */
  async remove(cluster: ActiveCluster, principalArn: string): Promise<void> {
    const entry = this.entry(cluster.name, principalArn);
    for (const policy of entry.policies.values()) await unbindPolicy(cluster.api, entry, policy);
    cluster.accessEntries.delete(principalArn);
  }

  /** Associates a policy with the entry of a principal, or gives it another scope. */
  async associate(cluster: ActiveCluster, principalArn: string, policyArn: string, scope: JsonObject): Promise<AssociatedPolicy> {
    const entry = this.entry(cluster.name, principalArn);
    clusterRoleOf(policyArn);
    if (entry.type !== 'STANDARD') {
      throw eksFault('InvalidRequestException', `Access policies cannot be associated with an access entry of type ${entry.type}.`);
    }
    const earlier = entry.policies.get(policyArn);
    if (earlier !== undefined) await unbindPolicy(cluster.api, entry, earlier);
    const associated: AssociatedPolicy = { policyArn, namespaces: namespacesOf(scope), associatedAt: this.state.now() };
    await bindPolicy(cluster.api, entry, associated);
    entry.policies.set(policyArn, associated);
    return associated;
  }

  private entry(clusterName: string, principalArn: string): AccessEntry {
    const entry = this.state.cluster(clusterName).accessEntries.get(principalArn);
    if (entry === undefined) {
      throw eksFault('ResourceNotFoundException', `The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.`);
    }
    return entry;
  }

  private async exists(principalArn: string): Promise<boolean> {
    const [, account, kind] = /^arn:[\w-]+:iam::(\d{12}):(role|user)\//.exec(principalArn) ?? [];
    if (account !== this.state.account.accountId) return false;
    return kind === 'role' ? await this.state.role(principalArn) !== undefined : this.state.hasUser(principalArn);
  }

  private described(clusterName: string, entry: AccessEntry): Readonly<Record<string, unknown>> {
    return {
      clusterName,
      principalArn: entry.principalArn,
      kubernetesGroups: entry.groups,
      accessEntryArn: entry.arn,
      createdAt: timestamp(entry.createdAt),
      modifiedAt: timestamp(entry.modifiedAt),
      tags: entry.tags,
      username: entry.username,
      type: entry.type,
    };
  }
}

/** User names and groups that begin so belong to Kubernetes, EKS and AWS. */
const RESERVED_NAME = /^(system|eks|aws|amazon|iam):/;

function checkNames(username: string | undefined, groups: readonly string[]): void {
  const group = groups.find((name) => RESERVED_NAME.test(name));
  if (group !== undefined) {
    throw eksFault('InvalidParameterException', `The kubernetes group name ${group} is invalid, it cannot start with ${RESERVED_NAME.exec(group)?.[0] ?? ''}`);
  }
  if (username !== undefined && RESERVED_NAME.test(username)) {
    throw eksFault('InvalidParameterException', `The username ${username} is invalid, it cannot start with ${RESERVED_NAME.exec(username)?.[0] ?? ''}`);
  }
}

/** @see https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html */
function defaultUsername(principalArn: string, type: AccessEntry['type']): string {
  if (type === 'EC2_LINUX') return 'system:node:{{EC2PrivateDNSName}}';
  const [, partition, account, role] = /^arn:([\w-]+):iam::(\d+):role\/(?:.+\/)?([^/]+)$/.exec(principalArn) ?? [];
  return role === undefined ? principalArn : `arn:${partition}:sts::${account}:assumed-role/${role}/{{SessionName}}`;
}

function namespacesOf(scope: JsonObject): readonly string[] | undefined {
  const type = textAt(scope, 'type');
  const namespaces = textsIn(scope, 'namespaces');
  if (type === 'cluster' && namespaces.length === 0) return undefined;
  if (type !== 'namespace' || namespaces.length === 0) throw eksFault('InvalidParameterException', 'The specified accessScope is invalid.');
  const pattern = namespaces.find((name) => name.includes('*'));
  if (pattern !== undefined) throw eksDoesNotPlay(`an access policy for the namespaces ${pattern}`);
  return namespaces;
}

function textsIn(body: JsonObject, key: string): readonly string[] {
  return arrayAt(body, key).flatMap((value) => textAt(value) ?? []);
}

function describedPolicy({ policyArn, namespaces, associatedAt }: AssociatedPolicy): Readonly<Record<string, unknown>> {
  return {
    policyArn,
    accessScope: { type: namespaces === undefined ? 'cluster' : 'namespace', namespaces: namespaces ?? [] },
    associatedAt: timestamp(associatedAt),
    modifiedAt: timestamp(associatedAt),
  };
}

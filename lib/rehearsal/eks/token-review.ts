import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { isAwsError } from '../../aws/aws-failure';
import { TOKEN_PREFIX } from '../../aws/cluster-token';
import { type JsonObject, textAt } from '../../json';
import { AUTHENTICATION_API } from '../../well-known-keys';
import { principalGroup } from './access-policies';
import { type CallerIdentity, callerOfToken, type SecretAccessKeyOf, TokenRefused } from './caller-identity';
import type { AccessEntry, Cluster } from './cluster';
import type { EksState, Principal } from './eks-state';

/** A user of Kubernetes, as a TokenReview names it. */
export interface KubernetesUser {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** Says whom the tokens of clusters belong to, as EKS's authenticator does. */
export class TokenReviews {
  constructor(private readonly state: EksState, private readonly secretAccessKeyOf?: SecretAccessKeyOf) {}

  /**
   * Answers a TokenReview of a cluster's API server. Whoever stays out is reported.
   *
   * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication
   */
  async review(cluster: Cluster, review: JsonObject): Promise<Readonly<Record<string, unknown>>> {
    return { apiVersion: AUTHENTICATION_API, kind: 'TokenReview', status: await this.status(cluster, textAt(review, 'spec', 'token') ?? '') };
  }

  private async status(cluster: Cluster, token: string): Promise<Readonly<Record<string, unknown>>> {
    // An expired token of a ServiceAccount, say: it is not EKS's, and the API server has told its owner already.
    if (!token.startsWith(TOKEN_PREFIX)) return { authenticated: false };
    try {
      return { authenticated: true, user: await this.userOf(cluster, token) };
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      return { authenticated: false, error: error.message };
    }
  }

  /** @throws TokenRefused */
  async userOf(cluster: Cluster, token: string): Promise<KubernetesUser> {
    const caller = await this.callerOf(cluster, token);
    const principal = await this.state.principalOf(caller.arn);
    if (principal === undefined) throw new TokenRefused(`the role of ${caller.arn} is gone`);
    const entry = cluster.accessEntries.get(principal.arn);
    if (entry === undefined) {
      this.report(principal.arn, `cluster ${cluster.name} has an access entry for ${principal.arn}`, noEntry(cluster));
      throw new TokenRefused(`${principal.arn} has no access entry`);
    }
    const { userId, account, accessKeyId, arn } = caller;
    return {
      username: await this.username(entry, principal),
      uid: `aws-iam-authenticator:${account}:${userId.split(':')[0] ?? ''}`,
      groups: groupsOf(entry),
      extra: {
        accessKeyId: [accessKeyId], arn: [arn], canonicalArn: [principal.arn], principalId: [userId.split(':')[0] ?? ''], sessionName: [principal.sessionName],
      },
    };
  }

  private async callerOf(cluster: Cluster, token: string): Promise<CallerIdentity> {
    try {
      return await callerOfToken(this.state.account, cluster.name, token, this.secretAccessKeyOf);
    } catch (error) {
      if (error instanceof TokenRefused) this.report(`the API of cluster ${cluster.name}`, `tokens are signed for ${cluster.name} by keys of this account`, error.message);
      throw error;
    }
  }

  private async username(entry: AccessEntry, { sessionName }: Principal): Promise<string> {
    const texts: Readonly<Record<string, string>> = {
      SessionName: sessionName.replaceAll('@', '-'),
      SessionNameRaw: sessionName,
      AccountID: this.state.account.accountId,
      EC2PrivateDNSName: entry.username.includes('{{EC2PrivateDNSName}}') ? await this.privateDnsName(sessionName) : '',
    };
    return entry.username.replace(/\{\{(\w+)\}\}/g, (variable, name: string) => texts[name] ?? variable);
  }

  /** Name of a node, which is the session of its instance. */
  private async privateDnsName(instanceId: string): Promise<string> {
    const address = await this.privateAddress(instanceId);
    if (address === undefined) throw new TokenRefused(`there is no instance ${instanceId}`);
    return privateDnsName(address, this.state.account.region);
  }

  private async privateAddress(instanceId: string): Promise<string | undefined> {
    try {
      const { Reservations = [] } = await this.state.ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
      return Reservations[0]?.Instances?.[0]?.PrivateIpAddress;
    } catch (error) {
      if (isAwsError(error, 'InvalidInstanceID.NotFound', 'InvalidInstanceID.Malformed')) return undefined;
      throw error;
    }
  }

  private report(resource: string, expected: string, found: string): void {
    this.state.account.findings.report({ kind: 'kubernetes-access-denied', resource, expected, found });
  }
}

/** Name that EC2 gives to an address in a VPC, and EKS to the node there: `ip-10-11-72-27.ap-northeast-2.compute.internal`. */
export function privateDnsName(address: string, region: string): string {
  return `ip-${address.replaceAll('.', '-')}.${region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`}`;
}

function groupsOf(entry: AccessEntry): readonly string[] {
  if (entry.type === 'EC2_LINUX') return ['system:bootstrappers', 'system:nodes'];
  return entry.policies.size === 0 ? entry.groups : [...entry.groups, principalGroup(entry.principalArn)];
}

function noEntry({ accessEntries }: Cluster): string {
  return accessEntries.size === 0 ? 'the cluster has none' : `it has entries for ${[...accessEntries.keys()].join(', ')}`;
}

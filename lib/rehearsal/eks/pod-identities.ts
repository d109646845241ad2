import { randomBytes, randomUUID } from 'node:crypto';
import { arrayAt, booleanAt, type JsonObject, objectAt, textAt } from '../../json';
import { readTexts, type ResourceKind } from '../../kubernetes/objects';
import { AUTHENTICATION_API } from '../../well-known-keys';
import { AwsFault, jsonBody } from '../aws-answers/aws-request';
import type { RestHandler } from '../aws-answers/rest-routes';
import type { ActiveCluster, Cluster, PodIdentityAssociation } from './cluster';
import { eksAnswer, eksFault, type EksState, timestamp } from './eks-state';

/** For whom the token of a pod's ServiceAccount must be made. */
const AUDIENCE = 'pods.eks.amazonaws.com';

/** The add-on whose agent on each node gives pods their credentials. */
const AGENT_ADDON = 'eks-pod-identity-agent';

/** What EKS's webhook adds to a pod at its admission, so that the pod gets credentials of its ServiceAccount's role. */
export interface PodRole {
  readonly associationId: string;
  readonly roleArn: string;
  /** For whom the pod's ServiceAccount token must be made: `pods.eks.amazonaws.com`. */
  readonly audience: string;
  /**
   * Environment variables of each container. One is missing: `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`, the path of a file with
   * a ServiceAccount token for the audience, which whoever runs the pod writes.
   */
  readonly environment: Readonly<Record<string, string>>;
}

/** An association to make. */
export interface NewAssociation {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  readonly disableSessionTags?: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** ARN of the add-on that it is made with. @default - none */
  readonly ownerArn?: string;
}

/** Reviews of tokens by a cluster's API server. */
const TOKEN_REVIEWS: ResourceKind<JsonObject> = {
  apiVersion: AUTHENTICATION_API, kind: 'TokenReview', plural: 'tokenreviews', isNamespaced: false, read: (body) => body,
};

/** EKS Pod Identity: which pods get credentials of which role, and the credentials. */
export class PodIdentities {
  /** URL at which pods of a cluster ask for credentials. */
  agentUrl: (clusterName: string) => string = () => '';

  constructor(private readonly state: EksState) {}

  readonly routes: Readonly<Record<string, RestHandler>> = {
    'POST /clusters/{cluster}/pod-identity-associations': async (request, { cluster = '' }) => {
      const body = jsonBody(request);
      return eksAnswer({
        association: described(cluster, await this.add(this.state.activeCluster(cluster), {
          namespace: textAt(body, 'namespace') ?? '',
          serviceAccount: textAt(body, 'serviceAccount') ?? '',
          roleArn: textAt(body, 'roleArn') ?? '',
          disableSessionTags: booleanAt(body, 'disableSessionTags'),
          tags: readTexts(body['tags']),
        })),
      });
    },
    'GET /clusters/{cluster}/pod-identity-associations': (request, { cluster = '' }) => {
      const { searchParams: asked } = new URL(request.target, 'http://eks');
      const associations = [...this.state.cluster(cluster).associations.values()].filter(({ namespace, serviceAccount }) =>
        (asked.get('namespace') ?? namespace) === namespace && (asked.get('serviceAccount') ?? serviceAccount) === serviceAccount);
      return eksAnswer({
        associations: associations.map(({ namespace, serviceAccount, arn, id, ownerArn }) => ({
          clusterName: cluster, namespace, serviceAccount, associationArn: arn, associationId: id, ownerArn,
        })),
      });
    },
    'GET /clusters/{cluster}/pod-identity-associations/{id}': (_request, { cluster = '', id = '' }) =>
      eksAnswer({ association: described(cluster, this.association(cluster, id)) }),
    'POST /clusters/{cluster}/pod-identity-associations/{id}': async (request, { cluster = '', id = '' }) => {
      const association = this.association(cluster, id);
      const body = jsonBody(request);
      const roleArn = textAt(body, 'roleArn');
      if (roleArn !== undefined) await this.requireRole(roleArn);
      association.roleArn = roleArn ?? association.roleArn;
      association.disableSessionTags = booleanAt(body, 'disableSessionTags') ?? association.disableSessionTags;
      association.modifiedAt = this.state.now();
      return eksAnswer({ association: described(cluster, association) });
    },
    'DELETE /clusters/{cluster}/pod-identity-associations/{id}': (_request, { cluster = '', id = '' }) => {
      const association = this.association(cluster, id);
      this.state.cluster(cluster).associations.delete(id);
      return eksAnswer({ association: described(cluster, association) });
    },
  };

  /** The one operation of EKS Auth, by which agents get credentials for pods. */
  readonly authRoutes: Readonly<Record<string, RestHandler>> = {
    'POST /clusters/{cluster}/assume-role-for-pod-identity': async (request, { cluster = '' }) => {
      const { association, credentials, subject } = await this.assume(this.state.activeCluster(cluster), textAt(jsonBody(request), 'token') ?? '');
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
      return eksAnswer({
        subject,
        audience: AUDIENCE,
        podIdentityAssociation: { associationArn: association.arn, associationId: association.id },
        assumedRoleUser: { arn: association.roleArn, assumeRoleId: association.id },
        credentials: { accessKeyId, secretAccessKey, sessionToken, expiration: timestamp(expiration) },
      });
    },
  };

  /**
   * Gives the pods of a ServiceAccount a role. Pods that are there already get nothing.
   *
   * @throws AwsFault `InvalidParameterException` without the role; `ResourceInUseException` where there is an association
   */
  async add(cluster: Cluster, { namespace, serviceAccount, roleArn, disableSessionTags = false, tags, ownerArn }: NewAssociation): Promise<PodIdentityAssociation> {
    const existing = associationOf(cluster, namespace, serviceAccount);
    if (existing !== undefined) throw eksFault('ResourceInUseException', `Association already exists: ${existing.id}`);
    await this.requireRole(roleArn);
    const id = `a-${randomBytes(9).toString('hex').slice(0, 17)}`;
    const createdAt = this.state.now();
    const association: PodIdentityAssociation = {
      id,
      arn: this.state.arn(`podidentityassociation/${cluster.name}/${id}`),
      namespace,
      serviceAccount,
      roleArn,
      disableSessionTags,
      ownerArn,
      tags,
      createdAt,
      modifiedAt: createdAt,
    };
    cluster.associations.set(id, association);
    return association;
  }

  /** What a pod gets that is admitted now; undefined without an association. */
  identityFor(cluster: Cluster, namespace: string, serviceAccount: string): PodRole | undefined {
    const association = associationOf(cluster, namespace, serviceAccount);
    if (association === undefined) return undefined;
    const { region } = this.state.account;
    return {
      associationId: association.id,
      roleArn: association.roleArn,
      audience: AUDIENCE,
      environment: {
        AWS_STS_REGIONAL_ENDPOINTS: 'regional',
        AWS_DEFAULT_REGION: region,
        AWS_REGION: region,
        AWS_CONTAINER_CREDENTIALS_FULL_URI: this.agentUrl(cluster.name),
      },
    };
  }

  /**
   * What the agent on a pod's node answers, as AWS SDKs read it.
   *
   * @throws AwsFault where the agent is not installed, and what {@link assume} says
   */
  async agentAnswer({ name }: Cluster, token: string): Promise<Readonly<Record<string, string>>> {
    const cluster = this.state.activeCluster(name);
    if (cluster.addons.get(AGENT_ADDON)?.status !== 'ACTIVE') {
      this.state.account.findings.report({
        kind: 'role-not-assumed', resource: AGENT_ADDON, expected: `the add-on is ACTIVE before pods ask for credentials`, found: cluster.addons.get(AGENT_ADDON)?.status ?? `cluster ${name} does not have it`,
      });
      throw new AwsFault('ServiceUnavailableException', `No node of ${name} runs the add-on ${AGENT_ADDON}.`, 503);
    }
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = (await this.assume(cluster, token)).credentials;
    return { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken, AccountId: this.state.account.accountId, Expiration: expiration.toISOString() };
  }

  private async assume(cluster: ActiveCluster, token: string) {
    const review = await cluster.api.create(TOKEN_REVIEWS, { apiVersion: TOKEN_REVIEWS.apiVersion, kind: 'TokenReview', spec: { token, audiences: [AUDIENCE] } });
    const user = objectAt(review, 'status', 'user');
    const [, namespace, serviceAccount] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(textAt(user, 'username') ?? '') ?? [];
    if (booleanAt(review, 'status', 'authenticated') !== true || namespace === undefined || serviceAccount === undefined) {
      throw new AwsFault('InvalidTokenException', `The token is no ServiceAccount's of ${cluster.name}: ${textAt(review, 'status', 'error') ?? 'it was not recognized'}.`);
    }
    const association = associationOf(cluster, namespace, serviceAccount);
    if (association === undefined) {
      throw eksFault('ResourceNotFoundException', `No association found for service account ${serviceAccount} in namespace ${namespace}`);
    }
    const podName = firstOf(user, 'authentication.kubernetes.io/pod-name');
    const tags = {
      'eks-cluster-arn': cluster.arn,
      'eks-cluster-name': cluster.name,
      'kubernetes-namespace': namespace,
      'kubernetes-service-account': serviceAccount,
      'kubernetes-pod-name': podName,
      'kubernetes-pod-uid': firstOf(user, 'authentication.kubernetes.io/pod-uid'),
    };
    const credentials = await this.state.account.sessions.assumeForService({
      roleArn: association.roleArn,
      service: AUDIENCE,
      sessionName: `eks-${cluster.name}-${podName}-${randomUUID()}`.slice(0, SESSION_NAME_LENGTH),
      ...(association.disableSessionTags ? {} : { tags }),
      sourceArn: cluster.arn,
    });
    return { association, credentials, subject: { namespace, serviceAccount } };
  }

  private association(clusterName: string, id: string): PodIdentityAssociation {
    const association = this.state.cluster(clusterName).associations.get(id);
    if (association === undefined) throw eksFault('ResourceNotFoundException', `No association found for associationId: ${id}`);
    return association;
  }

  private async requireRole(roleArn: string): Promise<void> {
    if (await this.state.role(roleArn) === undefined) throw eksFault('InvalidParameterException', 'Role provided in the request does not exist.');
  }
}

/** Characters that the name of a role's session may have. */
const SESSION_NAME_LENGTH = 64;

function associationOf({ associations }: Cluster, namespace: string, serviceAccount: string): PodIdentityAssociation | undefined {
  return [...associations.values()].find((association) => association.namespace === namespace && association.serviceAccount === serviceAccount);
}

/** What the API server knows of a token beyond its user: the pod for which it was made. Empty for a token of no pod. */
function firstOf(user: JsonObject, key: string): string {
  return textAt(arrayAt(user, 'extra', key)[0]) ?? '';
}

function described(clusterName: string, association: PodIdentityAssociation): Readonly<Record<string, unknown>> {
  const { arn, id, createdAt, modifiedAt, ...rest } = association;
  return { clusterName, ...rest, associationArn: arn, associationId: id, createdAt: timestamp(createdAt), modifiedAt: timestamp(modifiedAt) };
}

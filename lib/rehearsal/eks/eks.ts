import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import type { Account, PlayedService } from '../account';
import type { Handler } from '../aws-answers/aws-answer';
import { AwsFault, type AwsRequest } from '../aws-answers/aws-request';
import { restRoutes } from '../aws-answers/rest-routes';
import type { NodeClusters } from '../ec2/node-cluster';
import { AccessEntries } from './access-entries';
import { Addons } from './addons';
import type { SecretAccessKeyOf } from './caller-identity';
import type { ActiveCluster } from './cluster';
import { Clusters } from './clusters';
import type { ControlPlane } from './control-plane';
import { eksTagRoutes } from './eks-tags';
import { EksState } from './eks-state';
import { LoopbackEndpoints } from './loopback-endpoints';
import { NodeGroupInstances } from './node-group-instances';
import { NodeGroups } from './node-groups';
import { PodIdentities, type PodRole } from './pod-identities';
import { TokenReviews } from './token-review';

/** What EKS is played with. */
export interface EksOptions {
  readonly controlPlane: ControlPlane;
  /**
   * Secrets of the account's keys, by which a token for another cluster is told from one for this cluster.
   *
   * @default - signatures are not checked
   */
  readonly secretAccessKeyOf?: SecretAccessKeyOf;
}

/**
 * Plays Amazon EKS: clusters with a real control plane, access entries, add-ons, node groups, pod identity. Its state is in
 * memory; what EKS makes in EC2 and IAM is in moto.
 */
export class Eks implements PlayedService {
  /** The clusters as EC2's side of the account sees them. */
  readonly nodeClusters: NodeClusters;
  private readonly state: EksState;
  private readonly endpoints: LoopbackEndpoints;
  private readonly identities: PodIdentities;
  private readonly instances: NodeGroupInstances;
  private readonly eksRoutes: (request: AwsRequest) => Handler | undefined;
  private readonly authRoutes: (request: AwsRequest) => Handler | undefined;

  constructor(account: Account, private readonly options: EksOptions) {
    const state = new EksState(account);
    this.state = state;
    this.identities = new PodIdentities(state);
    this.instances = new NodeGroupInstances(state);
    this.endpoints = new LoopbackEndpoints(state, new TokenReviews(state, options.secretAccessKeyOf), this.identities);
    const accessEntries = new AccessEntries(state);
    this.eksRoutes = restRoutes({
      ...new Clusters(state, { ...options, endpoints: this.endpoints, accessEntries }).routes,
      ...accessEntries.routes,
      ...new Addons(state, this.identities).routes,
      ...new NodeGroups(state, accessEntries, this.instances).routes,
      ...this.identities.routes,
      ...eksTagRoutes(state),
    });
    this.authRoutes = restRoutes(this.identities.authRoutes);
    this.nodeClusters = {
      list: () => Promise.resolve(this.activeClusters().map(({ name, endpoint, clusterSecurityGroupId, securityGroupIds, api }) => ({
        name, endpoint, securityGroupIds: [clusterSecurityGroupId, ...securityGroupIds], controllers: api,
      }))),
    };
  }

  handlerOf(request: AwsRequest): Handler | undefined {
    if (request.service !== 'eks' && request.service !== 'eks-auth') return undefined;
    const handler = (request.service === 'eks' ? this.eksRoutes : this.authRoutes)(request);
    if (handler !== undefined) return handler;
    // moto would answer for clusters that it does not have.
    throw new AwsFault('NotImplemented', `A rehearsal does not play ${request.service} ${request.operation}.`, 501);
  }

  /** The cluster's API with all rights, for what a cloud controller or the account itself does; undefined without a cluster. */
  kubernetes(): KubernetesApi | undefined {
    return this.activeClusters()[0]?.api;
  }

  /** What a pod gets that is admitted now; undefined without an association, and then it never gets credentials. */
  podIdentityFor(namespace: string, serviceAccount: string): PodRole | undefined {
    const [cluster] = this.activeClusters();
    return cluster === undefined ? undefined : this.identities.identityFor(cluster, namespace, serviceAccount);
  }

  /** Ends the control plane, and what EKS was doing. The run of the account has to be aborted before. */
  async close(): Promise<void> {
    await this.state.ended();
    for (const { api } of this.activeClusters()) api.close();
    await this.options.controlPlane.stop();
    await this.endpoints.close();
    this.instances.close();
    this.state.close();
  }

  private activeClusters(): readonly ActiveCluster[] {
    return [...this.state.clusters.values()].filter((cluster) => this.state.isActive(cluster));
  }
}

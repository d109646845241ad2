import { type ClusterInfo, GenericClusterProviderV2 } from '@aws-quickstart/eks-blueprints';
import { Annotations, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { CfnCluster } from 'aws-cdk-lib/aws-eks';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { EndpointAccess } from 'aws-cdk-lib/aws-eks-v2';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { LabConfig } from '../config/schema';
import { KUBECTL_HANDLER_ID, KubectlHandler } from './kubectl-handler';
import { networkOf } from './network';
import { systemNodeGroup, SystemNodeRole } from './system-node-group';

/** All control-plane logs that EKS offers: nobody knows before a class which of them has the answer. */
const CONTROL_PLANE_LOGS = [
  eks.ClusterLoggingTypes.API,
  eks.ClusterLoggingTypes.AUDIT,
  eks.ClusterLoggingTypes.AUTHENTICATOR,
  eks.ClusterLoggingTypes.CONTROLLER_MANAGER,
  eks.ClusterLoggingTypes.SCHEDULER,
];

/** What the lab's cluster needs to know. */
export type LabClusterOptions = Pick<LabConfig, 'clusterName' | 'kubernetesVersion' | 'apiAccess' | 'systemNodes' | 'tags'>;

/**
 * The EKS cluster of the lab with its system node group, on the provider of eks-blueprints.
 *
 * It differs from the stock provider in four things:
 * no Auto Mode; no masters role that trusts the whole account; a control plane that waits for
 * subnets, not for NAT gateways; and a log group that goes away with the stack.
 */
export class LabClusterProvider extends GenericClusterProviderV2 {
  constructor(private readonly options: LabClusterOptions) {
    super({
      clusterName: options.clusterName,
      version: eks.KubernetesVersion.of(options.kubernetesVersion),
      defaultCapacityType: eks.DefaultCapacityType.NODEGROUP,
      endpointAccess: endpointAccessFor(options.apiAccess),
      vpcSubnets: [{ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }],
      clusterLogging: CONTROL_PLANE_LOGS,
      // Whoever deploys gets no standing rights: admins come from lab.yaml, as access entries.
      bootstrapClusterCreatorAdminPermissions: false,
      // Each add-on is installed once, at the version pinned for it.
      bootstrapSelfManagedAddons: false,
      // A prune label would make the applied objects differ from what a student applies by hand.
      prune: false,
      managedNodeGroups: [systemNodeGroup(options.systemNodes)],
      tags: options.tags,
    });
  }

  override createCluster(
    scope: Construct,
    vpc: ec2.IVpc,
    ...rest: Parameters<GenericClusterProviderV2['createCluster']> extends [unknown, unknown, ...infer R] ? R : never
  ): ClusterInfo {
    const clusterInfo = super.createCluster(scope, vpc, ...rest);
    const stack = Stack.of(scope);
    for (const nodeGroup of clusterInfo.nodegroupsv2 ?? []) {
      // Nodes pull their images from outside, and on the way down they drain before the routes go.
      nodeGroup.node.addDependency(networkOf(stack).egress);
    }
    return clusterInfo;
  }

  protected override internalCreateCluster(scope: Construct, id: string, stock: eks.ClusterProps): eks.Cluster {
    const { mastersRole, ...props } = stock;
    scope.node.tryRemoveChild(mastersRole?.node.id ?? '');

    const logGroup = new logs.LogGroup(scope, 'ControlPlaneLogs', {
      // EKS writes to a group of this name in any case; one that EKS makes itself would stay behind.
      logGroupName: `/aws/eks/${this.options.clusterName}/cluster`,
      retention: logs.RetentionDays.ONE_WEEK,
      removalPolicy: RemovalPolicy.DESTROY,
    });

    const kubectlHandler = new KubectlHandler(scope, KUBECTL_HANDLER_ID, {
      clusterName: this.options.clusterName,
      vpc: networkOf(Stack.of(scope)).withoutEgress,
    });
    const cluster = new eks.Cluster(scope, clusterIdOf(id), {
      ...props,
      ...(props.kubectlProviderOptions && {
        kubectlProviderOptions: { ...props.kubectlProviderOptions, ...kubectlHandler.options },
      }),
    });
    kubectlHandler.allowTo(cluster.clusterSecurityGroupId);
    // Network tags its own subnets.
    Annotations.of(cluster).acknowledgeWarning('@aws-cdk/aws-eks:clusterMustManuallyTagSubnet');

    const resource = cluster.node.findChild('Resource') as CfnCluster;
    resource.node.addDependency(logGroup);
    // The security group that EKS makes for the cluster is enough; a second one costs its creation time.
    resource.addPropertyDeletionOverride('ResourcesVpcConfig.SecurityGroupIds');
    cluster.node.tryRemoveChild('ControlPlaneSecurityGroup');
    // Extended support costs six times as much: let EKS upgrade instead.
    resource.upgradePolicy = { supportType: 'STANDARD' };
    return cluster;
  }

  override addManagedNodeGroup(
    cluster: eks.Cluster,
    nodeGroup: Parameters<GenericClusterProviderV2['addManagedNodeGroup']>[1],
  ): eks.Nodegroup {
    return super.addManagedNodeGroup(cluster, { ...nodeGroup, nodeRole: new SystemNodeRole(cluster, 'SystemNodeRole') });
  }
}

/**
 * Id of the cluster's construct, which eks-blueprints takes from the name alone: a cluster may be called `Karpenter` or `Network`,
 * as constructs of the stack are. Theirs begin with a capital; the one of eks-blueprints is `kubectllayer35`.
 */
function clusterIdOf(clusterName: string): string {
  return /^(?:[A-Z]|kubectllayer)/.test(clusterName) ? `cluster-${clusterName}` : clusterName;
}

/**
 * Who reaches the Kubernetes API: always the VPC, and from outside only the given CIDRs.
 *
 * @param apiAccess CIDRs; with none, the endpoint has no public side at all, because EKS reads
 *   "no CIDRs" as "everyone".
 */
function endpointAccessFor(apiAccess: readonly string[]): EndpointAccess {
  return apiAccess.length === 0
    ? EndpointAccess.PRIVATE
    : EndpointAccess.PUBLIC_AND_PRIVATE.onlyFrom(...apiAccess);
}

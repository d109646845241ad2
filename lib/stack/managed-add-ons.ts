import type { ClusterAddOn, ClusterInfo } from '@aws-quickstart/eks-blueprints';
import type { Stack } from 'aws-cdk-lib';
import { CfnAddon } from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct, IDependable } from 'constructs';
import { versions } from '../config/versions';
import type { JsonObject } from '../json';
import { PodIdentityRole } from './pod-identity';

/** An EKS add-on at a pinned version. */
export interface ManagedAddOnProps {
  /** Name by which EKS knows the add-on, such as `vpc-cni`. */
  readonly name: string;
  /** Exact version, such as `v1.22.4-eksbuild.3`. */
  readonly version: string;
  /**
   * Whether the add-on is a Deployment, which is healthy only once there are nodes.
   *
   * @default false - it is a DaemonSet, which is healthy without nodes, and they are not ready without it
   */
  readonly needsNodes?: boolean;
  /**
   * The service account that calls AWS, and the AWS managed policy it does so with.
   *
   * @default - the add-on calls no AWS API
   */
  readonly podIdentity?: { readonly serviceAccount: string; readonly managedPolicy: string };
  /**
   * Settings of the add-on, by the names of its schema: `aws eks describe-addon-configuration`.
   *
   * @default - the add-on's own
   */
  readonly configuration?: JsonObject;
}

/**
 * An add-on that EKS installs and keeps, on the blueprints interface.
 *
 * The add-ons of eks-blueprints look up a version at synthesis unless told one, and give
 * AWS rights by IAM roles for service accounts, which take an OIDC provider and a custom resource.
 *
 * Deletion: the software is left to the cluster, which goes right after. Otherwise the VPC CNI
 * could be gone while nodes still hold its network interfaces.
 */
export class ManagedAddOn implements ClusterAddOn {
  readonly id: string;

  constructor(private readonly props: ManagedAddOnProps) {
    this.id = props.name;
  }

  deploy(clusterInfo: ClusterInfo): Promise<Construct> {
    const { stack, clusterName } = clusterInfo.cluster;
    const { name, version, podIdentity, configuration } = this.props;
    const addOn = new CfnAddon(stack, `AddOn-${name}`, {
      addonName: name,
      addonVersion: version,
      clusterName,
      resolveConflicts: 'OVERWRITE',
      preserveOnDelete: true,
      configurationValues: configuration && JSON.stringify(configuration),
      podIdentityAssociations: podIdentity && [{
        serviceAccount: podIdentity.serviceAccount,
        roleArn: new PodIdentityRole(stack, `AddOn-${name}-Role`, {
          managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName(podIdentity.managedPolicy)],
        }).roleArn,
      }],
    });
    if (this.props.needsNodes ?? false) {
      addOn.node.addDependency(...nodeGroupsOf(clusterInfo));
    }
    return Promise.resolve(addOn);
  }
}

/** The system node groups of the cluster, to depend on. */
export function nodeGroupsOf(clusterInfo: ClusterInfo): readonly IDependable[] {
  return clusterInfo.nodegroupsv2 ?? [];
}

/** The add-ons of a stack, to depend on. */
export function managedAddOnsOf(stack: Stack): readonly IDependable[] {
  return stack.node.children.filter((child) => child instanceof CfnAddon);
}

/** Id, and so name, of the add-on that gives pods their AWS credentials. */
export const POD_IDENTITY_AGENT = 'eks-pod-identity-agent';

/**
 * The EKS add-ons of the lab, at the versions pinned for its Kubernetes version.
 *
 * @param hasNetworkPolicies whether NetworkPolicies are to be enforced, as those of seats are
 */
export function managedAddOns(hasNetworkPolicies: boolean): readonly ManagedAddOn[] {
  return [
    // The add-on takes this boolean as text.
    new ManagedAddOn({ name: 'vpc-cni', version: versions.addOns['vpc-cni'], configuration: hasNetworkPolicies ? { enableNetworkPolicy: 'true' } : undefined }),
    new ManagedAddOn({ name: 'kube-proxy', version: versions.addOns['kube-proxy'] }),
    new ManagedAddOn({ name: POD_IDENTITY_AGENT, version: versions.addOns['eks-pod-identity-agent'] }),
    new ManagedAddOn({ name: 'coredns', version: versions.addOns.coredns, needsNodes: true }),
    new ManagedAddOn({ name: 'metrics-server', version: versions.addOns['metrics-server'], needsNodes: true }),
    new ManagedAddOn({
      name: 'aws-ebs-csi-driver',
      version: versions.addOns['aws-ebs-csi-driver'],
      needsNodes: true,
      podIdentity: { serviceAccount: 'ebs-csi-controller-sa', managedPolicy: 'service-role/AmazonEBSCSIDriverPolicy' },
    }),
  ];
}

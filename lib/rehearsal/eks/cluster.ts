import type { JsonObject } from '../../json';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api';

/** Tags or labels. */
export type Texts = Readonly<Record<string, string>>;

/** What is wrong with something of EKS, as EKS says it. */
export interface HealthIssue {
  /** Such as `NodeCreationFailure`. */
  readonly code: string;
  readonly message: string;
  readonly resourceIds?: readonly string[];
}

/** A change of a cluster, a node group or an add-on, as DescribeUpdate tells it. */
export interface EksUpdate {
  readonly id: string;
  readonly type: string;
  readonly params: readonly { readonly type: string; readonly value: string }[];
  readonly createdAt: Date;
  status: 'InProgress' | 'Successful' | 'Failed';
  errors: readonly { readonly errorCode: string; readonly errorMessage: string }[];
}

/** An access policy that is associated with an access entry. */
export interface AssociatedPolicy {
  readonly policyArn: string;
  /** Namespaces in which it holds; undefined for the whole cluster. */
  readonly namespaces?: readonly string[];
  readonly associatedAt: Date;
}

/** Lets a principal of IAM in. */
export interface AccessEntry {
  readonly principalArn: string;
  readonly arn: string;
  readonly type: 'STANDARD' | 'EC2_LINUX';
  /** User name in Kubernetes, with EKS's variables such as `{{SessionName}}`. */
  username: string;
  groups: readonly string[];
  tags: Texts;
  readonly createdAt: Date;
  modifiedAt: Date;
  /** By the ARN of the policy. */
  readonly policies: Map<string, AssociatedPolicy>;
}

/** An add-on of a cluster. */
export interface Addon {
  readonly name: string;
  readonly arn: string;
  version: string;
  configuration: JsonObject;
  /** Its configuration as it was given, JSON or YAML. */
  configurationValues?: string;
  /** ARNs of associations that were made with it. */
  associationArns: readonly string[];
  status: 'CREATING' | 'ACTIVE' | 'CREATE_FAILED' | 'UPDATING' | 'UPDATE_FAILED' | 'DELETING' | 'DELETE_FAILED';
  issues: readonly HealthIssue[];
  tags: Texts;
  readonly createdAt: Date;
  modifiedAt: Date;
}

/** How many nodes a group has. */
export interface ScalingConfig {
  readonly minSize: number;
  readonly maxSize: number;
  readonly desiredSize: number;
}

/** A taint in EKS's words. */
export interface NodeGroupTaint {
  readonly key: string;
  readonly value?: string;
  /** Such as `NO_SCHEDULE`. */
  readonly effect: string;
}

/** What a node group launches. An update to another release or launch template changes it. */
export interface NodeTemplate {
  /** Such as `1.35.8-20260917`. */
  readonly releaseVersion: string;
  readonly imageId: string;
  /** Security groups of its instances; the cluster's own where the launch template names none. */
  readonly securityGroupIds: readonly string[];
  /** @default - none: EKS's own */
  readonly launchTemplate?: { readonly id: string; readonly name: string; readonly version: string };
}

/** A managed node group. */
export interface NodeGroup {
  readonly name: string;
  readonly arn: string;
  readonly nodeRoleArn: string;
  readonly subnetIds: readonly string[];
  /** The first one that EC2 has is launched. */
  readonly instanceTypes: readonly string[];
  /** Whether they were given to the group, and not by its launch template. */
  readonly hasOwnInstanceTypes: boolean;
  readonly amiType: string;
  readonly capacityType: 'ON_DEMAND' | 'SPOT';
  readonly diskSizeGiB: number;
  /** The profile that EKS made of its role. */
  readonly instanceProfile: string;
  template: NodeTemplate;
  readonly labels: Texts;
  readonly taints: readonly NodeGroupTaint[];
  scaling: ScalingConfig;
  updateConfig: JsonObject;
  /** Instances that it has launched and not terminated, the oldest first. */
  instanceIds: readonly string[];
  status: 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING' | 'CREATE_FAILED' | 'DELETE_FAILED' | 'DEGRADED';
  issues: readonly HealthIssue[];
  tags: Texts;
  readonly createdAt: Date;
  modifiedAt: Date;
}

/** Gives pods of a ServiceAccount the credentials of a role. */
export interface PodIdentityAssociation {
  readonly id: string;
  readonly arn: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  roleArn: string;
  /** Whether sessions go without the tags that say which pod it is. */
  disableSessionTags: boolean;
  /** ARN of the add-on that it was made with. @default - none */
  readonly ownerArn?: string;
  tags: Texts;
  readonly createdAt: Date;
  modifiedAt: Date;
}

/** A cluster, with all that belongs to it. */
export interface Cluster {
  readonly name: string;
  readonly arn: string;
  readonly version: string;
  readonly roleArn: string;
  readonly createdAt: Date;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  /** Security groups that were given at its creation. */
  readonly securityGroupIds: readonly string[];
  readonly serviceCidr: string;
  /** URL of its OIDC provider. Nobody answers there. */
  readonly oidcIssuer: string;
  /** The group that EKS made for it. */
  readonly clusterSecurityGroupId: string;
  /** Network interfaces of its control plane. */
  readonly interfaceIds: readonly string[];
  status: 'CREATING' | 'ACTIVE' | 'DELETING' | 'FAILED';
  issues: readonly HealthIssue[];
  endpoint?: string;
  /** PEM in base64. */
  certificateAuthority?: string;
  /** Its API with all rights. */
  api?: KubernetesApi;
  /** What can be changed: access to the endpoint, logging and the like, in the words of CreateCluster. */
  settings: JsonObject;
  tags: Texts;
  readonly updates: Map<string, EksUpdate>;
  /** By the ARN of the principal. */
  readonly accessEntries: Map<string, AccessEntry>;
  readonly addons: Map<string, Addon>;
  readonly nodeGroups: Map<string, NodeGroup>;
  readonly associations: Map<string, PodIdentityAssociation>;
}

/** A cluster whose API answers. */
export interface ActiveCluster extends Cluster {
  api: KubernetesApi;
  endpoint: string;
  certificateAuthority: string;
}

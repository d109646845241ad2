/*
 * Keys of labels and tags that Kubernetes, Karpenter and AWS give to what they make, and names of Kubernetes' APIs that several
 * rooms speak. Karpenter writes its labels as tags on instances, too.
 */

/** NodePool of a node, a NodeClaim or an instance, by name. */
export const NODE_POOL_LABEL = 'karpenter.sh/nodepool';

/** NodeClaim of an instance, by name. */
export const NODE_CLAIM_TAG = 'karpenter.sh/nodeclaim';

/** EC2NodeClass of a node, a NodeClaim or an instance, by name. */
export const NODE_CLASS_LABEL = 'karpenter.k8s.aws/ec2nodeclass';

/** How a node of Karpenter's is bought: `on-demand`, `spot` or `reserved`. */
export const CAPACITY_TYPE_LABEL = 'karpenter.sh/capacity-type';

/** How a node of a managed node group is bought: `ON_DEMAND` or `SPOT`. */
export const NODE_GROUP_CAPACITY_TYPE_LABEL = 'eks.amazonaws.com/capacityType';

/** Instance type of a node, such as `c5a.2xlarge`. */
export const INSTANCE_TYPE_LABEL = 'node.kubernetes.io/instance-type';

/** Category of a node's instance type, such as `c`. */
export const INSTANCE_CATEGORY_LABEL = 'karpenter.k8s.aws/instance-category';

/** Family of a node's instance type, such as `c5a`. */
export const INSTANCE_FAMILY_LABEL = 'karpenter.k8s.aws/instance-family';

/** Generation of a node's instance type, such as `5`. */
export const INSTANCE_GENERATION_LABEL = 'karpenter.k8s.aws/instance-generation';

/** Size of a node's instance type, such as `2xlarge`. */
export const INSTANCE_SIZE_LABEL = 'karpenter.k8s.aws/instance-size';

/** vCPUs of a node. */
export const INSTANCE_CPU_LABEL = 'karpenter.k8s.aws/instance-cpu';

/** Memory of a node in MiB. */
export const INSTANCE_MEMORY_LABEL = 'karpenter.k8s.aws/instance-memory';

/** Hypervisor of a node: `nitro`, `xen`, or none on bare metal. */
export const INSTANCE_HYPERVISOR_LABEL = 'karpenter.k8s.aws/instance-hypervisor';

/** CPU architecture of a node: `amd64` or `arm64`. */
export const ARCHITECTURE_LABEL = 'kubernetes.io/arch';

/** Operating system of a node, such as `linux`. */
export const OPERATING_SYSTEM_LABEL = 'kubernetes.io/os';

/** Name of a node as its host knows it. */
export const HOSTNAME_LABEL = 'kubernetes.io/hostname';

/** Region of a node. */
export const REGION_LABEL = 'topology.kubernetes.io/region';

/** Availability Zone of a node. */
export const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** CPU architecture of a node, by the key of before Kubernetes 1.14. Nodes carry both. */
export const LEGACY_ARCHITECTURE_LABEL = 'beta.kubernetes.io/arch';

/** Operating system of a node, by the key of before Kubernetes 1.14. */
export const LEGACY_OPERATING_SYSTEM_LABEL = 'beta.kubernetes.io/os';

/** Instance type of a node, by the key of before Kubernetes 1.17. */
export const LEGACY_INSTANCE_TYPE_LABEL = 'beta.kubernetes.io/instance-type';

/** Region of a node, by the key of before Kubernetes 1.17. */
export const LEGACY_REGION_LABEL = 'failure-domain.beta.kubernetes.io/region';

/** Availability Zone of a node, by the key of before Kubernetes 1.17. */
export const LEGACY_ZONE_LABEL = 'failure-domain.beta.kubernetes.io/zone';

/** Id of a node's Availability Zone, which means the same zone in all accounts, such as `apne2-az2`. */
export const ZONE_ID_LABEL = 'topology.k8s.aws/zone-id';

/** What EKS's cloud controller puts on the nodes that it has seen. */
export const CLOUD_PROVIDER_LABEL = 'k8s.io/cloud-provider-aws';

/** Availability Zone of a node, by the EBS CSI driver that runs on it. */
export const EBS_ZONE_LABEL = 'topology.ebs.csi.aws.com/zone';

/** Managed node group of an instance, by name. */
export const NODE_GROUP_TAG = 'eks:nodegroup-name';

/** Label of a namespace: which Pod Security Standard its pods must meet, `baseline` or `restricted`. */
export const POD_SECURITY_LABEL = 'pod-security.kubernetes.io/enforce';

/** Application that a Kubernetes object belongs to, such as `kube-ops-view`. */
export const APP_NAME_LABEL = 'app.kubernetes.io/name';

/** Release of Helm's that a Kubernetes object belongs to, such as `karpenter`. */
export const APP_INSTANCE_LABEL = 'app.kubernetes.io/instance';

/** Annotation on the nodes that kwok, a simulator of nodes, plays. */
export const SIMULATED_ANNOTATION = 'kwok.x-k8s.io/node';

/** Tag that Karpenter sets on what it makes in AWS. Its value is the cluster's name. */
export const EKS_CLUSTER_TAG = 'eks:eks-cluster-name';

/**
 * Tag that EKS sets on the security group that it makes for a cluster, and on no other: unlike {@link clusterTag}, which load
 * balancers' groups carry as well. Its value is the cluster's name.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
 */
export const CLUSTER_SECURITY_GROUP_TAG = 'aws:eks:cluster-name';

/** The VPC CNI's tag for the cluster of an interface that it makes. Its value is the cluster's name. */
export const CNI_CLUSTER_TAG = 'cluster.k8s.amazonaws.com/name';

/** The VPC CNI's tag for itself, on an interface that it makes. */
export const CNI_OWNER_TAG = ['eks:eni:owner', 'amazon-vpc-cni'] as const;

/** Tag with a stack's name that CloudFormation puts on what it makes. Nobody else can write it. */
export const STACK_NAME_TAG = 'aws:cloudformation:stack-name';

/** The same with the stack's ARN. */
export const STACK_ID_TAG = 'aws:cloudformation:stack-id';

/** API group of roles in Kubernetes, and of their bindings. */
export const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** The same with its version. */
export const RBAC_API = `${RBAC_GROUP}/v1`;

/** API group and version of Ingresses. */
export const NETWORKING_API = 'networking.k8s.io/v1';

/** API group and version of admission webhooks' configurations. */
export const ADMISSION_API = 'admissionregistration.k8s.io/v1';

/** API group and version of requests for tokens, and of their review. */
export const AUTHENTICATION_API = 'authentication.k8s.io/v1';

/** Tag that controllers put on what they make for a cluster, with the value `owned`, or `shared` where others use it, too. */
export function clusterTag(clusterName: string): string {
  return `kubernetes.io/cluster/${clusterName}`;
}

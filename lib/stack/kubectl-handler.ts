import { Size, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { ICluster, KubectlProviderOptions } from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, type IDependable } from 'constructs';
import { describeClusterStatement, joinVpcStatement, logStatement } from './functions';
import { networkOf } from './network';

/**
 * Memory of the function that runs kubectl and helm. Lambda gives CPU in proportion: at CDK's
 * default of 1 GiB each call spends most of its time in starting two command-line tools.
 */
const HANDLER_MEMORY = Size.mebibytes(2048);

/** Id of the one {@link KubectlHandler} in the lab stack. */
export const KUBECTL_HANDLER_ID = 'KubectlHandler';

/** What the handler's access needs to know. */
export interface KubectlHandlerProps {
  /** Literal name of the cluster. */
  readonly clusterName: string;
  readonly vpc: ec2.IVpc;
}

/**
 * Role and security group of the function by which CloudFormation applies manifests and charts.
 *
 * CDK would make both out of the cluster, so that the function, whose network interface takes
 * minutes, could only be made after it. Made from literals, it is ready before the cluster is.
 *
 * Deletion: Lambda lets go of the network interface 20 to 45 minutes after the function is gone.
 * CloudFormation waits for it, with the function or with the security group and the subnets, and
 * fails at times; the teardown waits and deletes once more.
 */
export class KubectlHandler extends Construct {
  /**
   * Lets a function out to the Kubernetes API, AWS APIs and the chart registry. A function with the same security group and
   * subnets shares this one's network interfaces.
   */
  readonly securityGroup: ec2.ISecurityGroup;

  private readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: KubectlHandlerProps) {
    super(scope, id);
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { KubectlHandler: new iam.PolicyDocument({ statements: statements(props.clusterName) }) },
    });
    this.securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'kubectl handler: to the Kubernetes API, AWS APIs and the chart registry',
      allowAllOutbound: false,
    });
    this.securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTPS, 'Kubernetes API, AWS APIs and the chart registry');
  }

  /** What `eks.Cluster` needs to make the function. */
  get options(): Omit<KubectlProviderOptions, 'kubectlLayer'> {
    return {
      // The role is complete: what CDK would add (all of ECR, read-only) is not needed for public charts.
      role: this.role.withoutPolicyUpdates(),
      securityGroups: [this.securityGroup],
      memory: HANDLER_MEMORY,
    };
  }

  /** Lets the function reach the Kubernetes API through the cluster's security group. */
  allowTo(clusterSecurityGroupId: string): void {
    new ec2.CfnSecurityGroupIngress(this, 'ToKubernetesApi', {
      groupId: clusterSecurityGroupId,
      sourceSecurityGroupId: this.securityGroup.securityGroupId,
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      description: 'kubectl handler',
    });
  }
}

/** What the function may do in AWS; its rights in Kubernetes come from its access entry. */
function statements(clusterName: string): iam.PolicyStatement[] {
  return [
    describeClusterStatement('WriteKubeconfig', clusterName),
    new iam.PolicyStatement({
      // The handler logs in to ECR Public before it pulls a chart, and fails if it may not.
      sid: 'PullPublicCharts',
      actions: ['ecr-public:GetAuthorizationToken', 'sts:GetServiceBearerToken'],
      resources: ['*'],
    }),
    logStatement(),
    joinVpcStatement(),
  ];
}

/** The one handler of a stack. */
export function kubectlHandlerOf(stack: Stack): KubectlHandler {
  return stack.node.findChild(KUBECTL_HANDLER_ID) as KubectlHandler;
}

/**
 * What every manifest and chart depends on, so that the way to the Kubernetes API is open while
 * they are applied, and still while they are deleted.
 *
 * It is not enough for the first call: EKS lets the handler in some seconds after its access entry is made, and the handler does
 * not repeat a call that was `Unauthorized`. Whatever depends on this also depends on something that takes longer than that.
 */
export function kubectlAccess(cluster: ICluster): readonly IDependable[] {
  const stack = Stack.of(cluster);
  return [
    kubectlHandlerOf(stack),
    // The handler asks the API of EKS where the cluster is, and fetches charts.
    networkOf(stack).egress,
    // The access entry that makes the function's role a cluster admin.
    cluster.node.findChild('ClusterAdminRoleAccess'),
  ];
}

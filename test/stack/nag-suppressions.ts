/** A finding of cdk-nag that the lab lives with. */
export interface Suppression {
  /** Path of the resource below the stack. */
  readonly path: string;
  /** Rule of the AwsSolutions pack. */
  readonly rule: string;
  /**
   * The findings of the rule that are meant, as cdk-nag writes them.
   *
   * @default - the rule has one finding a resource
   */
  readonly findings?: readonly (string | RegExp)[];
  /** Why it is right here. */
  readonly reason: string;
}

const awsPolicy = (name: string): string => `Policy::arn:<AWS::Partition>:iam::aws:policy/${name}`;

const NODE_FINDINGS = ['AmazonEKSWorkerNodePolicy', 'AmazonEKS_CNI_Policy', 'AmazonEC2ContainerRegistryPullOnly', 'AmazonSSMManagedInstanceCore'].map(awsPolicy);

/** Every finding that is suppressed, each with its reason. */
export const SUPPRESSIONS: readonly Suppression[] = [
  { path: 'Network/Vpc/Resource', rule: 'AwsSolutions-VPC7', reason: 'Flow logs are billed by the GB, and a class of some hours has nobody who reads them.' },
  { path: 'karpenter-lab/Role/Resource', rule: 'AwsSolutions-IAM4', findings: [awsPolicy('AmazonEKSClusterPolicy')], reason: 'EKS documents this policy for the role of a cluster and extends it with its own needs.' },
  { path: 'karpenter-lab/SystemNodeRole/Resource', rule: 'AwsSolutions-IAM4', findings: NODE_FINDINGS, reason: 'EKS documents these policies for the role of a node and extends them with its own needs.' },
  { path: 'Karpenter/NodeRole/Role/Resource', rule: 'AwsSolutions-IAM4', findings: NODE_FINDINGS, reason: 'EKS documents these policies for the role of a node and extends them with its own needs.' },
  { path: 'AddOn-aws-ebs-csi-driver-Role/Resource', rule: 'AwsSolutions-IAM4', findings: [awsPolicy('service-role/AmazonEBSCSIDriverPolicy')], reason: 'The driver documents this policy and limits it by the tags of its own volumes.' },
  { path: 'KubectlHandler/Role/Resource', rule: 'AwsSolutions-IAM5', findings: ['Resource::*'], reason: "Tokens of ECR Public and Lambda's network interfaces have no resource-level permissions." },
  { path: 'KubectlHandler/Role/Resource', rule: 'AwsSolutions-IAM5', findings: [/log-group:<AWS::StackName>-\*$/], reason: "CloudFormation names the stack's log groups after the stack, with a suffix of its own." },
  { path: 'karpenter-lab/KubectlProvider/Handler/Resource', rule: 'AwsSolutions-L1', reason: "CDK ships the handler's code and chooses the Python version it is tested with." },
  { path: 'karpenter-lab/KubectlProvider/Provider/framework-onEvent/ServiceRole/Resource', rule: 'AwsSolutions-IAM4', findings: [awsPolicy('service-role/AWSLambdaBasicExecutionRole'), awsPolicy('service-role/AWSLambdaVPCAccessExecutionRole')], reason: "CDK's provider framework gives its function the two policies that Lambda documents." },
  { path: 'karpenter-lab/KubectlProvider/Provider/framework-onEvent/ServiceRole/DefaultPolicy/Resource', rule: 'AwsSolutions-IAM5', findings: [/KubectlProviderHandler.*\.Arn>:\*$/], reason: "CDK's provider framework may call every version of the one handler." },
  { path: 'DrainGuard/Role/Resource', rule: 'AwsSolutions-IAM5', findings: ['Resource::*'], reason: "Describing instances and Lambda's network interfaces have no resource-level permissions." },
  ...['Role', 'OnEventRole', 'FrameworkOnEventRole', 'FrameworkIsCompleteRole'].map((role): Suppression => ({
    path: `DrainGuard/${role}/Resource`, rule: 'AwsSolutions-IAM5', findings: [/log-group:<AWS::StackName>-\*$/], reason: "CloudFormation names the stack's log groups after the stack, with a suffix of its own.",
  })),
  ...['FrameworkOnEventRole', 'FrameworkIsCompleteRole'].map((role): Suppression => ({
    path: `DrainGuard/${role}/DefaultPolicy/Resource`, rule: 'AwsSolutions-IAM5', findings: [/DrainGuardOnEvent.*\.Arn>:\*$/, /DrainGuardIsComplete.*\.Arn>:\*$/], reason: "CDK's provider framework may call every version of the guard's two functions.",
  })),
  { path: 'DrainGuard/Provider/waiter-state-machine/Role/DefaultPolicy/Resource', rule: 'AwsSolutions-IAM5', findings: [/frameworkisComplete.*\.Arn>:\*$/, /frameworkonTimeout.*\.Arn>:\*$/], reason: "CDK's provider framework may call every version of its own two functions." },
  { path: 'DrainGuard/Provider/waiter-state-machine/Resource', rule: 'AwsSolutions-SF1', reason: 'Each of its turns calls a function that logs; a second log of the same says nothing new.' },
  { path: 'DrainGuard/Provider/waiter-state-machine/Resource', rule: 'AwsSolutions-SF2', reason: 'It calls one function again and again: there is nothing to trace.' },
  { path: 'Karpenter/Interruption/Queue/Resource', rule: 'AwsSolutions-SQS3', reason: 'A warning that could not be read for five minutes is about an instance that is gone: there is nothing to replay.' },
  { path: 'Karpenter/ControllerPolicies/NodeLifecycle/Resource', rule: 'AwsSolutions-IAM5', findings: [/^Resource::arn:<AWS::Partition>:ec2:<AWS::Region>:\*?:[a-z-]+\/\*$/], reason: "Upstream's reference: ids of what will be launched are not known, so tags in conditions limit it to this cluster." },
  { path: 'Karpenter/ControllerPolicies/IAMIntegration/Resource', rule: 'AwsSolutions-IAM5', findings: [/:instance-profile\/\*$/], reason: "Upstream's reference: names of profiles are made at run time, so tags in conditions limit it to this cluster." },
  { path: 'Karpenter/ControllerPolicies/ZonalShift/Resource', rule: 'AwsSolutions-IAM5', findings: ['Resource::*'], reason: "Upstream's reference: a condition limits the action to this cluster." },
  { path: 'Karpenter/ControllerPolicies/ResourceDiscovery/Resource', rule: 'AwsSolutions-IAM5', findings: ['Resource::*', /parameter\/aws\/service\/\*$/, /:instance-profile\/\*$/], reason: "Upstream's reference: read-only, and describing has no resource-level permissions." },
];

import type { FailureKind } from '../../lib/deploy/failure-remedies';

/** What AWS, the CDK or a tool of theirs said in a deployment or deletion that failed, and what we must make of it. */
export interface ReportedFailure {
  /** The message as it was reported, without ids of requests. */
  readonly text: string;
  /** CloudFormation type of what failed. @default - the CDK said it before CloudFormation began */
  readonly type?: string;
  readonly kind: FailureKind;
  /** Where it was reported. */
  readonly source: string;
}

const github = (place: string): string => `https://github.com/${place}`;

/** Public reports, by what they are about. Messages of AWS are facts; nothing else of a report is here. */
export const REPORTED_FAILURES: readonly ReportedFailure[] = [
  // Before CloudFormation begins.
  { kind: 'credentials', source: github('aws-samples/aws-iot-twinmaker-samples/issues/147'), text: 'An error occurred (ExpiredToken) when calling the CreateRole operation: The security token included in the request is expired' },
  { kind: 'credentials', source: github('aws-actions/configure-aws-credentials/issues/1201'), text: 'Need to perform AWS calls for account 111122223333, but no credentials have been configured' },
  { kind: 'credentials', source: github('aws/aws-cdk/issues/1651'), text: 'The security token included in the request is invalid. InvalidClientTokenId: The security token included in the request is invalid.' },
  { kind: 'bootstrap', source: github('aws/aws-cdk/issues/17949'), text: 'CdkPhlStack: This CDK deployment requires bootstrap stack version \'6\', found \'4\'. Please run \'cdk bootstrap\'.' },
  { kind: 'bootstrap', source: github('aws/aws-cdk/issues/13516'), text: 'No bucket named \'cdk-my-assets-111111111111-ap-northeast-1\'. Is account 111111111111 bootstrapped?' },
  { kind: 'bootstrap', source: github('aws-samples/cdk-assume-role-credential-plugin/issues/20'), text: 'Could not assume role in target account (did you bootstrap the environment with the right \'--trust\'s?): User: arn:aws:sts::111122223333:assumed-role/x is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-eu-west-2' },
  { kind: 'bootstrap', source: github('aws-samples/aws-genai-llm-chatbot/issues/454'), text: 'current credentials could not be used to assume \'arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-eu-west-1\', but are for the right account. Proceeding anyway.' },
  { kind: 'stack state', source: github('aws/aws-sam-cli/issues/4230'), text: 'An error occurred (ValidationError) when calling the CreateChangeSet operation: Stack:arn:aws:cloudformation:us-east-1:111122223333:stack/lab/f7 is in ROLLBACK_COMPLETE state and can not be updated' },
  { kind: 'stack state', source: github('aws/aws-cdk/issues/5151'), text: 'The stack named Lab is in a failed state: UPDATE_ROLLBACK_COMPLETE' },

  // Zones and capacity.
  { kind: 'zone', type: 'AWS::EKS::Cluster', source: github('eksctl-io/eksctl/issues/817'), text: 'Cannot create cluster \'app-staging\' because us-east-1e, the targeted availability zone, does not currently have sufficient capacity to support the cluster. Retry and choose from these availability zones: us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1f (Service: AmazonEKS; Status Code: 400; Error Code: UnsupportedAvailabilityZoneException)' },
  { kind: 'zone', type: 'AWS::EKS::Cluster', source: github('aws-samples/aws-workshop-for-kubernetes/issues/529'), text: 'Cannot create cluster \'k8s-workshop\' because us-east-1c, the targeted availability zone, does not currently have sufficient capacity to support the cluster. Retry and choose from these availability zones: us-east-1a, us-east-1b, us-east-1d' },
  { kind: 'zone', type: 'AWS::EKS::Nodegroup', source: github('dspace-group/dspace-reference-architecture-aws/issues/100'), text: 'Could not launch On-Demand Instances. Unsupported - Your requested instance type (p3.2xlarge) is not supported in your requested Availability Zone (eu-central-1c). Please retry your request by not specifying an Availability Zone or choosing eu-central-1a, eu-central-1b. Launching EC2 instance failed.' },
  { kind: 'capacity', type: 'AWS::EKS::Nodegroup', source: github('aws/containers-roadmap/issues/2204'), text: 'Could not launch On-Demand Instances. InsufficientInstanceCapacity - We currently do not have sufficient p4d.24xlarge capacity in the Availability Zone you requested' },
  { kind: 'capacity', type: 'AWS::EKS::Nodegroup', source: github('mludvig/aws-ethereum-miner/issues/23'), text: 'Could not launch Spot Instances. UnfulfillableCapacity - Unable to fulfill capacity due to your request configuration. Please adjust your request and try again. Launching EC2 instance failed.' },

  // What an account may have.
  { kind: 'account validation', type: 'AWS::AutoScaling::AutoScalingGroup', source: github('eksctl-io/eksctl/issues/1022'), text: 'You must use a valid fully-formed launch template. Your request for accessing resources in this region is being validated, and you will not be able to launch additional resources in this region until the validation is complete.' },
  { kind: 'free plan', type: 'AWS::EKS::Nodegroup', source: github('LinkedInLearning/learning-terraform-3087701/issues/345'), text: 'InvalidParameterCombination: The specified instance type is not eligible for Free Tier. For a list of Free Tier instance types, run \'describe-instance-types\' with the filter \'free-tier-eligible=true\'.' },
  { kind: 'vCPU quota', type: 'AWS::EKS::Nodegroup', source: github('kubernetes/kops/pull/15778'), text: 'You have requested more vCPU capacity than your current vCPU limit of 384 allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit. Launching EC2 instance failed.' },
  { kind: 'vCPU quota', type: 'AWS::EKS::Nodegroup', source: github('scrapoxy/scrapoxy/issues/202'), text: 'VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of 32 allows for the instance bucket that the specified instance type belongs to.' },
  { kind: 'quota', type: 'AWS::EC2::EIP', source: github('radius-project/samples/issues/711'), text: 'Resource handler returned message: "The maximum number of addresses has been reached. (Service: Ec2, Status Code: 400)" (HandlerErrorCode: GeneralServiceException)' },
  { kind: 'quota', type: 'AWS::EC2::EIP', source: github('eksctl-io/eksctl/issues/1646'), text: 'The maximum number of addresses has been reached. (Service: AmazonEC2; Status Code: 400; Error Code: AddressLimitExceeded)' },
  { kind: 'quota', type: 'AWS::EC2::NatGateway', source: github('kubernetes/k8s.io/issues/6027'), text: 'Resource handler returned message: "Performing this operation would exceed the limit of 5 NAT gateways (Service: Ec2, Status Code: 400)" (HandlerErrorCode: ServiceLimitExceeded)' },
  { kind: 'quota', type: 'AWS::EC2::VPC', source: github('awslabs/landing-zone-accelerator-on-aws/issues/241'), text: 'Resource handler returned message: "The maximum number of VPCs has been reached. (Service: Ec2, Status Code: 400)" (HandlerErrorCode: GeneralServiceException)' },
  { kind: 'quota', type: 'AWS::EC2::InternetGateway', source: github('CloudSmith-Delivery-Troubleshooting/backend-infra-cdk/issues/36'), text: 'Resource handler returned message: "The maximum number of internet gateways has been reached. (Service: Ec2, Status Code: 400)" (HandlerErrorCode: ServiceLimitExceeded)' },
  { kind: 'quota', type: 'AWS::EKS::Cluster', source: github('pulumi/pulumi-eks/issues/48'), text: 'ResourceLimitExceededException: Cluster limit exceeded for account.' },
  { kind: 'quota', type: 'AWS::IAM::Role', source: github('aws/eks-hybrid/pull/741'), text: 'Resource handler returned message: "Cannot exceed quota for PoliciesPerRole: 10 (Service: Iam, Status Code: 409)" (HandlerErrorCode: ServiceLimitExceeded)' },
  { kind: 'quota', type: 'AWS::Lambda::Function', source: github('awslabs/amazon-neptune-tools/issues/324'), text: 'Resource handler returned message: "Specified ReservedConcurrentExecutions for function decreases account\'s UnreservedConcurrentExecution below its minimum value of [50]. (Service: Lambda, Status Code: 400)" (HandlerErrorCode: InvalidRequest)' },
  { kind: 'policy size', type: 'AWS::IAM::ManagedPolicy', source: github('aws-cloudformation/cfn-lint/issues/3804'), text: 'Resource handler returned message: "Cannot exceed quota for PolicySize: 6144 (Service: Iam, Status Code: 409)" (HandlerErrorCode: ServiceLimitExceeded)' },
  { kind: 'throttled', source: github('ansible-collections/community.aws/issues/379'), text: 'An error occurred (RequestLimitExceeded) when calling the DescribeNatGateways operation (reached max retries: 4): Request limit exceeded.' },

  // What is not allowed.
  { kind: 'principal', type: 'AWS::EKS::AccessEntry', source: github('terraform-aws-modules/terraform-aws-eks/issues/2969'), text: 'InvalidParameterException: The specified principalArn is invalid: invalid principal.' },
  { kind: 'principal', type: 'AWS::EKS::AccessEntry', source: github('aws-samples/appmod-blueprints/pull/319'), text: 'InvalidParameterException: The principalArn parameter format is not valid' },
  { kind: 'organization policy', type: 'AWS::S3::Bucket', source: github('aws-samples/well-architected-iac-analyzer/issues/27'), text: 'Resource handler returned message: "User: arn:aws:sts::111122223333:assumed-role/x is not authorized to perform: s3:PutBucketPublicAccessBlock on resource: "arn:aws:s3:::b" with an explicit deny in a service control policy (Service: S3, Status Code: 403)" (HandlerErrorCode: GeneralServiceException)' },
  { kind: 'service-linked role', type: 'AWS::EKS::Nodegroup', source: github('XenitAB/terraform-modules/pull/396'), text: 'InvalidRequestException: Failed to create service linked role: AWSServiceRoleForAmazonEKSNodegroup due to missing permissions for \'iam:CreateServiceLinkedRole\'' },
  { kind: 'service-linked role', type: 'Karpenter', source: github('terraform-aws-modules/terraform-aws-eks/issues/2565'), text: 'AuthFailure.ServiceLinkedRoleCreationNotPermitted: The provided credentials do not have permission to create the service-linked role for EC2 Spot Instances.' },
  { kind: 'service-linked role', type: 'AWS::ElasticLoadBalancing::LoadBalancer', source: github('kubernetes/k8s.io/pull/5515'), text: 'AccessDenied: User: arn:aws:sts::111122223333:assumed-role/x is not authorized to perform: iam:CreateServiceLinkedRole on resource: arn:aws:iam::111122223333:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing with an explicit deny in a permissions boundary' },
  { kind: 'tagging right', type: 'AWS::S3::Bucket', source: github('aws-samples/cloudfront-authorization-at-edge/issues/260'), text: 'Resource handler returned message: "Encountered a permissions error performing a tagging operation, please add required tag permissions. Resource handler returned message: "Access Denied (Service: S3, Status Code: 403)"" (HandlerErrorCode: UnauthorizedTaggingOperation)' },
  { kind: 'tagging right', type: 'AWS::Logs::LogGroup', source: github('DataDog/cloudformation-template/pull/61'), text: 'Resource handler returned message: "User with accountId: 111111111111 is not authorized to perform CreateLogGroup with Tags. An additional permission "logs:TagResource" is required. (Service: CloudWatchLogs, Status Code: 400)"' },
  { kind: 'right', type: 'AWS::Scheduler::Schedule', source: github('ministryofjustice/modernisation-platform/pull/7930'), text: 'AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/x is not authorized to perform: scheduler:CreateSchedule on resource: arn:aws:scheduler:eu-west-2:111122223333:schedule/default/lab because no identity-based policy allows the scheduler:CreateSchedule action' },
  { kind: 'right', type: 'AWS::EKS::Nodegroup', source: github('aws-samples/terraform-eks-code/issues/13'), text: 'InvalidRequestException: You are not authorized to launch instances with this launch template. Encoded authorization failure message: WFBzX1sx' },
  { kind: 'KMS key', type: 'AWS::EKS::Nodegroup', source: github('aws/aws-cdk/issues/34491'), text: 'One or more of the attached Amazon EBS volumes are encrypted with an inaccessible AWS KMS key' },
  { kind: 'chart registry', type: 'Custom::AWSCDK-EKS-HelmChart', source: github('aws-samples/eks-workshop-v2/issues/1239'), text: 'Error: unexpected status from HEAD request to https://public.ecr.aws/v2/karpenter/karpenter/manifests/1.1.0: 403 Forbidden' },
  { kind: 'chart registry', type: 'Custom::AWSCDK-EKS-HelmChart', source: github('aws/karpenter-provider-aws/issues/6357'), text: 'Error: could not login to OCI registry "public.ecr.aws": login attempt to https://public.ecr.aws/v2/ failed with status: 403 Forbidden' },

  // Roles that are new.
  { kind: 'IAM not yet effective', type: 'AWS::Lambda::Function', source: github('amazon-connect/amazon-connect-salesforce-lambda/issues/29'), text: 'Resource handler returned message: "The provided execution role does not have permissions to call CreateNetworkInterface on EC2 (Service: Lambda, Status Code: 400)" (HandlerErrorCode: InvalidRequest)' },
  { kind: 'IAM not yet effective', type: 'AWS::Lambda::Function', source: github('convox/rack/issues/2995'), text: 'Template error: IAM role baton-stage-CustomTopicRole-1A9HCO78TUIP8 doesn\'t exist' },
  { kind: 'IAM not yet effective', type: 'AWS::Scheduler::Schedule', source: github('aws/aws-sdk-js-v3/issues/6494'), text: 'ValidationException: The execution role you provide must allow AWS EventBridge Scheduler to assume the role.' },

  // Versions and types.
  { kind: 'version', type: 'AWS::EKS::Cluster', source: github('warolv/jenkins-eks/issues/1'), text: 'Resource handler returned message: "unsupported Kubernetes version (Service: Eks, Status Code: 400)" (HandlerErrorCode: InvalidRequest)' },
  { kind: 'version', type: 'AWS::EKS::Addon', source: github('hashicorp/terraform-provider-aws/issues/32238'), text: 'InvalidParameterException: Addon version specified is not supported' },
  { kind: 'version', type: 'AWS::EKS::Addon', source: github('aws/containers-roadmap/issues/1429'), text: 'Resource handler returned message: "Addon specified is not supported (Service: Eks, Status Code: 400)" (HandlerErrorCode: InvalidRequest)' },
  { kind: 'version', type: 'AWS::EKS::Nodegroup', source: github('eksctl-io/eksctl/issues/7976'), text: 'Resource handler returned message: "Requested release version 1.31.3-20250103 is not valid for kubernetes version 1.30. (Service: Eks, Status Code: 400)" (HandlerErrorCode: InvalidRequest)' },
  { kind: 'version', type: 'AWS::EKS::Nodegroup', source: github('awslabs/amazon-eks-ami/issues/435'), text: 'Requested Nodegroup release version 1.14.8-20191213 is invalid. Allowed release version is 1.14.9-20200228' },
  { kind: 'instance type', type: 'AWS::EKS::Nodegroup', source: github('eksctl-io/eksctl/issues/4544'), text: 'Nodegroup ng failed to stabilize: [{Code: Ec2LaunchTemplateInvalidConfiguration,Message: The specified instance type c6i.xlarge is not valid,ResourceIds: [lt]}]' },

  // Names.
  { kind: 'name taken', type: 'AWS::IAM::Role', source: github('awslabs/stable-diffusion-aws-extension/issues/233'), text: 'Resource handler returned message: "Resource of type \'AWS::IAM::Role\' with identifier \'LambdaStartDeployRole\' already exists." (HandlerErrorCode: AlreadyExists)' },
  { kind: 'name taken', type: 'AWS::Logs::LogGroup', source: github('serverless/serverless/issues/3237'), text: '/aws/lambda/development-get-stat already exists in stack arn:aws:cloudformation:us-east-1:1:stack/alertgraph-development' },
  { kind: 'name taken', type: 'AWS::Logs::LogGroup', source: github('aws-solutions/amazon-marketing-cloud-uploader-from-aws/issues/167'), text: 'Resource handler returned message: "Resource of type \'AWS::Logs::LogGroup\' with identifier \'{"/properties/LogGroupName":"/aws/lambda/iantest-GeGYyD40GciG"}\' already exists." (HandlerErrorCode: AlreadyExists)' },
  { kind: 'name taken', type: 'AWS::EKS::Addon', source: github('wandb/terraform-aws-wandb/pull/230'), text: 'ResourceInUseException: Addon already exists.' },
  { kind: 'queue just deleted', type: 'AWS::SQS::Queue', source: github('pulumi/pulumi-aws-native/pull/1984'), text: 'operation CREATE failed with "Throttling": You must wait 60 seconds after deleting a queue before you can create another with the same name. (Service: Sqs, Status Code: 400)' },

  // What a rollback or a deletion meets.
  { kind: 'held', type: 'AWS::EC2::Subnet', source: github('aws/aws-cdk/issues/14456'), text: 'The subnet \'subnet-00974e267b4554553\' has dependencies and cannot be deleted. (Service: AmazonEC2; Status Code: 400; Error Code: DependencyViolation)' },
  { kind: 'held', type: 'AWS::EC2::SecurityGroup', source: github('aws/aws-cdk/issues/12130'), text: 'resource sg-0bd8dbb175db76b34 has a dependent object (Service: AmazonEC2; Status Code: 400; Error Code: DependencyViolation)' },
  { kind: 'held', type: 'AWS::EC2::VPC', source: github('pulumi/pulumi-awsx/issues/905'), text: 'DependencyViolation: The vpc \'vpc-0f9c69a2\' has dependencies and cannot be deleted.' },
  { kind: 'held', type: 'AWS::IAM::Role', source: github('aws-samples/cdk-eks-karpenter/issues/166'), text: 'Resource handler returned message: "Cannot delete entity, must remove roles from instance profile first.' },
  { kind: 'held', type: 'AWS::IAM::Role', source: github('eksctl-io/eksctl/issues/2216'), text: 'Cannot delete entity, must detach all policies first. (Service: AmazonIdentityManagement; Status Code: 409; Error Code: DeleteConflict)' },
  { kind: 'held', type: 'AWS::EKS::Cluster', source: github('rebuy-de/aws-nuke/issues/573'), text: 'ResourceInUseException: Cluster has nodegroups attached' },

  // Charts, manifests and the functions that apply them.
  { kind: 'helm lock', type: 'Custom::AWSCDK-EKS-HelmChart', source: github('aws/aws-cdk/issues/19559'), text: 'UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress' },
  { kind: 'chart not ready', type: 'Custom::AWSCDK-EKS-HelmChart', source: github('cert-manager/cert-manager/issues/5998'), text: 'INSTALLATION FAILED: failed post-install: timed out waiting for the condition' },
  { kind: 'chart not ready', type: 'Custom::AWSCDK-EKS-HelmChart', source: github('UKGovernmentBEIS/inspect_k8s_sandbox/pull/71'), text: 'INSTALLATION FAILED: context deadline exceeded' },
  { kind: 'API refuses', type: 'Custom::AWSCDK-EKS-KubernetesResource', source: github('aws-quickstart/quickstart-amazon-eks/issues/109'), text: 'Failed to create resource. error: You must be logged in to the server (Unauthorized)' },
  { kind: 'API unreachable', type: 'Custom::AWSCDK-EKS-KubernetesResource', source: github('aws/aws-cdk/issues/13080'), text: 'Received response status [FAILED] from custom resource. Message returned: Error: connect ETIMEDOUT 34.223.18.133:443' },
  { kind: 'API unreachable', type: 'Custom::AWSCDK-EKS-KubernetesResource', source: github('adamjkeller/cdk-eks-demo/issues/1'), text: 'Connect timeout on endpoint URL: "https://eks.eu-west-1.amazonaws.com/clusters/BaseEKSCluster02DA47F8"' },
  { kind: 'API unreachable', type: 'Custom::AWSCDK-EKS-KubernetesResource', source: github('eksctl-io/eksctl/issues/7929'), text: 'Unable to connect to the server: dial tcp 10.0.0.1:443: i/o timeout' },
  { kind: 'function silent', type: 'Custom::AWSCDK-EKS-KubernetesResource', source: github('aws/aws-cdk/issues/17556'), text: 'CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [e74807a4]. If you are using the Python cfn-response module, you may need to update your Lambda function code so that CloudFormation can attach the updated version.' },
  { kind: 'version', type: 'Custom::AWSCDK-EKS-Cluster', source: github('aws-samples/unified-log-aggregation-and-analytics/issues/8'), text: 'Received response status [FAILED] from custom resource. Message returned: unsupported Kubernetes version' },
  { kind: 'function', type: 'AWS::CloudFormation::CustomResource', source: github('aws/aws-cdk-cli/pull/1676'), text: 'Received response status [FAILED] from custom resource. Message returned: See the details in CloudWatch Log Stream: 2026/07/08/[$LATEST]f3d033c8' },

  // Nodes and add-ons.
  { kind: 'nodes', type: 'AWS::EKS::Nodegroup', source: github('aws/aws-cdk/issues/17556'), text: 'Nodegroup ClusterNodegroupDefaultCapa-cSKLvWa4Tbo3 failed to stabilize: [{Code: NodeCreationFailure,Message: Instances failed to join the kubernetes cluster,ResourceIds: [i-02d2213bead380a29]}]' },
  { kind: 'nodes', type: 'AWS::EKS::Nodegroup', source: github('aws-samples/amazon-eks-ami-rhel/issues/11'), text: 'Resource handler returned message: "[Issue(Code=NodeCreationFailure, Message=Instances failed to join the kubernetes cluster, ResourceIds=[i-01ffcdfb2f4d5670f])] (Service: null, Status Code: 0)" (HandlerErrorCode: GeneralServiceException)' },
  { kind: 'add-on', type: 'AWS::EKS::Addon', source: github('aws/containers-roadmap/issues/2328'), text: 'InsufficientNumberOfReplicas - The add-on is unhealthy because it doesn\'t have the desired number of replicas.' },
  { kind: 'add-on', type: 'AWS::EKS::Addon', source: github('nebari-dev/nebari/issues/2537'), text: 'ConfigurationConflict: Conflicts found when trying to apply. Will not continue due to resolve conflicts mode. Conflicts' },
  { kind: 'AWS itself', source: github('aws/aws-cdk/issues/1599'), text: 'InternalFailure' },
];

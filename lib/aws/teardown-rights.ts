/**
 * What a teardown and a sweep ask AWS for, in the words of IAM. Whoever can only assume the roles of the CDK may deploy a lab
 * and could not take it away, so `lab preflight` asks for these before anything is paid for. `docs/teardown-policy.json` is the
 * policy that grants them; tests hold both against the requests in the sources.
 *
 * The resources of the stack itself are deleted by CloudFormation, with the role that deployed them.
 */
export const TEARDOWN_ACTIONS = [
  'cloudformation:DeleteStack',
  'cloudformation:DescribeStackEvents',
  'cloudformation:DescribeStacks',
  'cloudformation:ListStackResources',
  'cloudformation:ListStacks',
  'ec2:DeleteLaunchTemplate',
  'ec2:DeleteNetworkInterface',
  'ec2:DeleteSecurityGroup',
  'ec2:DeleteVolume',
  'ec2:DeleteVpcEndpoints',
  'ec2:DescribeInstances',
  'ec2:DescribeLaunchTemplates',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSecurityGroupRules',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeVolumes',
  'ec2:DescribeVpcEndpoints',
  'ec2:DescribeVpcs',
  'ec2:RevokeSecurityGroupEgress',
  'ec2:RevokeSecurityGroupIngress',
  'ec2:TerminateInstances',
  'eks:DescribeCluster',
  'elasticloadbalancing:DeleteLoadBalancer',
  'elasticloadbalancing:DeleteTargetGroup',
  'elasticloadbalancing:DescribeLoadBalancers',
  'elasticloadbalancing:DescribeTags',
  'elasticloadbalancing:DescribeTargetGroups',
  'iam:DeleteInstanceProfile',
  'iam:GetInstanceProfile',
  'iam:ListInstanceProfiles',
  'iam:RemoveRoleFromInstanceProfile',
  'logs:DeleteLogGroup',
  'logs:DescribeLogGroups',
  'sts:GetCallerIdentity',
] as const;

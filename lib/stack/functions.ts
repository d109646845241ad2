import { Aws, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';

/** Lets a function find the endpoint of one cluster. */
export function describeClusterStatement(sid: string, clusterName: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid,
    actions: ['eks:DescribeCluster'],
    resources: [`arn:${Aws.PARTITION}:eks:${Aws.REGION}:${Aws.ACCOUNT_ID}:cluster/${clusterName}`],
  });
}

/**
 * Lets a function write into the log groups of its stack.
 *
 * Not `logs:CreateLogGroup`, which AWS's own policy for functions has: a last line logged after the stack's log group is gone
 * would make it anew, and nobody would delete it.
 */
export function logStatement(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'Log',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [`arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:${Aws.STACK_NAME}-*`],
  });
}

/** Lets a function join a VPC. Lambda asks for these on every resource. */
export function joinVpcStatement(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'JoinVpc',
    actions: [
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ],
    resources: ['*'],
  });
}

/**
 * Gives every function of a stack a log group that the stack owns.
 *
 * Lambda would make one at the first call, which stays behind. CDK's own answer, the feature flag
 * `useCdkManagedLogGroup`, deletes the group before the function, which may then write its last
 * lines into a new one. A function that is told its group goes before it.
 */
export function ownFunctionLogs(stack: Stack): void {
  for (const construct of stack.node.findAll()) {
    if (construct instanceof CfnFunction && construct.node.scope !== undefined) {
      const logGroup = new logs.LogGroup(construct.node.scope, 'Logs', {
        retention: logs.RetentionDays.ONE_WEEK,
        removalPolicy: RemovalPolicy.DESTROY,
      });
      construct.loggingConfig = { logGroup: logGroup.logGroupName };
    }
  }
}

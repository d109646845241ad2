import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';

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

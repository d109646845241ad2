import { Aws, CfnResource, DefaultStackSynthesizer, Fn, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { resourceNames } from '../config/names';
import type { LabConfig } from '../config/schema';
import { atExpression, parseMoment, SCHEDULE_TIME_ZONE } from '../config/moments';

/** The group that every account has. A schedule of ours needs none of its own. */
const SCHEDULE_GROUP = 'default';

/** How long EventBridge Scheduler repeats a request that failed, in seconds: as long as an update that refuses deletion may take. */
const RETRY_SECONDS = 3600;

/** How often it repeats the request within {@link RETRY_SECONDS}, at most. */
const RETRIES = 60;

/** Types that AWS bills by the hour. What runs in the cluster is billed too, but is deleted earlier. */
const PAID_BY_THE_HOUR: readonly string[] = ['AWS::EKS::Cluster', 'AWS::EC2::NatGateway', 'AWS::EC2::EIP'];

/** What the deadline needs to know. */
export interface DeadlineProps {
  readonly expiresAt: Date;
  /** Literal name of the schedule, by which `lab extend` finds it. */
  readonly scheduleName: string;
}

/**
 * Deletes the stack that it is part of, once, at a given moment: a schedule of EventBridge Scheduler that calls
 * `cloudformation:DeleteStack`, and a role that may do only that.
 *
 * CloudFormation then deletes with the role that the stack was deployed with: the CDK passes the `cfn-exec-role` of its
 * bootstrap, and CloudFormation keeps it for all later operations on the stack. So the schedule needs no right over anything
 * in the stack. AWS's documents disagree on whether the caller must also be allowed to pass that role; the schedule may pass it, to
 * CloudFormation only. It could not use it for more: its one other right is to delete this stack. A stack that was
 * deployed without a role would be deleted with the rights of the schedule, which are too few: CloudFormation then says so.
 *
 * The request names the stack by its id, so it never meets a later stack of the same name. It is as safe as
 * `cdk destroy`: what stops that, such as nodes that do not drain, stops this too, and the stack becomes `DELETE_FAILED`.
 *
 * Deletion: what is paid by the hour depends on it ({@link addDeadline}), so that it is there before that and as long as that:
 * a deletion that failed before the deadline is begun anew at the deadline. A schedule that has done its work stays, which is
 * AWS's default: CloudFormation would miss one that removed itself. Nothing of it outlives the stack.
 *
 * Creation: for that the control plane waits. The role is made beside the network and takes as long, so what is left is the
 * schedule itself: five seconds of about fourteen minutes. CloudFormation knows no order of deletion that is not one of creation.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
 */
export class Deadline extends Construct {
  readonly schedule: CfnSchedule;

  constructor(scope: Construct, id: string, props: DeadlineProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
        // Scheduler would also act for others who know the ARN of the role; for them the conditions do not hold.
        conditions: {
          StringEquals: {
            'aws:SourceAccount': stack.account,
            // A group, not the schedule: AWS fills in no more.
            'aws:SourceArn': stack.formatArn({ service: 'scheduler', resource: 'schedule-group', resourceName: SCHEDULE_GROUP }),
          },
        },
      }),
      inlinePolicies: { DeleteThisStack: new iam.PolicyDocument({ statements: statements(stack) }) },
    });

    this.schedule = new CfnSchedule(this, 'Schedule', {
      name: props.scheduleName,
      groupName: SCHEDULE_GROUP,
      description: 'Deletes the lab at its deadline. Move it with: lab extend',
      scheduleExpression: atExpression(props.expiresAt),
      scheduleExpressionTimezone: SCHEDULE_TIME_ZONE,
      flexibleTimeWindow: { mode: 'OFF' },
      state: 'ENABLED',
      target: {
        arn: `arn:${stack.partition}:scheduler:::aws-sdk:cloudformation:deleteStack`,
        roleArn: role.roleArn,
        input: stack.toJsonString({ StackName: Aws.STACK_ID }),
        retryPolicy: { maximumEventAgeInSeconds: RETRY_SECONDS, maximumRetryAttempts: RETRIES },
      },
    });
  }
}

/** Gives a stack its {@link Deadline}, where the configuration names one. All else must be in the stack already. */
export function addDeadline(stack: Stack, { clusterName, expiresAt }: Pick<LabConfig, 'clusterName' | 'expiresAt'>): void {
  const moment = parseMoment(expiresAt);
  if (moment === undefined) return;
  const { schedule } = new Deadline(stack, 'Deadline', { expiresAt: moment, scheduleName: resourceNames(clusterName).deadlineSchedule });
  for (const construct of stack.node.findAll()) {
    // Not everything: the subnets, and with them the control plane, would be ready later.
    if (CfnResource.isCfnResource(construct) && PAID_BY_THE_HOUR.includes(construct.cfnResourceType)) construct.addDependency(schedule);
  }
}

/** All that the schedule may do. */
function statements(stack: Stack): iam.PolicyStatement[] {
  const executionRole = executionRoleArn(stack);
  return [
    new iam.PolicyStatement({ sid: 'DeleteThisStack', actions: ['cloudformation:DeleteStack'], resources: [Aws.STACK_ID] }),
    ...(executionRole === undefined ? [] : [new iam.PolicyStatement({
      sid: 'WithItsOwnRole',
      actions: ['iam:PassRole'],
      resources: [executionRole],
      conditions: { StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } },
    })]),
  ];
}

/** The role that the CDK deploys the stack with, if it has one. */
function executionRoleArn(stack: Stack): string | undefined {
  const { synthesizer } = stack;
  if (!(synthesizer instanceof DefaultStackSynthesizer)) return undefined;
  // The CDK writes it for its manifest, with placeholders: this is what makes it part of a template.
  return Fn.sub(synthesizer.cloudFormationExecutionRoleArn);
}

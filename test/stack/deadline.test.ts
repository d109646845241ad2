import { App, CliCredentialsStackSynthesizer, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { estimateTime } from '../../lib/plan/time-estimate';
import { textAt } from '../../lib/json';
import { readLab } from '../../lib/assembly/lab-view';
import { Deadline } from '../../lib/stack/deadline';
import { CloudFormationSchema, type TemplateBody } from '../support/cloudformation-schema';
import { synthLab, type SynthesizedLab } from '../support/synth-lab';

const SEOUL_EVENING = '2026-12-01T18:00+09:00';

describe('the deadline of the lab', () => {
  let lab: SynthesizedLab;
  let plain: SynthesizedLab;

  beforeAll(async () => {
    plain = await synthLab();
    lab = await synthLab({ expiresAt: SEOUL_EVENING });
  });

  it('is nowhere without expiresAt', () => {
    plain.template.resourceCountIs('AWS::Scheduler::Schedule', 0);
  });

  it('is one schedule and one role more', () => {
    const added = [...lab.synthesized.resources.keys()].filter((logicalId) => !plain.synthesized.resources.has(logicalId));
    expect(added.map((logicalId) => lab.synthesized.resources.get(logicalId)?.type).sort()).toEqual(['AWS::IAM::Role', 'AWS::Scheduler::Schedule']);
  });

  it('is the moment in UTC for a time of Seoul, once, to the minute', () => {
    lab.template.hasResourceProperties('AWS::Scheduler::Schedule', {
      Name: 'karpenter-lab-deadline',
      GroupName: 'default',
      State: 'ENABLED',
      ScheduleExpression: 'at(2026-12-01T09:00:00)',
      ScheduleExpressionTimezone: 'UTC',
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
  });

  it('asks CloudFormation to delete this very stack, by its id', () => {
    const [schedule] = lab.synthesized.resourcesOfType('AWS::Scheduler::Schedule');
    const target = lab.synthesized.resolve(schedule?.properties['Target'] ?? null);
    expect(textAt(target, 'Arn')).toBe('arn:aws:scheduler:::aws-sdk:cloudformation:deleteStack');
    expect(JSON.parse(textAt(target, 'Input') ?? '')).toEqual({ StackName: '${AWS::StackId}' });
    expect(target).toHaveProperty('RetryPolicy', { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 60 });
  });

  it('may delete this stack with the role it was deployed with, and nothing else', () => {
    const [role] = lab.synthesized.resourcesOfType('AWS::IAM::Role').filter(({ constructPath }) => constructPath?.includes('/Deadline/'));
    const properties = lab.synthesized.resolvedProperties(role ?? { logicalId: '', type: '', properties: {}, dependsOn: [] });
    expect(properties['ManagedPolicyArns']).toBeUndefined();
    expect(properties['Policies']).toEqual([{
      PolicyName: 'DeleteThisStack',
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Sid: 'DeleteThisStack', Effect: 'Allow', Action: 'cloudformation:DeleteStack', Resource: '${AWS::StackId}' },
          {
            Sid: 'WithItsOwnRole', Effect: 'Allow', Action: 'iam:PassRole',
            Resource: 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-hnb659fds-cfn-exec-role-${AWS::AccountId}-ap-northeast-2',
            Condition: { StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } },
          },
        ],
      },
    }]);
  });

  it('is trusted by the scheduler of this account only', () => {
    const [role] = lab.synthesized.resourcesOfType('AWS::IAM::Role').filter(({ constructPath }) => constructPath?.includes('/Deadline/'));
    expect(lab.synthesized.resolve(role?.properties['AssumeRolePolicyDocument'] ?? null)).toEqual({
      Version: '2012-10-17',
      Statement: [{
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { Service: 'scheduler.amazonaws.com' },
        Condition: { StringEquals: {
          'aws:SourceAccount': '${AWS::AccountId}',
          'aws:SourceArn': 'arn:aws:scheduler:ap-northeast-2:${AWS::AccountId}:schedule-group/default',
        } },
      }],
    });
  });

  it.each(['AWS::EKS::Cluster', 'AWS::EC2::NatGateway', 'AWS::EC2::EIP', 'AWS::EKS::Nodegroup', 'AWS::Scheduler::Schedule'])('is there as long as %s', (type) => {
    const { graph } = lab.synthesized;
    const [schedule] = lab.synthesized.resourcesOfType('AWS::Scheduler::Schedule');
    for (const { logicalId } of lab.synthesized.resourcesOfType(type)) {
      expect(logicalId === schedule?.logicalId || graph.dependsOn(logicalId, schedule?.logicalId ?? '')).toBe(true);
    }
    expect(graph.topologicalOrder()).toHaveLength(lab.synthesized.resources.size);
  });

  it('makes the lab ready a few seconds later at most', () => {
    const [ready, plainReady] = [lab, plain].map(({ synthesized }) => estimateTime(readLab(synthesized)).readySeconds);
    expect((ready ?? Infinity) - (plainReady ?? 0)).toBeLessThanOrEqual(10);
  });

  it('passes the schema of CloudFormation', () => {
    const schema = new CloudFormationSchema();
    const resources = Object.entries((lab.template.toJSON() as { readonly Resources: Record<string, TemplateBody> }).Resources);
    expect(resources.flatMap(([logicalId, resource]) => schema.violations(logicalId, resource))).toEqual([]);
  });

  it('is read from the assembly', () => {
    expect(readLab(lab.synthesized).deadline).toMatchObject({ scheduleName: 'karpenter-lab-deadline', expiresAt: '2026-12-01T09:00Z' });
    expect(readLab(plain.synthesized).deadline).toBeUndefined();
  });

  it('goes with the stack', () => {
    const [schedule] = lab.synthesized.resourcesOfType('AWS::Scheduler::Schedule');
    expect(schedule?.deletionPolicy ?? 'Delete').toBe('Delete');
  });
});

it('asks for no role where the CDK deploys with none', () => {
  const stack = new Stack(new App(), 'Plain', { synthesizer: new CliCredentialsStackSynthesizer() });
  new Deadline(stack, 'Deadline', { expiresAt: new Date(SEOUL_EVENING), scheduleName: 'plain-deadline' });
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('iam:PassRole');
});

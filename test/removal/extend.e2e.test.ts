import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CreateScheduleCommand, GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { mockClient } from 'aws-sdk-client-mock';
import { extendIn } from '../../lib/removal/extend-lab';
import { readLab, type LabView } from '../../lib/assembly/lab-view';
import { runContext } from '../../lib/run-context';
import { textAt } from '../../lib/json';
import { connectAws, type LabAws } from '../../lib/aws/lab-aws';
import { startMoto, type Moto } from '../rehearsal/moto';
import { synthLab } from '../support/synth-lab';

/** moto reads its tables at the first request of a service. */
const TIME_LIMIT_MS = 60_000;

/** The rehearsal's moto has no CloudFormation, so this one service is played; STS and EventBridge Scheduler are moto's. */
const cloudFormation = mockClient(CloudFormationClient);

const DUMMY = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

describe('extending a lab in moto', () => {
  const environment = { ...process.env };
  let moto: Moto;
  let lab: LabView;
  let aws: LabAws;

  beforeAll(async () => {
    lab = readLab((await synthLab({ expiresAt: '2036-12-01T18:00+09:00' })).synthesized);
    moto = await startMoto([]);
    Object.assign(process.env, DUMMY, { AWS_ENDPOINT_URL: moto.url });
    cloudFormation.on(DescribeStacksCommand).rejects(Object.assign(new Error('Stack with id elsewhere does not exist'), { name: 'ValidationError' }));
    cloudFormation.on(DescribeStacksCommand, { StackName: lab.stack.stackName })
      .resolves({ Stacks: [{ StackName: lab.stack.stackName, StackStatus: 'CREATE_COMPLETE', CreationTime: new Date() }] });
    aws = connectAws(lab.stack.region);
    const client = { endpoint: moto.url, region: lab.stack.region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
    const [schedule] = lab.stack.resourcesOfType('AWS::Scheduler::Schedule');
    const properties = lab.stack.resolvedProperties(schedule ?? { logicalId: '', type: '', properties: {}, dependsOn: [] });
    await new SchedulerClient(client).send(new CreateScheduleCommand({
      Name: textAt(properties, 'Name'),
      GroupName: textAt(properties, 'GroupName'),
      Description: textAt(properties, 'Description'),
      ScheduleExpression: textAt(properties, 'ScheduleExpression'),
      ScheduleExpressionTimezone: textAt(properties, 'ScheduleExpressionTimezone'),
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Target: {
        Arn: textAt(properties, 'Target', 'Arn'),
        RoleArn: 'arn:aws:iam::123456789012:role/deadline',
        Input: textAt(properties, 'Target', 'Input'),
        RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 60 },
      },
    }));
  }, TIME_LIMIT_MS);

  afterAll(async () => {
    aws.close();
    process.env = environment;
    await moto.stop();
  });

  const schedule = () => aws.scheduler.send(new GetScheduleCommand({ Name: 'karpenter-lab-deadline' }));

  it('moves the schedule that the stack makes, and nothing else of it', async () => {
    const before = await schedule();
    const result = await extendIn(aws, lab, { move: { bySeconds: 7200 }, confirm: () => Promise.resolve(true) }, runContext());
    expect(result).toMatchObject({ outcome: 'moved', from: '2036-12-01T09:00Z', to: '2036-12-01T11:00Z', account: '123456789012' });
    const after = await schedule();
    expect(after.ScheduleExpression).toBe('at(2036-12-01T11:00:00)');
    const fixed = ({ Name, GroupName, Description, Target, State, FlexibleTimeWindow, ScheduleExpressionTimezone }: typeof after) =>
      ({ Name, GroupName, Description, Target, State, FlexibleTimeWindow, ScheduleExpressionTimezone });
    expect(fixed(after)).toEqual(fixed(before));
  }, TIME_LIMIT_MS);

  it('fails when no stack has the name of the lab', async () => {
    const other = readLab((await synthLab({ clusterName: 'elsewhere' })).synthesized);
    await expect(extendIn(aws, other, { move: { bySeconds: 7200 }, confirm: () => Promise.resolve(true) }, runContext()))
      .rejects.toMatchObject({ code: 'StackMissing' });
  }, TIME_LIMIT_MS);
});

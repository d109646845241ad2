import { CloudFormationClient, DescribeStackEventsCommand } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { firstCause, isEnd, StackFollower } from '../../lib/aws/stack-events';
import { runContext } from '../../lib/run-context';
import { ADDRESS_QUOTA_REACHED, BEGUN, CHART_FAILED, CREATED, events, ROLE_EXISTS, sdkEvents, type ShortEvent } from '../deploy/event-lists';
import { awsError } from '../preflight/account';

const STACK = 'AWS::CloudFormation::Stack';

/** A deletion that fails: the network waits for what is left in it. */
const DELETION_FAILED: readonly ShortEvent[] = [
  ...CREATED,
  [2000, 'Lab', STACK, 'DELETE_IN_PROGRESS', 'User Initiated'],
  [2001, 'ClusterRole', 'AWS::IAM::Role', 'DELETE_FAILED', 'Resource deletion cancelled'],
  [2002, 'Vpc', 'AWS::EC2::VPC', 'DELETE_FAILED', 'The vpc has dependencies and cannot be deleted.'],
  [2003, 'Lab', STACK, 'DELETE_FAILED', 'The following resource(s) failed to delete: [Vpc, ClusterRole].'],
];

describe('following a stack', () => {
  const cloudFormation = new CloudFormationClient({ region: 'ap-northeast-2' });
  const mock = mockClient(cloudFormation);
  let looks: string[][];

  const eventsAre = (...answers: readonly (readonly ShortEvent[])[]): void => {
    let asked = mock.on(DescribeStackEventsCommand);
    for (const list of answers.slice(0, -1)) asked = asked.resolvesOnce({ StackEvents: sdkEvents(...list) });
    asked.resolves({ StackEvents: sdkEvents(...answers.at(-1) ?? []) });
  };
  const follower = (onLook: () => void = () => undefined, signal?: AbortSignal): StackFollower => new StackFollower({
    cloudFormation, stackName: 'Lab', everySeconds: 0.001,
    onLook: (fresh) => {
      looks.push(fresh.map(({ logicalId, status }) => `${logicalId} ${status}`));
      onLook();
    },
  }, runContext({ signal }));

  beforeEach(() => {
    mock.reset();
    looks = [];
  });

  it('reads each event once, the oldest first, to the end', async () => {
    eventsAre(BEGUN, BEGUN, CREATED);
    await follower().untilEnd();
    expect(looks).toEqual([
      ['Lab CREATE_IN_PROGRESS', 'ClusterRole CREATE_IN_PROGRESS', 'Vpc CREATE_IN_PROGRESS'], [], ['Vpc CREATE_COMPLETE', 'Lab CREATE_COMPLETE'],
    ]);
  });

  it('begins with the present work, not with that of before', async () => {
    eventsAre(DELETION_FAILED);
    const followed = follower();
    await followed.untilEnd();
    expect(looks[0]?.[0]).toBe('Lab DELETE_IN_PROGRESS');
    expect(followed.events.find(isEnd)?.status).toBe('DELETE_FAILED');
  });

  it('leaves out what has happened until now, where that is asked for', async () => {
    eventsAre(CREATED, CREATED, DELETION_FAILED);
    const followed = follower();
    await followed.skipToNow();
    await followed.untilEnd();
    expect([looks[0], looks[1]?.[0]]).toEqual([[], 'Lab DELETE_IN_PROGRESS']);
  });

  it('reads further pages only as far as it needs to', async () => {
    const [newest = [], older = []] = [sdkEvents(...CREATED).slice(0, 2), sdkEvents(...CREATED).slice(2)];
    mock.on(DescribeStackEventsCommand).resolves({ StackEvents: newest, NextToken: 'more' });
    mock.on(DescribeStackEventsCommand, { StackName: 'Lab', NextToken: 'more' }).resolves({ StackEvents: older, NextToken: 'even more' });
    await follower().untilEnd();
    expect(looks[0]).toHaveLength(5);
    expect(mock.commandCalls(DescribeStackEventsCommand)).toHaveLength(2);
  });

  it('ends when somebody knows that it is over, and has no events of a stack that is not there', async () => {
    mock.on(DescribeStackEventsCommand).rejects(awsError('ValidationError', 'Stack [Lab] does not exist'));
    await follower().untilEnd(() => looks.length === 2);
    expect(looks).toEqual([[], []]);
  });

  it('lasts as long as the work, and looks once more at its end', async () => {
    eventsAre([], [], CREATED);
    let end: (answer: string) => void = () => undefined;
    const work = new Promise<string>((resolve) => { end = resolve; });
    await expect(follower(() => { if (looks.length === 2) end('done'); }).during(work)).resolves.toBe('done');
    expect(looks.at(-1)).toContain('Lab CREATE_COMPLETE');
  });

  it('rides out failures that may pass, those of a look as well', async () => {
    mock.on(DescribeStackEventsCommand).rejectsOnce(awsError('Throttling')).rejectsOnce(new Error('socket hang up')).resolves({ StackEvents: sdkEvents(...CREATED) });
    await expect(follower().untilEnd()).resolves.toBeUndefined();
  });

  it('fails when AWS refuses', async () => {
    mock.on(DescribeStackEventsCommand).rejects(awsError('AccessDenied'));
    await expect(follower().untilEnd()).rejects.toMatchObject({ code: 'AwsAccessDenied', received: 'cloudformation:DescribeStackEvents' });
  });

  it('fails when it is interrupted, and when the work fails', async () => {
    eventsAre(BEGUN);
    const interruption = new AbortController();
    await expect(follower(() => interruption.abort(new Error('interrupted')), interruption.signal).untilEnd()).rejects.toThrow('interrupted');
    await expect(follower().during(Promise.reject(new Error('the work failed')))).rejects.toThrow('the work failed');
  });
});

describe('the first cause', () => {
  it('is the earliest failure, not what was cancelled because of it, nor what the rollback could not delete', () => {
    expect(firstCause(events(...ADDRESS_QUOTA_REACHED))?.logicalId).toBe('Address');
    expect(firstCause(events(...ROLE_EXISTS))?.logicalId).toBe('KarpenterNodeRole');
    expect(firstCause(events(...CHART_FAILED))?.logicalId).toBe('Karpenter');
  });

  it('is found in a deletion as in a deployment', () => {
    expect(firstCause(events(...DELETION_FAILED))?.logicalId).toBe('Vpc');
  });

  it('goes by the time and not by the order in which events arrive', () => {
    const found = firstCause(events(
      [9, 'Later', 'AWS::SQS::Queue', 'CREATE_FAILED', 'A queue of that name was deleted a moment ago'],
      [7, 'Earlier', 'AWS::EC2::EIP', 'CREATE_FAILED', 'The maximum number of addresses has been reached.'],
    ));
    expect(found?.logicalId).toBe('Earlier');
  });

  it('is one without a reason only where none has one', () => {
    const silent: ShortEvent = [7, 'Silent', 'AWS::EC2::VPC', 'DELETE_FAILED'];
    expect(firstCause(events(silent))?.logicalId).toBe('Silent');
    expect(firstCause(events(silent, [8, 'Telling', 'AWS::EC2::EIP', 'DELETE_FAILED', 'It is in use.']))?.logicalId).toBe('Telling');
  });

  it('is none as long as nothing failed by itself', () => {
    expect(firstCause(events(...BEGUN))).toBeUndefined();
    expect(firstCause(events([8, 'Vpc', 'AWS::EC2::VPC', 'CREATE_FAILED', 'Resource creation cancelled']))).toBeUndefined();
  });
});

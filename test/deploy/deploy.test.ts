import { DescribeStackEventsCommand, DescribeStacksCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { readLab } from '../../lib/assembly/lab-view';
import { readAssembly } from '../../lib/assembly/read-assembly';
import { deployTo, type DeployOptions } from '../../lib/deploy/deploy';
import { type DeployResult, findTarget } from '../../lib/deploy/deployment-target';
import { ASSETS_STEP } from '../../lib/deploy/toolkit-deploy';
import type { JsonObject } from '../../lib/json';
import { LabError } from '../../lib/lab-error';
import type { ProgressEvent } from '../../lib/progress';
import type { RunContext } from '../../lib/run-context';
import { smallLab } from '../assembly/small-lab';
import { writeAssembly } from '../assembly/write-assembly';
import { fakeProgram, temporaryFolder } from '../rehearsal/fake-program';
import { awsError, INSTRUCTOR_SESSION, MockAccount, runAt } from '../preflight/account';
import { DeploymentStandIn } from './deployment-stand-in';
import { ADDRESS_QUOTA_REACHED, BEGINNING_MILLIS, BEGUN, CREATED, KEPT_CHART, MENDED, sdkEvents, STACK_ID, type ShortEvent } from './event-lists';

const TEMPLATE: JsonObject = {
  Resources: Object.fromEntries([...smallLab().resources.values()].map(({ logicalId, type, properties, dependsOn }) => [logicalId, { Type: type, Properties: properties, DependsOn: dependsOn }])),
  Outputs: { ClusterName: { Value: 'lab' }, KubeconfigCommand: { Value: 'later' } },
};

const OUT_OF_ORDER = Object.assign(new Error('We encountered an internal error.'), { name: 'InternalFailure', $metadata: { httpStatusCode: 500 } });

describe('a deployment', () => {
  let account: MockAccount;
  let folder: string;
  let toolkit: DeploymentStandIn;
  let notes: string[];

  /** What CloudFormation answers, one after the other; the last stays. */
  const eventsAre = (...answers: readonly (readonly ShortEvent[])[]) => {
    let asked = account.cloudFormation.on(DescribeStackEventsCommand);
    for (const list of answers.slice(0, -1)) asked = asked.resolvesOnce({ StackEvents: sdkEvents(...list) });
    asked.resolves({ StackEvents: sdkEvents(...answers.at(-1) ?? []) });
  };
  const statusIs = (...statuses: readonly (string | undefined)[]) => {
    let asked = account.cloudFormation.on(DescribeStacksCommand);
    const answer = (status: string) => ({
      Stacks: [{ StackName: 'Lab', StackId: STACK_ID, CreationTime: new Date(0), StackStatus: status as 'CREATE_COMPLETE', Outputs: [{ OutputKey: 'KubeconfigCommand', OutputValue: 'aws eks update-kubeconfig' }] }],
    });
    for (const [index, status] of statuses.entries()) {
      const isLast = index === statuses.length - 1;
      if (status === undefined) asked = asked.rejectsOnce(awsError('ValidationError', 'Stack with id Lab does not exist'));
      else if (isLast) asked.resolves(answer(status));
      else asked = asked.resolvesOnce(answer(status));
    }
  };
  const deploy = (options: Partial<DeployOptions> = {}, run: Partial<RunContext> = {}): Promise<DeployResult> => deployTo(account.aws, {
    assemblyDirectory: writeAssembly(TEMPLATE), env: { PATH: folder }, loadToolkit: toolkit.load, pollSeconds: 0.001, onNote: (text) => notes.push(text), ...options,
  }, { ...runAt(new Date(BEGINNING_MILLIS + 60_000)), ...run });
  const failureOf = async (options?: Partial<DeployOptions>): Promise<LabError> => {
    const failure: unknown = await deploy(options).then(() => undefined, (error: unknown) => error);
    if (failure instanceof LabError) return failure;
    throw new Error('The deployment was expected to end with a LabError', { cause: failure });
  };

  beforeEach(() => {
    account = new MockAccount();
    folder = temporaryFolder();
    toolkit = new DeploymentStandIn();
    notes = [];
    eventsAre([]);
    account.cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: JSON.stringify(TEMPLATE) });
  });

  it('runs the CDK on the assembly, and ends with the outputs and the access lines', async () => {
    statusIs(undefined, 'CREATE_COMPLETE');
    eventsAre([], BEGUN, [...CREATED]);
    const assemblyDirectory = writeAssembly(TEMPLATE);
    await expect(deploy({ assemblyDirectory })).resolves.toMatchObject({
      outcome: 'created', isFollowed: false, durationSeconds: 840, account: '111122223333',
      outputs: [{ logicalId: 'ClusterName', value: 'lab' }, { logicalId: 'KubeconfigCommand', value: 'aws eks update-kubeconfig' }],
      accessLines: ['aws eks update-kubeconfig --region ap-northeast-2 --name lab', 'export KARPENTER_NAMESPACE=kube-system'],
    });
    expect(toolkit.deployed).toEqual([{ assemblyDirectory, deploymentMethod: { method: 'change-set' }, rollback: true }]);
    expect(toolkit.credentials).toEqual({ provider: account.aws.cloudFormation.config.credentials, region: 'ap-northeast-2' });
  });

  it('says that nothing changed, and takes no event of an earlier deployment for its own', async () => {
    statusIs('CREATE_COMPLETE');
    eventsAre([...CREATED]);
    await expect(deploy()).resolves.toMatchObject({ outcome: 'unchanged', durationSeconds: 0 });
  });

  it('follows what is under way, without the CDK and from its beginning', async () => {
    statusIs('CREATE_IN_PROGRESS');
    eventsAre([...BEGUN], [...CREATED]);
    await expect(deploy()).resolves.toMatchObject({ outcome: 'created', isFollowed: true, durationSeconds: 840 });
    expect(toolkit.deployed).toEqual([]);
  });

  it('goes on when AWS is not reached for a while', async () => {
    statusIs('CREATE_IN_PROGRESS');
    account.cloudFormation.on(DescribeStackEventsCommand)
      .rejectsOnce(awsError('Throttling')).rejectsOnce(Object.assign(new Error('getaddrinfo'), { name: 'Error' }))
      .resolves({ StackEvents: sdkEvents(...CREATED) });
    await expect(deploy()).resolves.toMatchObject({ outcome: 'created' });
  });

  it('goes on when AWS is out of order for a while, as a teardown does', async () => {
    statusIs('CREATE_IN_PROGRESS');
    let asked = account.cloudFormation.on(DescribeStackEventsCommand);
    for (let time = 0; time < 12; time += 1) asked = asked.rejectsOnce(OUT_OF_ORDER);
    asked.resolves({ StackEvents: sdkEvents(...CREATED) });
    await expect(deploy()).resolves.toMatchObject({ outcome: 'created' });
  });

  it('fails when AWS stays out of order, and says that this stops nothing', async () => {
    statusIs('CREATE_IN_PROGRESS');
    account.cloudFormation.on(DescribeStackEventsCommand).rejects(OUT_OF_ORDER);
    await expect(failureOf()).resolves.toMatchObject({ code: 'AwsOutOfOrder' });
    expect(notes).toEqual([expect.stringContaining('CloudFormation goes on without this command')]);
  });

  it('updates the kubeconfig where that is asked for, and says what kept it', async () => {
    statusIs('CREATE_COMPLETE');
    await expect(deploy({ updateKubeconfig: true })).resolves.toMatchObject({ kubeconfig: { isUpdated: false, detail: expect.stringContaining('AWS CLI is missing') } });
    fakeProgram(folder, 'aws', 'echo "Updated context: $*"');
    await expect(deploy({ updateKubeconfig: true })).resolves.toMatchObject({ kubeconfig: { isUpdated: true, detail: 'Updated context: eks update-kubeconfig --region ap-northeast-2 --name lab' } });
    fakeProgram(folder, 'aws', 'echo "No cluster found" >&2', 'exit 254');
    await expect(deploy({ updateKubeconfig: true })).resolves.toMatchObject({ kubeconfig: { isUpdated: false, detail: expect.stringContaining('No cluster found') } });
  });

  it('fails when CloudFormation does, with the first cause, told before the rollback ends', async () => {
    statusIs(undefined, 'ROLLBACK_COMPLETE');
    eventsAre([], ADDRESS_QUOTA_REACHED.slice(0, 7), [...ADDRESS_QUOTA_REACHED]);
    toolkit.script = () => Promise.reject(new Error('Lab failed: see the events'));
    const failure = await failureOf();
    expect(failure).toMatchObject({ code: 'DeploymentFailed', received: 'Address' });
    expect(notes).toEqual([expect.stringContaining('maximum number of addresses')]);
  });

  it('fails when CloudFormation does, and leaves what was made where that is asked for, with what to do then', async () => {
    statusIs(undefined, 'CREATE_FAILED');
    eventsAre([], [...KEPT_CHART]);
    toolkit.script = () => Promise.reject(new Error('Lab failed: see the events'));
    const failure = await failureOf({ keepFailed: true });
    expect(toolkit.deployed).toMatchObject([{ rollback: false }]);
    expect(failure).toMatchObject({ code: 'DeploymentFailed', received: 'Karpenter', message: expect.stringMatching(/The stack is CREATE_FAILED\.$/) });
    expect(failure.remedy).toMatch(/What was made is still there, and billed\. Then deploy again: it goes on from there.*lab -- teardown/);
    expect(notes).toEqual([expect.stringMatching(/CloudFormation ends what is under way and keeps what it made\.$/)]);
  });

  it.each([['CREATE_FAILED'], ['UPDATE_FAILED']])('goes on from what an earlier deployment left in %s, without rollback', async (status) => {
    statusIs(status, 'UPDATE_COMPLETE');
    eventsAre([...KEPT_CHART], [...KEPT_CHART, ...MENDED]);
    await expect(deploy()).resolves.toMatchObject({ outcome: 'updated' });
    expect(toolkit.deployed).toMatchObject([{ rollback: false }]);
  });

  it('fails when CloudFormation finds nothing to change in what an earlier deployment left', async () => {
    statusIs('CREATE_FAILED');
    eventsAre([...KEPT_CHART]);
    await expect(failureOf()).resolves.toMatchObject({ code: 'DeploymentNotStarted', message: expect.stringContaining('still CREATE_FAILED'), remedy: expect.stringContaining('lab -- teardown') });
  });

  it('fails when what it follows is rolled back', async () => {
    statusIs('CREATE_IN_PROGRESS');
    eventsAre([...BEGUN], [...ADDRESS_QUOTA_REACHED]);
    await expect(failureOf()).resolves.toMatchObject({ code: 'DeploymentFailed', received: 'Address' });
  });

  it('tells of the assets, and of nothing else that the CDK says', async () => {
    statusIs(undefined, 'CREATE_COMPLETE');
    const steps: ProgressEvent[] = [];
    const onProgress = (event: ProgressEvent) => void (event.step === ASSETS_STEP && steps.push(event));
    toolkit.script = async ({ says }) => {
      await says('CDK_TOOLKIT_I5220', 'Publishing Handler/Code');
      await says('CDK_ASSETS_I5271', 'Upload s3://bucket/key');
      await says('CDK_TOOLKIT_I5221', 'Published Handler/Code');
      await says('CDK_TOOLKIT_I5100', 'Lab: deploying...');
    };
    await deploy({}, { onProgress });
    expect(steps).toEqual([
      { step: ASSETS_STEP, state: 'started' },
      { step: ASSETS_STEP, state: 'running', detail: 'Publishing Handler/Code' },
      { step: ASSETS_STEP, state: 'finished', detail: '1 published' },
    ]);
    toolkit.script = ({ says }) => says('CDK_TOOLKIT_I5100', 'Lab: deploying...');
    await deploy({}, { onProgress });
    expect(steps.at(-1)).toEqual({ step: ASSETS_STEP, state: 'skipped', detail: 'all are there already' });
    expect(notes).toEqual([]);
  });

  it('approves what the verb has asked for', async () => {
    statusIs(undefined, 'CREATE_COMPLETE');
    let answer: boolean | undefined;
    toolkit.script = async ({ asks }) => {
      answer = await asks('CDK_TOOLKIT_I5060', 'Do you wish to deploy these changes', true);
    };
    await deploy();
    expect(answer).toBe(true);
  });

  it('fails when the CDK asks anything else, without an answer', async () => {
    statusIs(undefined);
    toolkit.script = async ({ asks }) => void await asks('CDK_TOOLKIT_I5050', 'Perform a deployment with rollback enabled', true);
    await expect(failureOf()).resolves.toMatchObject({ code: 'DeploymentNotStarted', message: expect.stringContaining('nobody answers here: Perform a deployment with rollback enabled') });
  });

  it.each([
    ['\u274c  \u001b[1mLab\u001b[22m failed: Lab: SSM parameter /cdk-bootstrap/hnb659fds/version not found.', 'began: Lab failed: Lab: SSM parameter /cdk-bootstrap/hnb659fds/version not found.', 'cdk bootstrap'],
    ['The specified bucket\n  does not exist.', 'began: The specified bucket does not exist.', 'Correct what the message names'],
    ['', 'began.', 'Nothing was deployed'],
  ])('fails when the CDK cannot begin, with what it says in plain words: %j', async (words, message, remedy) => {
    statusIs(undefined);
    toolkit.script = () => Promise.reject(new Error(words));
    await expect(failureOf()).resolves.toMatchObject({ code: 'DeploymentNotStarted', message: expect.stringContaining(message), remedy: expect.stringContaining(remedy) });
  });

  it.each([
    ['has been seen at work', BEGUN],
    ['has given no event yet', []],
  ])('follows CloudFormation to its end when the CDK dies, where it %s', async (_, seen) => {
    statusIs(undefined, 'CREATE_IN_PROGRESS', 'CREATE_COMPLETE');
    eventsAre([], seen, seen, seen, [...CREATED]);
    toolkit.script = () => Promise.reject(new Error('The security token included in the request is expired'));
    await expect(deploy()).resolves.toMatchObject({ outcome: 'created', durationSeconds: 840 });
    expect(notes).toEqual(['The CDK gave up, and CloudFormation goes on; this follows it. The security token included in the request is expired']);
  });

  it('fails when CloudFormation does after the CDK has died, with the cause of CloudFormation', async () => {
    statusIs(undefined, 'CREATE_IN_PROGRESS', 'ROLLBACK_COMPLETE');
    eventsAre([], BEGUN, BEGUN, BEGUN, [...ADDRESS_QUOTA_REACHED]);
    toolkit.script = () => Promise.reject(new Error('getaddrinfo ENOTFOUND'));
    await expect(failureOf()).resolves.toMatchObject({ code: 'DeploymentFailed', received: 'Address' });
  });

  it('fails when AWS no longer takes the credentials, stops the CDK, and says that CloudFormation goes on', async () => {
    statusIs(undefined, 'CREATE_IN_PROGRESS');
    account.cloudFormation.on(DescribeStackEventsCommand)
      .resolvesOnce({ StackEvents: [] }).resolvesOnce({ StackEvents: sdkEvents(...BEGUN) }).rejects(awsError('ExpiredToken', 'The security token included in the request is expired'));
    toolkit.script = ({ untilStopped }) => untilStopped();
    await expect(failureOf()).resolves.toMatchObject({ code: 'AwsCredentialsRefused' });
    await toolkit.stopped;
    expect(notes).toEqual([expect.stringMatching(/^CloudFormation goes on without this command: stack Lab is CREATE_IN_PROGRESS\./)]);
  });

  it('fails when the stack can only be deleted, before the CDK is run', async () => {
    statusIs('ROLLBACK_COMPLETE');
    await expect(failureOf()).resolves.toMatchObject({ code: 'StackNotDeployable', received: 'ROLLBACK_COMPLETE', remedy: expect.stringContaining('lab -- teardown') });
    expect(toolkit.deployed).toEqual([]);
  });

  it('fails when the credentials are of another account, before anything else is asked', async () => {
    account.sts.on(GetCallerIdentityCommand).resolves({ Account: '444455556666', Arn: INSTRUCTOR_SESSION });
    await expect(failureOf({ assemblyDirectory: writeAssembly(TEMPLATE, 'aws://111122223333/ap-northeast-2') })).resolves.toMatchObject({ code: 'AccountNotConfigured' });
    expect(account.commands).toEqual(['GetCallerIdentityCommand']);
  });

  describe('of a lab that is deployed', () => {
    const change = (from: string, to: string): void => {
      statusIs('CREATE_COMPLETE');
      account.cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: JSON.stringify(TEMPLATE).replaceAll(to, from) });
    };
    const target = () => findTarget(account.aws, readLab(readAssembly(writeAssembly(TEMPLATE))));

    it('begins without a word where its namespaces are the same', async () => {
      statusIs('CREATE_COMPLETE');
      await expect(target()).resolves.toMatchObject({ mode: 'update', warnings: [] });
    });

    it.each([['CREATE_COMPLETE'], ['CREATE_FAILED']])('fails when Karpenter would get another namespace, in %s, before the CDK is run', async (status) => {
      change('"Namespace":"karpenter"', '"Namespace":"kube-system"');
      statusIs(status);
      const failure = await failureOf();
      expect(failure).toMatchObject({ code: 'KarpenterNamespaceChanged', received: 'kube-system' });
      expect(failure.remedy).toMatch(/^Set karpenter\.namespace back to karpenter; or run `npm run lab -- teardown`/);
      expect(toolkit.deployed).toEqual([]);
    });

    it('says what stays where the exercise moves to another namespace', async () => {
      change('class-of-2025', 'karpenter-test');
      await expect(target()).resolves.toMatchObject({ warnings: [{
        code: 'ExerciseNamespaceChanged',
        message: expect.stringContaining('moves from namespace class-of-2025 to karpenter-test. Namespace class-of-2025 stays, with Deployment inflate'),
        remedy: expect.stringContaining('`kubectl delete namespace class-of-2025`'),
      }] });
    });

    it.each([
      ['may not be read', () => account.cloudFormation.on(GetTemplateCommand).rejects(awsError('AccessDenied', 'not authorized to perform: cloudformation:GetTemplate'))],
      ['is no JSON', () => account.cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: 'Resources: {}' })],
    ])('says that nothing was compared where its template %s', async (_, answer) => {
      statusIs('CREATE_COMPLETE');
      answer();
      await expect(target()).resolves.toMatchObject({ warnings: [{ code: 'NamespacesNotCompared' }] });
    });

    it('fails when AWS does not take the credentials for its template', async () => {
      statusIs('CREATE_COMPLETE');
      account.cloudFormation.on(GetTemplateCommand).rejects(awsError('ExpiredToken'));
      await expect(target()).rejects.toMatchObject({ code: 'AwsCredentialsRefused' });
    });
  });

  it('fails when it is interrupted, stops the CDK, and says that CloudFormation goes on', async () => {
    statusIs(undefined, 'CREATE_IN_PROGRESS');
    const interruption = new AbortController();
    toolkit.script = async ({ untilStopped }) => {
      interruption.abort();
      await untilStopped();
    };
    // A pause of ten minutes: the interruption does not wait for the next look.
    await expect(deploy({ pollSeconds: 600 }, { signal: interruption.signal })).rejects.toThrow();
    await toolkit.stopped;
    expect(notes).toEqual([expect.stringMatching(/^CloudFormation goes on without this command: stack Lab is CREATE_IN_PROGRESS\. Run `npm run lab -- deploy` again to follow it/)]);
  });

  it('fails when it is interrupted before anything began, and says so', async () => {
    statusIs('CREATE_IN_PROGRESS', 'REVIEW_IN_PROGRESS');
    const interruption = new AbortController();
    account.cloudFormation.on(DescribeStackEventsCommand).callsFake(() => {
      interruption.abort();
      return { StackEvents: [] };
    });
    await expect(deploy({}, { signal: interruption.signal })).rejects.toThrow();
    expect(notes).toEqual(['CloudFormation is not at work: stack Lab is REVIEW_IN_PROGRESS.']);
  });
});

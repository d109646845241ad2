import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeStackEventsCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { deployTo, type DeployOptions } from '../../../lib/actions/deploy';
import type { DeployResult } from '../../../lib/actions/deploy-result';
import type { JsonObject } from '../../../lib/assembly/json';
import { LabError } from '../../../lib/lab-error';
import { smallLab } from '../../assembly/small-lab';
import { writeAssembly } from '../../assembly/write-assembly';
import { fakeProgram, temporaryFolder } from '../../rehearsal/fake-program';
import { awsError, INSTRUCTOR_SESSION, MockAccount } from '../preflight/account';
import { ADDRESS_QUOTA_REACHED, BEGINNING_MILLIS, BEGUN, CREATED, sdkEvents, STACK_ID, type ShortEvent } from './event-lists';

const TEMPLATE: JsonObject = {
  Resources: Object.fromEntries([...smallLab().resources.values()].map(({ logicalId, type, properties, dependsOn }) => [logicalId, { Type: type, Properties: properties, DependsOn: dependsOn }])),
  Outputs: { ClusterName: { Value: 'lab' }, KubeconfigCommand: { Value: 'later' } },
};

describe('a deployment', () => {
  let account: MockAccount;
  let folder: string;
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
  /** A CDK that writes down its arguments, then does this. */
  const cdk = (...lines: readonly string[]): string => {
    const file = join(folder, 'cdk.js');
    writeFileSync(file, [
      `require('fs').writeFileSync(${JSON.stringify(join(folder, 'arguments'))}, JSON.stringify(process.argv.slice(2)));`,
      ...lines,
    ].join('\n'));
    return file;
  };
  const deploy = (options: Partial<DeployOptions> = {}): Promise<DeployResult> => deployTo(account.aws, {
    assemblyDirectory: writeAssembly(TEMPLATE), env: { PATH: folder }, cdkProgram: options.cdkProgram ?? cdk(), pollSeconds: 0.001,
    nowMillis: () => BEGINNING_MILLIS + 60_000, onNote: (text) => notes.push(text), ...options,
  });
  const failureOf = async (options?: Partial<DeployOptions>): Promise<LabError> => {
    const failure: unknown = await deploy(options).then(() => undefined, (error: unknown) => error);
    if (failure instanceof LabError) return failure;
    throw new Error('The deployment was expected to end with a LabError', { cause: failure });
  };

  beforeEach(() => {
    account = new MockAccount();
    folder = temporaryFolder();
    notes = [];
    eventsAre([]);
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
    expect(JSON.parse(readFileSync(join(folder, 'arguments'), 'utf8')))
      .toEqual(['deploy', 'Lab', '--app', assemblyDirectory, '--require-approval', 'never', '--no-notices', '--progress', 'events']);
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
    expect(() => readFileSync(join(folder, 'arguments'))).toThrow('ENOENT');
  });

  it('goes on when AWS is not reached for a while', async () => {
    statusIs('CREATE_IN_PROGRESS');
    account.cloudFormation.on(DescribeStackEventsCommand)
      .rejectsOnce(awsError('Throttling')).rejectsOnce(Object.assign(new Error('getaddrinfo'), { name: 'Error' }))
      .resolves({ StackEvents: sdkEvents(...CREATED) });
    await expect(deploy()).resolves.toMatchObject({ outcome: 'created' });
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
    const failure = await failureOf({ cdkProgram: cdk('process.exitCode = 1;') });
    expect(failure).toMatchObject({ code: 'DeploymentFailed', received: 'Address' });
    expect(notes).toEqual([expect.stringContaining('maximum number of addresses')]);
  });

  it('fails when what it follows is rolled back', async () => {
    statusIs('CREATE_IN_PROGRESS');
    eventsAre([...BEGUN], [...ADDRESS_QUOTA_REACHED]);
    await expect(failureOf()).resolves.toMatchObject({ code: 'DeploymentFailed', received: 'Address' });
  });

  it('fails when the CDK cannot begin, with what it says', async () => {
    statusIs(undefined);
    const program = cdk('console.error("Lab: deploying... [1/1]\\n\\u274c  Lab failed: Error: Lab: SSM parameter /cdk-bootstrap/hnb659fds/version not found.");', 'process.exitCode = 1;');
    await expect(failureOf({ cdkProgram: program })).resolves.toMatchObject({
      code: 'DeploymentNotStarted', message: expect.stringContaining('ended with exit code 1 before CloudFormation began: Lab failed'), remedy: expect.stringContaining('cdk bootstrap'),
    });
  });

  it.each([
    ['console.error("a warning\\nLab: the bucket is missing");', 'began: Lab: the bucket is missing.'],
    ['console.error("a warning\\nno such profile");', 'began: no such profile.'],
    ['', 'began.'],
  ])('fails when the CDK says %s, without the warnings before it', async (line, words) => {
    statusIs(undefined);
    await expect(failureOf({ cdkProgram: cdk(line, 'process.exitCode = 1;') })).resolves.toMatchObject({ message: expect.stringContaining(words) });
  });

  it('fails when the stack can only be deleted, before the CDK is run', async () => {
    statusIs('ROLLBACK_COMPLETE');
    await expect(failureOf()).resolves.toMatchObject({ code: 'StackNotDeployable', received: 'ROLLBACK_COMPLETE', remedy: expect.stringContaining('lab -- teardown') });
    expect(() => readFileSync(join(folder, 'arguments'))).toThrow('ENOENT');
  });

  it('fails when the credentials are of another account, before anything else is asked', async () => {
    account.sts.on(GetCallerIdentityCommand).resolves({ Account: '444455556666', Arn: INSTRUCTOR_SESSION });
    await expect(failureOf({ assemblyDirectory: writeAssembly(TEMPLATE, 'aws://111122223333/ap-northeast-2') })).resolves.toMatchObject({ code: 'AccountNotConfigured' });
    expect(account.commands).toEqual(['GetCallerIdentityCommand']);
  });

  it('fails when it is interrupted, interrupts the CDK, and says that CloudFormation goes on', async () => {
    statusIs(undefined, 'CREATE_IN_PROGRESS');
    const interruption = new AbortController();
    const program = cdk('process.on("SIGINT", () => process.exit(130));', `require('fs').writeFileSync(${JSON.stringify(join(folder, 'runs'))}, '');`, 'setInterval(() => undefined, 1000);');
    account.cloudFormation.on(DescribeStackEventsCommand).callsFake(() => {
      try {
        readFileSync(join(folder, 'runs'));
        interruption.abort();
      } catch {
        // The program has not begun.
      }
      return { StackEvents: [] };
    });
    await expect(deploy({ cdkProgram: program, signal: interruption.signal })).rejects.toThrow();
    expect(notes).toEqual([expect.stringMatching(/^CloudFormation goes on without this command: stack Lab is CREATE_IN_PROGRESS\. Run `npm run lab -- deploy` again to follow it/)]);
  });

  it('fails when it is interrupted before anything began, and says so', async () => {
    statusIs('CREATE_IN_PROGRESS', 'REVIEW_IN_PROGRESS');
    const interruption = new AbortController();
    account.cloudFormation.on(DescribeStackEventsCommand).callsFake(() => {
      interruption.abort();
      return { StackEvents: [] };
    });
    await expect(deploy({ signal: interruption.signal })).rejects.toThrow();
    expect(notes).toEqual(['CloudFormation is not at work: stack Lab is REVIEW_IN_PROGRESS.']);
  });
});

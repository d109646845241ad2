import { CreateFunctionCommand, DeleteFunctionCommand, GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ec2Answer, xmlElement } from '../../../lib/rehearsal/aws-answers/aws-answer';
import { AwsFault, type AwsRequest } from '../../../lib/rehearsal/aws-answers/aws-request';
import { faultOf } from '../aws-answers/answering';
import { eventually, type PlayingAccount, startPlayingAccount, zipOf } from './playing-account';

/** EC2 with interfaces, where a right may be missing. */
function ec2(interfaces: Map<string, string>, refused: readonly string[] = []) {
  return (request: AwsRequest) => (request.service !== 'ec2' ? undefined : () => {
    const { operation, parameters } = request;
    if (refused.includes(operation)) throw new AwsFault('UnauthorizedOperation', 'You are not authorized to perform this operation.', 403);
    if (parameters.get('DryRun') === 'true') throw new AwsFault('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
    if (operation === 'DeleteNetworkInterface') {
      interfaces.delete(parameters.get('NetworkInterfaceId') ?? '');
      return { answer: ec2Answer(operation, []) };
    }
    if (parameters.get('SubnetId') === 'subnet-missing') throw new AwsFault('InvalidSubnetID.NotFound', 'The subnet ID \'subnet-missing\' does not exist');
    const id = `eni-${interfaces.size}`;
    interfaces.set(id, parameters.get('Description') ?? '');
    return { answer: ec2Answer(operation, [xmlElement('networkInterface', [xmlElement('networkInterfaceId', id)])]) };
  });
}

function create(playing: PlayingAccount, FunctionName: string, SubnetIds = ['subnet-1', 'subnet-2'], SecurityGroupIds = ['sg-1']) {
  return new LambdaClient(playing.client).send(new CreateFunctionCommand({
    FunctionName, Role: `arn:aws:iam::123456789012:role/${FunctionName}-role`, Runtime: 'nodejs24.x', Handler: 'index.handler', Code: { ZipFile: zipOf({ 'index.js': '' }) },
    VpcConfig: { SubnetIds, SecurityGroupIds },
  }));
}

describe('the interfaces of functions in a VPC', () => {
  it('are made by the rights of the role, and shared by functions with the same security groups', async () => {
    const interfaces = new Map<string, string>();
    const playing = await startPlayingAccount({ others: ec2(interfaces) });
    expect(await create(playing, 'first')).toMatchObject({ VpcConfig: { SubnetIds: ['subnet-1', 'subnet-2'], SecurityGroupIds: ['sg-1'] } });
    expect([...interfaces.values()]).toEqual([expect.stringMatching(/^AWS Lambda VPC ENI-first-/), expect.stringMatching(/^AWS Lambda VPC ENI-first-/)]);
    expect(playing.requests.filter(({ service }) => service === 'ec2').every(({ accessKeyId }) => accessKeyId === 'first-role')).toBe(true);
    await Promise.all([create(playing, 'second'), create(playing, 'third')]);
    expect(interfaces.size).toBe(2);
    await create(playing, 'other', ['subnet-1'], ['sg-2']);
    expect(interfaces.size).toBe(3);
    await playing.stop();
  });

  it('stay for a while after the last function, and go then', async () => {
    const interfaces = new Map<string, string>();
    const playing = await startPlayingAccount({ others: ec2(interfaces), compression: 6000 });
    const lambda = new LambdaClient(playing.client);
    await create(playing, 'first', ['subnet-1']);
    await create(playing, 'second', ['subnet-1']);
    await lambda.send(new DeleteFunctionCommand({ FunctionName: 'first' }));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(interfaces.size).toBe(1);
    await lambda.send(new DeleteFunctionCommand({ FunctionName: 'second' }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(interfaces.size).toBe(1);
    await eventually(() => interfaces.size === 0);
    await playing.stop();
  });

  it.each(['CreateNetworkInterface', 'DescribeNetworkInterfaces', 'DeleteNetworkInterface'])('fails to make the function when the role lacks ec2:%s', async (operation) => {
    const playing = await startPlayingAccount({ others: ec2(new Map(), [operation]) });
    await expect(create(playing, 'refused')).rejects.toThrow(`The provided execution role does not have permissions to call ${operation} on EC2`);
    expect(await faultOf(new LambdaClient(playing.client).send(new GetFunctionCommand({ FunctionName: 'refused' })))).toBe('ResourceNotFoundException');
    await playing.stop();
  });

  it('fails to make the function for a subnet that is not there', async () => {
    const playing = await startPlayingAccount({ others: ec2(new Map()) });
    await expect(create(playing, 'refused', ['subnet-missing'])).rejects.toThrow('The subnet ID \'subnet-missing\' does not exist');
    await playing.stop();
  });
});

import { arrayAt, textAt } from '../../json';
import { type AwsRequest, jsonBody } from '../aws-answers/aws-request';
import { type AuthorizationContext, type AuthorizationsOf, memberTags, onAnything, passRole, requestTagKeys } from './authorization';

const onStack = (action: string): AuthorizationsOf => ({ region, parameters }, { accountId }) => {
  const name = parameters.get('StackName');
  const roleArn = parameters.get('RoleARN');
  return [
    {
      action,
      resource: name?.startsWith('arn:') === true ? name : `arn:aws:cloudformation:${region}:${accountId}:stack/${name ?? ''}/*`,
      keys: { 'cloudformation:RoleArn': roleArn ?? undefined },
    },
    ...(roleArn === null ? [] : [passRole(roleArn, 'cloudformation.amazonaws.com')]),
  ];
};

const onQueue = (action: string): AuthorizationsOf => (request, { accountId }) => {
  const body = request.protocol === 'json' ? jsonBody(request) : undefined;
  const field = (name: string): string | undefined => textAt(body, name) ?? request.parameters.get(name) ?? undefined;
  const name = field('QueueName') ?? field('QueueUrl')?.split('/').at(-1) ?? '';
  return [{ action, resource: `arn:aws:sqs:${request.region}:${accountId}:${name}` }];
};

const onParameters = (action: string, namesOf: (request: AwsRequest) => readonly string[]): AuthorizationsOf => (request, { accountId }) => namesOf(request).map((name) => {
  // Parameters that AWS publishes belong to no account.
  const owner = name.startsWith('/aws/') ? '' : accountId;
  return { action, resource: `arn:aws:ssm:${request.region}:${owner}:parameter${name.startsWith('/') ? '' : '/'}${name}` };
});

const onLogStream = (action: string): AuthorizationsOf => (request, { accountId }) => {
  const body = jsonBody(request);
  // AWS leaves out the name of a stream that is yet to be made.
  const stream = action === 'logs:CreateLogStream' ? '' : textAt(body, 'logStreamName') ?? '';
  return [{ action, resource: `arn:aws:logs:${request.region}:${accountId}:log-group:${textAt(body, 'logGroupName') ?? ''}:log-stream:${stream}` }];
};

/** An action on an instance profile. Its path is part of its ARN, so the account is asked for it. */
const onInstanceProfile = (action: string): AuthorizationsOf => async ({ parameters }, context) => {
  const known = await context.resources.instanceProfile(parameters.get('InstanceProfileName') ?? '');
  const resource = known?.arn ?? newInstanceProfileArn(parameters, context);
  return [{ action, resource, keys: requestTagKeys(memberTags(parameters)), tags: () => Promise.resolve(known?.tags ?? {}) }];
};

function newInstanceProfileArn(parameters: URLSearchParams, { accountId }: AuthorizationContext): string {
  return `arn:aws:iam::${accountId}:instance-profile${parameters.get('Path') ?? '/'}${parameters.get('InstanceProfileName') ?? ''}`;
}

/** By service and operation, for all who may not do everything. */
export const SERVICE_AUTHORIZATIONS: Readonly<Record<string, AuthorizationsOf>> = {
  'cloudformation CreateChangeSet': onStack('cloudformation:CreateChangeSet'),
  'cloudformation CreateStack': onStack('cloudformation:CreateStack'),
  'cloudformation UpdateStack': onStack('cloudformation:UpdateStack'),
  'cloudformation DeleteStack': onStack('cloudformation:DeleteStack'),
  'sqs ReceiveMessage': onQueue('sqs:ReceiveMessage'),
  'sqs DeleteMessage': onQueue('sqs:DeleteMessage'),
  'sqs DeleteMessageBatch': onQueue('sqs:DeleteMessage'),
  'sqs SendMessage': onQueue('sqs:SendMessage'),
  'sqs GetQueueUrl': onQueue('sqs:GetQueueUrl'),
  'sqs GetQueueAttributes': onQueue('sqs:GetQueueAttributes'),
  'ssm GetParameter': onParameters('ssm:GetParameter', (request) => [textAt(jsonBody(request), 'Name') ?? '']),
  'ssm GetParameters': onParameters('ssm:GetParameters', (request) => arrayAt(jsonBody(request), 'Names').flatMap((name) => typeof name === 'string' ? [name] : [])),
  'ssm GetParametersByPath': onParameters('ssm:GetParametersByPath', (request) => [textAt(jsonBody(request), 'Path') ?? '']),
  'logs CreateLogStream': onLogStream('logs:CreateLogStream'),
  'logs PutLogEvents': onLogStream('logs:PutLogEvents'),
  'states StartExecution': (request) => [{ action: 'states:StartExecution', resource: textAt(jsonBody(request), 'stateMachineArn') ?? '' }],
  'pricing GetProducts': () => [onAnything('pricing:GetProducts')],
  'ecr-public GetAuthorizationToken': () => [
    onAnything('ecr-public:GetAuthorizationToken'),
    { ...onAnything('sts:GetServiceBearerToken'), keys: { 'sts:AWSServiceName': 'ecr-public.amazonaws.com' } },
  ],
  'iam GetInstanceProfile': onInstanceProfile('iam:GetInstanceProfile'),
  'iam CreateInstanceProfile': ({ parameters }, context) => [
    { action: 'iam:CreateInstanceProfile', resource: newInstanceProfileArn(parameters, context), keys: requestTagKeys(memberTags(parameters)) },
  ],
  'iam TagInstanceProfile': onInstanceProfile('iam:TagInstanceProfile'),
  'iam RemoveRoleFromInstanceProfile': onInstanceProfile('iam:RemoveRoleFromInstanceProfile'),
  'iam DeleteInstanceProfile': onInstanceProfile('iam:DeleteInstanceProfile'),
  'iam AddRoleToInstanceProfile': async (request, context) => [
    ...await onInstanceProfile('iam:AddRoleToInstanceProfile')(request, context),
    passRole(await context.resources.roleArn(request.parameters.get('RoleName') ?? ''), 'ec2.amazonaws.com'),
  ],
  'iam ListInstanceProfiles': () => [onAnything('iam:ListInstanceProfiles')],
};

import { startStubUpstream, type StubAnswer, type StubRequest } from '../aws-answers/stub-upstream';

/** An operation that was asked for, with its parameters as they were sent. */
export interface RecordedCall {
  readonly operation: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Stands for an empty AWS that accepts every request except those that it is told to refuse. */
export interface RecordingAws {
  readonly endpoint: string;
  readonly calls: readonly RecordedCall[];
  callsOf(operation: string): readonly RecordedCall['parameters'][];
  stop(): Promise<void>;
}

/** What is answered differently from the usual. */
export interface RecordingAwsOptions {
  /** Operation whose requests are refused. */
  readonly refused?: string;
  /** Code of the refusal. @default 'Refused' */
  readonly refusedAs?: string;
  /** Bodies by operation, in the place of the usual ones. */
  readonly bodies?: Readonly<Record<string, string>>;
}

const DEFAULT_SUBNETS = ['subnet-default-a', 'subnet-default-b']
  .map((id) => `<item><subnetId>${id}</subnetId><defaultForAz>true</defaultForAz></item>`).join('');

/** Answers by operation. `#` is replaced by the number of the call. */
const BODIES: Readonly<Record<string, string>> = {
  DescribeSubnets: `<DescribeSubnetsResponse><subnetSet>${DEFAULT_SUBNETS}</subnetSet></DescribeSubnetsResponse>`,
  DeleteSubnet: '<DeleteSubnetResponse><return>true</return></DeleteSubnetResponse>',
  CreateVpc: '<CreateVpcResponse><vpc><vpcId>vpc-#</vpcId></vpc></CreateVpcResponse>',
  CreateSubnet: '<CreateSubnetResponse><subnet><subnetId>subnet-#</subnetId></subnet></CreateSubnetResponse>',
  CreateSecurityGroup: '<CreateSecurityGroupResponse><groupId>sg-#</groupId></CreateSecurityGroupResponse>',
  CreateRole: '<CreateRoleResponse><CreateRoleResult><Role><Arn>arn:aws:iam::123456789012:role/#</Arn></Role></CreateRoleResult></CreateRoleResponse>',
  CreateQueue: '{"QueueUrl":"http://127.0.0.1/123456789012/queue-#"}',
  CreateCluster: '{"cluster":{"arn":"arn:aws:eks:ap-northeast-2:123456789012:cluster/#"}}',
};

/** Starts it on a free port of loopback. */
export async function startRecordingAws({ refused, refusedAs = 'Refused', bodies = {} }: RecordingAwsOptions = {}): Promise<RecordingAws> {
  const calls: RecordedCall[] = [];
  const upstream = await startStubUpstream();
  const answer: StubAnswer = (request, response) => {
    const call = readCall(request);
    calls.push(call);
    const isXml = request.headers['content-type']?.startsWith('application/x-www-form') === true;
    const status = call.operation === refused ? 400 : 200;
    const body = status === 200 ? bodies[call.operation] ?? BODIES[call.operation] : refusal(refusedAs, isXml, request.headers.authorization ?? '');
    response.writeHead(status, { 'content-type': isXml ? 'text/xml' : 'application/json', ...(status === 400 && { 'x-amzn-errortype': refusedAs }) });
    response.end(body?.replaceAll('#', String(calls.length)));
  };
  upstream.answerWith(answer);
  return {
    endpoint: upstream.url,
    calls,
    callsOf: (operation) => calls.filter((call) => call.operation === operation).map(({ parameters }) => parameters),
    stop: () => upstream.stop(),
  };
}

function refusal(code: string, isXml: boolean, authorization: string): string {
  if (!isXml) return '{"message":"not today"}';
  const error = `<Error><Code>${code}</Code><Message>not today</Message></Error>`;
  return authorization.includes('/ec2/') ? `<Response><Errors>${error}</Errors></Response>` : `<ErrorResponse>${error}</ErrorResponse>`;
}

function readCall({ method, target, headers, body }: StubRequest): RecordedCall {
  const jsonTarget = headers['x-amz-target'];
  if (typeof jsonTarget === 'string') return { operation: jsonTarget.slice(jsonTarget.indexOf('.') + 1), parameters: JSON.parse(body) as Record<string, unknown> };
  if (headers['content-type']?.startsWith('application/x-www-form') !== true) {
    return { operation: method === 'POST' && target === '/clusters' ? 'CreateCluster' : `${method} ${target}`, parameters: JSON.parse(body === '' ? '{}' : body) as Record<string, unknown> };
  }
  const { Action = '', ...parameters } = Object.fromEntries(new URLSearchParams(body));
  return { operation: Action, parameters };
}

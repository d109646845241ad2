import { type JsonObject, type JsonValue, textAt } from '../../../../lib/json';
import type { PlayedTypes } from '../../../../lib/rehearsal/cloud-formation/types/played-types';
import { startStubUpstream, type StubUpstream } from '../../aws-answers/stub-upstream';
import { request, typeOf, typesAt } from './asking';

/** An answer of a service: its JSON, or the error that it is. */
type Answer = JsonObject | { readonly fault: string };

describe('the types whose services the account plays itself', () => {
  let upstream: StubUpstream;
  let types: PlayedTypes;
  const asked: { readonly what: string; readonly body: JsonObject }[] = [];

  /** What is answered to a request, one after the other; the last one stays. */
  const answers = new Map<string, Answer[]>();
  const willAnswer = (what: string, ...given: Answer[]): void => void answers.set(what, given);
  const bodyOf = (what: string): JsonObject | undefined => asked.find((each) => each.what === what)?.body;
  const countOf = (what: string): number => asked.filter((each) => each.what === what).length;

  beforeEach(async () => {
    asked.length = 0;
    answers.clear();
    upstream = await startStubUpstream();
    upstream.answerWith(({ method, target, headers, body }, response) => {
      const operation = headers['x-amz-target'];
      const what = typeof operation === 'string' ? operation.slice(operation.indexOf('.') + 1) : `${method} ${target}`;
      asked.push({ what, body: JSON.parse(body === '' ? '{}' : body) as JsonObject });
      const left = answers.get(what) ?? [];
      const answer = (left.length > 1 ? left.shift() : left[0]) ?? {};
      const fault = textAt(answer, 'fault');
      response.writeHead(fault === undefined ? 200 : 400, { 'content-type': 'application/json', ...(fault !== undefined && { 'x-amzn-errortype': fault }) });
      response.end(JSON.stringify(fault === undefined ? answer : { message: `${fault} it is`, __type: fault }));
    });
    types = typesAt(upstream.url);
  });

  afterEach(async () => {
    types.close();
    await upstream.stop();
  });

  const cluster = (status: string): JsonObject => ({
    cluster: {
      name: 'lab', arn: 'arn:aws:eks:ap-northeast-2:123456789012:cluster/lab', status, endpoint: 'https://127.0.0.1:6443',
      certificateAuthority: { data: 'CA' }, resourcesVpcConfig: { clusterSecurityGroupId: 'sg-1' },
    },
  });
  const CLUSTER: JsonObject = {
    Name: 'lab',
    Version: '1.35',
    RoleArn: 'arn:aws:iam::123456789012:role/cluster',
    AccessConfig: { AuthenticationMode: 'API', BootstrapClusterCreatorAdminPermissions: false },
    Logging: { ClusterLogging: { EnabledTypes: [{ Type: 'api' }] } },
    ResourcesVpcConfig: { SubnetIds: ['subnet-1'], EndpointPublicAccess: false },
    Tags: [{ Key: 'Course', Value: 'karpenter' }],
  };
  const existing = (properties: JsonObject, physicalId: string, attributes: Record<string, JsonValue> = {}) => ({ ...request(properties), physicalId, attributes });

  it('make a cluster, and wait until it is active', async () => {
    willAnswer('POST /clusters', cluster('CREATING'));
    willAnswer('GET /clusters/lab', cluster('CREATING'), cluster('ACTIVE'));
    const initiated: string[] = [];
    const made = await typeOf(types, 'AWS::EKS::Cluster').create(request(CLUSTER, { initiated: (id) => initiated.push(id) }));
    expect(bodyOf('POST /clusters')).toMatchObject({
      name: 'lab',
      version: '1.35',
      accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
      logging: { clusterLogging: [{ types: ['api'], enabled: true }, { types: ['audit', 'authenticator', 'controllerManager', 'scheduler'], enabled: false }] },
      resourcesVpcConfig: { subnetIds: ['subnet-1'], endpointPublicAccess: false },
      tags: { 'Course': 'karpenter', 'aws:cloudformation:logical-id': 'Thing' },
      clientRequestToken: 'token-1',
    });
    expect(countOf('GET /clusters/lab')).toBe(2);
    expect(initiated).toEqual(['lab']);
    expect(made).toEqual({ physicalId: 'lab', attributes: expect.objectContaining({ ClusterSecurityGroupId: 'sg-1', CertificateAuthorityData: 'CA', Endpoint: 'https://127.0.0.1:6443' }) });
  });

  it('change one thing of a cluster after the other', async () => {
    willAnswer('POST /clusters/lab/update-config', { update: { id: 'u1', status: 'InProgress' } });
    willAnswer('GET /clusters/lab/updates/u1', { update: { id: 'u1', status: 'InProgress' } }, { update: { id: 'u1', status: 'Successful' } });
    willAnswer('GET /clusters/lab', cluster('ACTIVE'));
    const properties = { ...CLUSTER, ResourcesVpcConfig: { SubnetIds: ['subnet-1'], EndpointPublicAccess: true }, Logging: { ClusterLogging: { EnabledTypes: [] } } };
    await typeOf(types, 'AWS::EKS::Cluster').update?.(existing(properties, 'lab'), { physicalId: 'lab', attributes: {}, properties: CLUSTER });
    const changes = asked.filter(({ what }) => what === 'POST /clusters/lab/update-config').map(({ body }) => Object.keys(body).filter((key) => key !== 'clientRequestToken'));
    expect(changes).toEqual([['logging'], ['resourcesVpcConfig']]);
    expect(asked.find(({ body }) => 'resourcesVpcConfig' in body && !('name' in body))?.body['resourcesVpcConfig']).toEqual({ endpointPublicAccess: true });
    expect(countOf('GET /clusters/lab/updates/u1')).toBe(3);
  });

  it('delete a cluster, and wait until it is gone', async () => {
    willAnswer('GET /clusters/lab', cluster('DELETING'), { fault: 'ResourceNotFoundException' });
    await typeOf(types, 'AWS::EKS::Cluster').delete(existing(CLUSTER, 'lab'));
    expect([countOf('DELETE /clusters/lab'), countOf('GET /clusters/lab')]).toEqual([1, 2]);
  });

  it('fail while node groups hold a cluster, by a name at which CloudFormation tries again', async () => {
    willAnswer('DELETE /clusters/lab', { fault: 'ResourceInUseException' });
    await expect(typeOf(types, 'AWS::EKS::Cluster').delete(existing(CLUSTER, 'lab'))).rejects.toMatchObject({ name: 'ResourceInUseException' });
  });

  it('fail with what EKS says of nodes that do not join', async () => {
    const health = { issues: [{ code: 'NodeCreationFailure', message: 'Instances failed to join the kubernetes cluster', resourceIds: ['i-1', 'i-2'] }] };
    willAnswer('GET /clusters/lab/node-groups/system', { nodegroup: { status: 'CREATING' } }, { nodegroup: { status: 'CREATE_FAILED', health } });
    const call = typeOf(types, 'AWS::EKS::Nodegroup').create(request({ ClusterName: 'lab', NodegroupName: 'system', ForceUpdateEnabled: true, Tags: { Course: 'k' } }));
    await expect(call).rejects.toMatchObject({
      name: 'NotStabilized',
      message: '[Issue(Code=NodeCreationFailure, Message=Instances failed to join the kubernetes cluster, ResourceIds=[i-1, i-2])]',
    });
    expect(bodyOf('POST /clusters/lab/node-groups')).toMatchObject({ tags: { Course: 'k' } });
    expect(bodyOf('POST /clusters/lab/node-groups')).not.toHaveProperty('forceUpdateEnabled');
  });

  it('give a principal its policies', async () => {
    const accessEntry = { accessEntryArn: 'arn:entry', clusterName: 'lab', principalArn: 'arn:role' };
    willAnswer('POST /clusters/lab/access-entries', { accessEntry });
    const made = await typeOf(types, 'AWS::EKS::AccessEntry').create(request({
      ClusterName: 'lab', PrincipalArn: 'arn:role', AccessPolicies: [{ PolicyArn: 'arn:policy', AccessScope: { Type: 'cluster' } }],
    }));
    expect(made).toEqual({ physicalId: 'arn:role|lab', attributes: { AccessEntryArn: 'arn:entry' } });
    expect(bodyOf('POST /clusters/lab/access-entries/arn%3Arole/access-policies')).toEqual({ policyArn: 'arn:policy', accessScope: { type: 'cluster' } });
  });

  it('keep the software of an add-on where the template says so', async () => {
    willAnswer('GET /clusters/lab/addons/vpc-cni', { fault: 'ResourceNotFoundException' });
    await typeOf(types, 'AWS::EKS::Addon').delete(existing({ ClusterName: 'lab', AddonName: 'vpc-cni', PreserveOnDelete: true }, 'lab|vpc-cni'));
    expect(countOf('DELETE /clusters/lab/addons/vpc-cni?preserve=true')).toBe(1);
  });

  it('make a function, wait until it can be called, and name it as CloudFormation does', async () => {
    upstream.answerWith(({ method, target, body }, response) => {
      asked.push({ what: method, body: JSON.parse(body === '' ? '{}' : body) as JsonObject });
      const name = decodeURIComponent(target.split('/').at(-1) ?? '');
      const State = countOf('GET') > 1 ? 'Active' : 'Pending';
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ Configuration: { FunctionName: name, FunctionArn: `arn:${name}`, State } }));
    });
    const made = await typeOf(types, 'AWS::Lambda::Function').create(request({
      Code: { S3Bucket: 'assets', S3Key: 'a.zip' }, Handler: 'index.handler', Role: 'arn:role', Runtime: 'nodejs24.x', LoggingConfig: { LogGroup: 'logs' },
    }));
    expect(made.physicalId).toMatch(/^lab-Thing-[A-Za-z0-9]{12}$/);
    expect(made.attributes).toEqual({ Arn: `arn:${made.physicalId}` });
    expect(bodyOf('POST')).toMatchObject({ FunctionName: made.physicalId, Code: { S3Bucket: 'assets', S3Key: 'a.zip' }, LoggingConfig: { LogGroup: 'logs' } });
    expect(countOf('GET')).toBe(2);
  });

  it('delete the version of a layer that they made', async () => {
    await typeOf(types, 'AWS::Lambda::LayerVersion').delete(existing({}, 'arn:aws:lambda:ap-northeast-2:123456789012:layer:lab-Thing-1:7'));
    expect(asked.map(({ what }) => decodeURIComponent(what))).toEqual(['DELETE /2018-10-31/layers/arn:aws:lambda:ap-northeast-2:123456789012:layer:lab-Thing-1/versions/7']);
  });

  it('make a state machine', async () => {
    willAnswer('CreateStateMachine', { stateMachineArn: 'arn:machine', creationDate: 0 });
    willAnswer('DescribeStateMachine', { name: 'machine', stateMachineArn: 'arn:machine' });
    const made = await typeOf(types, 'AWS::StepFunctions::StateMachine').create(request({ DefinitionString: '{"StartAt":"a"}', RoleArn: 'arn:role' }));
    expect(made).toEqual({ physicalId: 'arn:machine', attributes: { Arn: 'arn:machine', Name: 'machine', StateMachineRevisionId: 'INITIAL' } });
    expect(bodyOf('CreateStateMachine')).toMatchObject({ definition: '{"StartAt":"a"}', roleArn: 'arn:role', name: expect.stringMatching(/^lab-Thing-/) });
  });

  it('make one resource a token', async () => {
    willAnswer('CreateStateMachine', { stateMachineArn: 'arn:machine', creationDate: 0 });
    const type = typeOf(types, 'AWS::StepFunctions::StateMachine');
    const wanted = request({ DefinitionString: '{}', RoleArn: 'arn:role' });
    await Promise.all([type.create(wanted), type.create(wanted)]);
    await type.create({ ...wanted, token: 'token-2' });
    expect(countOf('CreateStateMachine')).toBe(2);
  });

  it('fail when nobody waits for them any longer', async () => {
    willAnswer('GET /clusters/lab', cluster('CREATING'));
    const abort = new AbortController();
    const call = typeOf(types, 'AWS::EKS::Cluster').create(request(CLUSTER, { signal: abort.signal, initiated: () => abort.abort(new Error('rolled back')) }));
    await expect(call).rejects.toThrow('rolled back');
  });
});

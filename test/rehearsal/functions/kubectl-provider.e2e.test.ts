import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { dirname, join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { CreateFunctionCommand, InvokeCommand, LambdaClient, PublishLayerVersionCommand, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { isJsonObject, type JsonObject, parseJson, textAt } from '../../../lib/json';
import { jsonAnswer } from '../../../lib/rehearsal/aws-answers/aws-answer';
import { freePorts } from '../../../lib/rehearsal/process/loopback';
import { ensureToolchain } from '../../../lib/rehearsal/toolchain/ensure-toolchain';
import type { Toolchain } from '../../../lib/rehearsal/toolchain/toolchain';
import { runContext } from '../../../lib/run-context';
import { fakeProgram, temporaryFolder } from '../fake-program';
import { type Moto, startMoto } from '../moto';
import { type PlayingAccount, startPlayingAccount, zipOf } from './playing-account';

const PROJECT = resolve(__dirname, '../../..');
const CDK = dirname(require.resolve('aws-cdk-lib/package.json'));
const LAYERS = ['@aws-cdk/asset-awscli-v1', '@aws-cdk/lambda-layer-kubectl-v35'];

const TIME_LIMIT_MS = 120_000;

/** Zips the files of a folder. */
function zipOfFolder(folder: string): Buffer {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => statSync(join(folder, path)).isFile());
  return zipOf(Object.fromEntries(files.map((path) => [path, readFileSync(join(folder, path), 'utf8')])));
}

describe('the CDK\'s kubectl provider, as a stack deploys it', () => {
  const folder = temporaryFolder();
  const started: ChildProcess[] = [];
  /** Where presigned URLs of tokens come from. */
  const tokens: string[] = [];
  /** CloudFormation's answers, by logical id. */
  const responses = new Map<string, JsonObject>();
  let toolchain: Toolchain;
  let reviewer: Server;
  let moto: Moto;
  let playing: PlayingAccount;
  let lambda: LambdaClient;
  let ports: Readonly<Record<'etcd' | 'peer' | 'api', number>>;

  beforeAll(async () => {
    toolchain = await ensureToolchain({ projectDirectory: PROJECT, env: process.env }, runContext());
    ports = await freePorts(['etcd', 'peer', 'api']);
    reviewer = await startTokenReviewer();
    startApiServer();
    moto = await startMoto([]);
    playing = await startPlayingAccount({
      moto: moto.url,
      python: toolchain.python,
      charts: toolchain.karpenterCharts,
      compression: 30,
      others: (request) => {
        if (request.operation === 'GET /clusters/lab') return () => ({ answer: jsonAnswer({ cluster: cluster() }) });
        if (!request.operation.startsWith('PUT /cloudformation-custom-resource-response/')) return undefined;
        return () => {
          const body = parseJson(request.body.toString('utf8'));
          if (isJsonObject(body)) responses.set(textAt(body, 'LogicalResourceId') ?? '', body);
          return { answer: { status: 200, headers: {}, body: '' } };
        };
      },
    });
    lambda = new LambdaClient({ ...playing.client, requestHandler: { requestTimeout: 0 } });
    await deployProvider();
    while (!existsSync(join(folder, 'certificates/apiserver.crt')) || !await isServing()) await new Promise((next) => setTimeout(next, 100));
  }, TIME_LIMIT_MS);

  afterAll(async () => {
    await playing.stop();
    await moto.stop();
    for (const child of started.toReversed()) {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    }
    reviewer.closeAllConnections();
    reviewer.close();
  });

  /** Lets everybody in who has a token, as a member of system:masters. */
  async function startTokenReviewer(): Promise<Server> {
    const server = createServer((incoming, outgoing) => {
      void buffer(incoming).then((body) => {
        const token = textAt(parseJson(body.toString('utf8')), 'spec', 'token') ?? '';
        tokens.push(Buffer.from(token.replace('k8s-aws-v1.', ''), 'base64url').toString('utf8'));
        outgoing.end(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status: { authenticated: true, user: { username: 'handler', groups: ['system:masters'] } } }));
      });
    });
    await new Promise<void>((next) => server.listen(0, '127.0.0.1', next));
    return server;
  }

  function startApiServer(): void {
    const address = reviewer.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(join(folder, 'key.pem'), privateKey.export({ type: 'pkcs1', format: 'pem' }));
    writeFileSync(join(folder, 'reviewer.json'), JSON.stringify({
      apiVersion: 'v1', kind: 'Config', 'current-context': 'a', users: [{ name: 'a' }],
      clusters: [{ name: 'a', cluster: { server: `http://127.0.0.1:${port}/` } }], contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    }));
    const etcd = `http://127.0.0.1:${ports.etcd}`;
    const start = (command: string, ...args: string[]) => started.push(spawn(command, args, { stdio: 'ignore' }));
    start(toolchain.etcd, '--data-dir', join(folder, 'etcd'), '--listen-client-urls', etcd, '--advertise-client-urls', etcd, '--listen-peer-urls', `http://127.0.0.1:${ports.peer}`, '--unsafe-no-fsync');
    start(
      toolchain.kubeApiserver, '--etcd-servers', etcd, '--bind-address', '127.0.0.1', '--secure-port', String(ports.api), '--cert-dir', join(folder, 'certificates'),
      '--service-account-issuer', 'https://kubernetes.default.svc', '--service-account-key-file', join(folder, 'key.pem'), '--service-account-signing-key-file', join(folder, 'key.pem'),
      '--authorization-mode', 'RBAC', '--authentication-token-webhook-config-file', join(folder, 'reviewer.json'), '--authentication-token-webhook-version', 'v1',
    );
  }

  async function isServing(): Promise<boolean> {
    return new Promise((next) => {
      const program = fakeProgram(folder, 'probe', `exec curl -ksf https://127.0.0.1:${ports.api}/readyz`);
      spawn(program, { stdio: 'ignore' }).once('exit', (code) => next(code === 0));
    });
  }

  function cluster(): JsonObject {
    const authority = readFileSync(join(folder, 'certificates/apiserver.crt')).toString('base64');
    return { name: 'lab', arn: 'arn:aws:eks:ap-northeast-2:123456789012:cluster/lab', status: 'ACTIVE', endpoint: `https://127.0.0.1:${ports.api}`, certificateAuthority: { data: authority } };
  }

  /** Uploads the code of the CDK, and makes its functions. */
  async function deployProvider(): Promise<void> {
    const s3 = new S3Client({ ...playing.client, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'assets', CreateBucketConfiguration: { LocationConstraint: 'ap-northeast-2' } }));
    const upload = async (key: string, body: Buffer) => {
      await s3.send(new PutObjectCommand({ Bucket: 'assets', Key: key, Body: body }));
      return { S3Bucket: 'assets', S3Key: key };
    };
    const layers: string[] = [];
    for (const [index, name] of LAYERS.entries()) {
      const content = await upload(`layers/${index}`, readFileSync(join(PROJECT, 'node_modules', name, 'lib/layer.zip')));
      const { LayerVersionArn = '' } = await lambda.send(new PublishLayerVersionCommand({ LayerName: `layer-${index}`, Content: content }));
      layers.push(LayerVersionArn);
    }
    const handler = await lambda.send(new CreateFunctionCommand({
      FunctionName: 'handler', Role: 'arn:aws:iam::123456789012:role/handler', Runtime: 'python3.13', Handler: 'index.handler', Timeout: 900, Layers: layers,
      Code: await upload('handler', zipOfFolder(join(CDK, 'custom-resource-handlers/dist/aws-eks-v2/kubectl-handler'))),
    }));
    await lambda.send(new CreateFunctionCommand({
      FunctionName: 'framework', Role: 'arn:aws:iam::123456789012:role/framework', Runtime: 'nodejs24.x', Handler: 'framework.onEvent', Timeout: 900,
      Environment: { Variables: { USER_ON_EVENT_FUNCTION_ARN: handler.FunctionArn ?? '' } },
      Code: await upload('framework', zipOfFolder(join(CDK, 'custom-resources/lib/provider-framework/runtime'))),
    }));
    await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 10, minDelay: 0.1, maxDelay: 0.1 }, { FunctionName: 'framework' });
  }

  /** Makes a custom resource as CloudFormation does, and gives what came back to its response URL. */
  async function make(ResourceType: string, LogicalResourceId: string, properties: JsonObject): Promise<JsonObject> {
    const event = {
      RequestType: 'Create', RequestId: LogicalResourceId, StackId: 'stack', LogicalResourceId, ResourceType,
      ResponseURL: `${playing.client.endpoint}/cloudformation-custom-resource-response/${LogicalResourceId}?token=1`,
      ResourceProperties: { ...properties, ClusterName: 'lab' },
    };
    await lambda.send(new InvokeCommand({ FunctionName: 'framework', Payload: Buffer.from(JSON.stringify(event)) }));
    return responses.get(LogicalResourceId) ?? {};
  }

  const MANIFEST = 'Custom::AWSCDK-EKS-KubernetesResource';
  const CHART = 'Custom::AWSCDK-EKS-HelmChart';
  const chart = (name: string, version = toolchain.versions.karpenter): JsonObject => ({
    Release: name, Chart: name, Version: version, Namespace: 'kube-system', Repository: `oci://public.ecr.aws/karpenter/${name}`,
    ...(name === 'karpenter' ? { Values: JSON.stringify({ settings: { clusterName: 'lab', interruptionQueue: 'lab' }, dnsPolicy: 'Default' }) } : {}),
  });

  it('applies a manifest with the kubectl of its layer, and with the token of its role', async () => {
    const made = await make(MANIFEST, 'Namespace', { Manifest: JSON.stringify([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'made' } }]), Overwrite: 'true' });
    expect(made).toMatchObject({ Status: 'SUCCESS' });
    expect(tokens[0]).toContain('X-Amz-Credential=handler%2F');
  }, TIME_LIMIT_MS);

  it('installs both charts of Karpenter with the helm of its layer', async () => {
    expect(await make(CHART, 'CrdChart', chart('karpenter-crd'))).toMatchObject({ Status: 'SUCCESS' });
    expect(await make(CHART, 'Chart', chart('karpenter'))).toMatchObject({ Status: 'SUCCESS' });
    const nodePool = { apiVersion: 'karpenter.sh/v1', kind: 'NodePool', metadata: { name: 'default' }, spec: { template: { spec: { nodeClassRef: { group: 'a', kind: 'b', name: 'c' } } } } };
    const refused = await make(MANIFEST, 'NodePool', { Manifest: JSON.stringify([nodePool]) });
    expect(refused).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('spec.template.spec.requirements: Required value') });
  }, TIME_LIMIT_MS);

  it('fails for a version of the chart that is not there, in the registry\'s words', async () => {
    expect(await make(CHART, 'Missing', chart('karpenter', '9.9.9'))).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('public.ecr.aws/karpenter/karpenter:9.9.9: not found') });
  }, TIME_LIMIT_MS);
});

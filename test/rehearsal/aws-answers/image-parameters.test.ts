import {
  GetParameterCommand, GetParametersByPathCommand, GetParametersCommand, paginateGetParametersByPath, SSMClient, type GetParametersByPathCommandInput,
} from '@aws-sdk/client-ssm';
import { NODE_IMAGE_KINDS, nodeImageId, nodeImageName } from '../../../lib/rehearsal/aws-answers/node-image';
import { faultOf, sdkConfiguration, startAnswering, type Answering } from './answering';
import { imagesOf } from './small-market';
import { EMPTY_XML, type StubAnswer } from './stub-upstream';

const TREE = '/aws/service/eks/optimized-ami';
const STANDARD = `${TREE}/1.35/amazon-linux-2023/x86_64/standard`;
const PINNED = `${STANDARD}/amazon-eks-node-al2023-x86_64-standard-1.35-v20260917/image_id`;

const MOTO_PARAMETER: StubAnswer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end('{"Parameter":{"Value":"from moto"},"Parameters":[{"Value":"from moto"}]}');
};

describe('parameters of images', () => {
  let answering: Answering;
  let client: SSMClient;
  const valueOf = async (name: string) => (await client.send(new GetParameterCommand({ Name: name }))).Parameter?.Value;
  const byPath = (input: Partial<GetParametersByPathCommandInput>) => client.send(new GetParametersByPathCommand({ Path: TREE, ...input }));

  beforeAll(async () => {
    answering = await startAnswering({ images: imagesOf('v20260917', 'v20260801') });
    client = new SSMClient(sdkConfiguration(answering.url));
  });

  afterEach(() => answering.upstream.answerWith(EMPTY_XML));

  afterAll(async () => {
    client.destroy();
    await answering.stop();
  });

  it.each(NODE_IMAGE_KINDS)('name the pinned image of $architecture $variant [ssm-pinned] [ssm-id]', async (kind) => {
    const image = { ...kind, kubernetesVersion: '1.35', release: 'v20260801' };
    const name = `${TREE}/1.35/amazon-linux-2023/${kind.architecture}/${kind.variant}/${nodeImageName(image)}/image_id`;
    await expect(valueOf(name)).resolves.toBe(nodeImageId(image));
  });

  it('recommend the newest image [ssm-recommended]', async () => {
    await expect(valueOf(`${STANDARD}/recommended/image_id`)).resolves.toBe(await valueOf(PINNED));
  });

  it('have all that SSM says of a parameter', async () => {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: PINNED }));
    expect(Parameter).toEqual({
      ARN: `arn:aws:ssm:ap-northeast-2::parameter${PINNED}`,
      DataType: 'text',
      LastModifiedDate: new Date('2026-09-17T00:00:00Z'),
      Name: PINNED,
      Type: 'String',
      Value: 'ami-7bf45074643fa38d3',
      Version: 1,
    });
  });

  it('fails when there is no such image [ssm-missing]', async () => {
    await expect(faultOf(valueOf(PINNED.replace('v20260917', 'v20260916')))).resolves.toBe('ParameterNotFound');
    await expect(faultOf(valueOf(PINNED.replace('/1.35/', '/1.34/')))).resolves.toBe('ParameterNotFound');
    await expect(faultOf(valueOf(TREE))).resolves.toBe('ParameterNotFound');
  });

  it('come several at a time, with the missing ones named [ssm-missing] [ssm-many]', async () => {
    const { Parameters, InvalidParameters } = await client.send(new GetParametersCommand({ Names: [PINNED, `${STANDARD}/x/image_id`] }));
    expect([Parameters?.map(({ Name }) => Name), InvalidParameters]).toEqual([[PINNED], [`${STANDARD}/x/image_id`]]);
  });

  it('fails when more than ten names are asked for at once [ssm-many]', async () => {
    const names = Array.from({ length: 11 }, (_, index) => `${STANDARD}/${index}/image_id`);
    await expect(faultOf(client.send(new GetParametersCommand({ Names: names })))).resolves.toBe('ValidationException');
  });

  it('are found by path, right below it or at any depth [ssm-path]', async () => {
    expect((await byPath({ Path: STANDARD })).Parameters).toEqual([]);
    expect((await byPath({ Path: `${STANDARD}/recommended/` })).Parameters?.map(({ Name }) => Name)).toEqual([`${STANDARD}/recommended/image_id`]);
    const names: string[] = [];
    for await (const page of paginateGetParametersByPath({ client }, { Path: TREE, Recursive: true })) {
      expect(page.Parameters?.length).toBeLessThanOrEqual(10);
      names.push(...(page.Parameters ?? []).map(({ Name }) => Name ?? ''));
    }
    // Two releases and "recommended", of five kinds.
    expect(names).toHaveLength(15);
    expect(names).toEqual([...names].sort());
  });

  it('fails when a page by path is asked for in ways that SSM does not know [ssm-path]', async () => {
    await expect(faultOf(byPath({ MaxResults: 11 }))).resolves.toBe('ValidationException');
    await expect(faultOf(byPath({ NextToken: 'from-99' }))).resolves.toBe('InvalidNextToken');
    await expect(faultOf(byPath({ ParameterFilters: [{ Key: 'Type', Values: ['String'] }] }))).resolves.toBe('ValidationException');
  });

  it('are moto\'s outside the tree [ssm-elsewhere]', async () => {
    answering.upstream.answerWith(MOTO_PARAMETER);
    await expect(valueOf('/lab/mine')).resolves.toBe('from moto');
    await expect(valueOf(`${TREE}-other`)).resolves.toBe('from moto');
    const many = await client.send(new GetParametersCommand({ Names: ['/lab/mine'] }));
    const below = await byPath({ Path: '/aws/service' });
    expect([many.Parameters?.[0]?.Value, below.Parameters?.[0]?.Value]).toEqual(['from moto', 'from moto']);
  });

  it('fails when names inside and outside the tree are asked for at once [ssm-elsewhere]', async () => {
    await expect(faultOf(client.send(new GetParametersCommand({ Names: [PINNED, '/lab/mine'] })))).resolves.toBe('ValidationException');
  });
});

import { IAMClient, ListInstanceProfilesCommand } from '@aws-sdk/client-iam';
import { mockClient } from 'aws-sdk-client-mock';
import type { AwsRequest } from '../../../lib/rehearsal/aws-answers/aws-request';
import { listInstanceProfiles } from '../../../lib/rehearsal/iam/instance-profile-list';

const iam = new IAMClient({ region: 'ap-northeast-2' });
const mocked = mockClient(iam);
const profile = (name: string, path: string) => ({
  InstanceProfileName: name, Path: path, InstanceProfileId: 'AIPA', Arn: `arn:aws:iam::123456789012:instance-profile${path}${name}`, CreateDate: new Date(0),
  Roles: [{ RoleName: 'node', Path: '/', RoleId: 'AROA', Arn: 'arn:aws:iam::123456789012:role/node', CreateDate: new Date(0), AssumeRolePolicyDocument: '{}' }],
});

/** Names of the profiles in the answer to a request with these parameters. */
async function namesFor(parameters: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const request = { operation: 'ListInstanceProfiles', parameters: new URLSearchParams(parameters) } as unknown as AwsRequest;
  const { body } = await listInstanceProfiles(request, iam);
  return [...body.matchAll(/<InstanceProfileName>([^<]+)</g)].map(([, name]) => name ?? '');
}

describe('the instance profiles of an account', () => {
  beforeEach(() => {
    mocked.reset();
    mocked.on(ListInstanceProfilesCommand).resolves({
      IsTruncated: false,
      InstanceProfiles: [profile('eks-1', '/'), profile('lab_1', '/karpenter/ap-northeast-2/lab/uid/'), profile('lab_2', '/karpenter/ap-northeast-2/lab-2/uid/')],
    });
  });

  it('are all listed without a path', async () => {
    await expect(namesFor({})).resolves.toEqual(['eks-1', 'lab_1', 'lab_2']);
  });

  it('are those below a path alone, by which Karpenter tells its own from everybody else\'s', async () => {
    await expect(namesFor({ PathPrefix: '/karpenter/ap-northeast-2/lab/' })).resolves.toEqual(['lab_1']);
  });
});

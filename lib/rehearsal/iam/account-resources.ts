import { DescribeLaunchTemplateVersionsCommand, DescribeTagsCommand, type EC2Client, type LaunchTemplateVersion } from '@aws-sdk/client-ec2';
import { GetInstanceProfileCommand, GetRoleCommand, type IAMClient } from '@aws-sdk/client-iam';
import { NO_SUCH_ENTITY, unlessAbsent } from '../../aws/aws-failure';
import type { AccountResources, KnownInstanceProfile, KnownLaunchTemplate, LaunchTemplateChoice, TagValues } from './authorization';

/** Names by which EC2 says that it has no such launch template, or no such version of it. */
const NO_LAUNCH_TEMPLATE = ['InvalidLaunchTemplateName.NotFoundException', 'InvalidLaunchTemplateId.NotFound', 'InvalidLaunchTemplateId.VersionNotFound'] as const;

/** Looks the resources of requests up in moto, anew for each. */
export class MotoResources implements AccountResources {
  constructor(private readonly aws: { readonly ec2: EC2Client; readonly iam: IAMClient }, private readonly accountId: string) {}

  async ec2Tags(id: string): Promise<TagValues> {
    const { Tags: tags } = await this.aws.ec2.send(new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: [id] }] }));
    return iamTags(tags);
  }

  async launchTemplate({ id, name, version = '$Default' }: LaunchTemplateChoice): Promise<KnownLaunchTemplate | undefined> {
    const choice = { LaunchTemplateId: id, LaunchTemplateName: name, Versions: [version] };
    const found = await unlessAbsent(() => this.aws.ec2.send(new DescribeLaunchTemplateVersionsCommand(choice)), ...NO_LAUNCH_TEMPLATE);
    const [first] = found?.LaunchTemplateVersions ?? [];
    return first === undefined ? undefined : knownLaunchTemplate(first);
  }

  async roleArn(name: string): Promise<string> {
    const found = await unlessAbsent(() => this.aws.iam.send(new GetRoleCommand({ RoleName: name })), ...NO_SUCH_ENTITY);
    return found?.Role?.Arn ?? `arn:aws:iam::${this.accountId}:role/${name}`;
  }

  async instanceProfile(name: string): Promise<KnownInstanceProfile | undefined> {
    const found = await unlessAbsent(() => this.aws.iam.send(new GetInstanceProfileCommand({ InstanceProfileName: name })), ...NO_SUCH_ENTITY);
    const profile = found?.InstanceProfile;
    return profile?.Arn === undefined ? undefined : { arn: profile.Arn, roleArn: profile.Roles?.[0]?.Arn, tags: iamTags(profile.Tags) };
  }
}

/** Tags as SDKs write them, by key. */
export function iamTags(tags: readonly { readonly Key?: string; readonly Value?: string }[] = []): TagValues {
  return Object.fromEntries(tags.map(({ Key: key = '', Value: value = '' }) => [key, value]));
}

function knownLaunchTemplate({ LaunchTemplateId: id = '', LaunchTemplateData: data = {} }: LaunchTemplateVersion): KnownLaunchTemplate {
  const interfaces = data.NetworkInterfaces ?? [];
  const { Name: profileName, Arn: profileArn } = data.IamInstanceProfile ?? {};
  return {
    id,
    imageId: data.ImageId,
    subnetIds: interfaces.flatMap(({ SubnetId: subnetId }) => subnetId ?? []),
    securityGroupIds: [...data.SecurityGroupIds ?? [], ...interfaces.flatMap(({ Groups: groups = [] }) => groups)],
    instanceProfile: profileName ?? profileArn?.slice(profileArn.lastIndexOf('/') + 1),
    isSpot: data.InstanceMarketOptions?.MarketType === 'spot',
    tagsByType: new Map((data.TagSpecifications ?? []).map(({ ResourceType: type = '', Tags: tags }) => [type, iamTags(tags)])),
  };
}

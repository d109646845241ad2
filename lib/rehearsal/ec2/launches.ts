import { AssociateIamInstanceProfileCommand, CreateTagsCommand, DescribeImagesCommand, DescribeSubnetsCommand, type EC2Client, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import { GetInstanceProfileCommand } from '@aws-sdk/client-iam';
import { isAwsError, NO_SUCH_ENTITY } from '../../aws/aws-failure';
import { arrayAt, type JsonObject, objectAt, textAt } from '../../json';
import type { PriceTable } from '../../plan/price-table';
import type { Account } from '../account';
import { AwsFault, type AwsRequest, withParameters } from '../aws-answers/aws-request';
import { tagsFor } from './launch-request';
import { askMoto, type MotoAws, motoFault } from './moto-aws';
import { formParameters } from './query-form';
import type { CapacityType } from './fleet-offers';

/** What launches need. */
export interface LaunchesOptions {
  readonly prices: PriceTable;
  /** The most vCPUs that may run, on demand and spot each. @default - no limit */
  readonly vcpuQuota?: number;
  /** Told of each instance once it is launched. */
  readonly onLaunched: (instanceId: string) => void;
}

/** Instances that were launched. */
export interface Launched {
  readonly instanceIds: readonly string[];
  /** moto's answer to RunInstances. */
  readonly body: string;
}

/** EC2's words of a processor architecture, by Kubernetes'. */
const EC2_ARCHITECTURES: Readonly<Record<string, string>> = { amd64: 'x86_64', arm64: 'arm64' };

/** Launches instances in moto, after the checks that EC2 makes and moto does not. */
export class Launches {
  constructor(
    private readonly account: Pick<Account, 'moto' | 'run'>,
    private readonly aws: MotoAws,
    private readonly options: LaunchesOptions,
  ) {}

  /**
   * Checks a launch as EC2 does before it begins.
   *
   * @param launch a complete launch, in the words of a RunInstances request
   * @throws AwsFault for an image that does not exist or is of another architecture, and for an instance profile that does not
   * exist or has no role
   */
  async check(launch: JsonObject): Promise<void> {
    await this.checkImage(launch);
    await this.checkProfile(objectAt(launch, 'IamInstanceProfile'));
  }

  /**
   * Launches instances.
   *
   * @param request the caller's: whoever signs it launches
   * @param launch a complete launch that was checked
   * @throws AwsFault for a quota that would be passed, and what moto says
   */
  async run(request: AwsRequest, launch: JsonObject): Promise<Launched> {
    await this.checkQuota(launch);
    const body = await askMoto(withParameters(request, formParameters({ ...launch, Action: 'RunInstances', Version: EC2_VERSION })), this.account);
    const instanceIds = [...new Set([...body.matchAll(/<instanceId>(i-[0-9a-f]+)<\/instanceId>/g)].map(([, id = '']) => id))];
    await this.giveProfile(instanceIds.slice(1), objectAt(launch, 'IamInstanceProfile'));
    await this.tagInterfaces(body, tagsFor('network-interface', launch));
    for (const id of instanceIds) this.options.onLaunched(id);
    return { instanceIds, body };
  }

  private async checkImage(launch: JsonObject): Promise<void> {
    const imageId = textAt(launch, 'ImageId');
    if (imageId === undefined) throw new AwsFault('MissingParameter', 'The request must contain the parameter ImageId');
    const { Images: [image] = [] } = await this.aws.ec2.send(new DescribeImagesCommand({ Filters: [{ Name: 'image-id', Values: [imageId] }] }));
    if (image === undefined) throw new AwsFault('InvalidAMIID.NotFound', `The image id '[${imageId}]' does not exist`);

    const instanceType = textAt(launch, 'InstanceType') ?? '';
    const type = this.options.prices.instanceTypes.find(({ name }) => name === instanceType);
    const architecture = type === undefined ? undefined : EC2_ARCHITECTURES[type.architecture];
    if (architecture === undefined || architecture === image.Architecture) return;
    throw new AwsFault('InvalidParameterValue',
      `The architecture '${architecture}' of the specified instance type does not match the architecture '${image.Architecture}' of the specified AMI.`
      + ' Specify an instance type and an AMI that have matching architectures, and try again.'
      + " You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.");
  }

  private async checkProfile(profile: JsonObject): Promise<void> {
    const arn = textAt(profile, 'Arn');
    const name = textAt(profile, 'Name') ?? arn?.slice(arn.lastIndexOf('/') + 1);
    if (name === undefined) return;
    try {
      const { InstanceProfile } = await this.aws.iam.send(new GetInstanceProfileCommand({ InstanceProfileName: name }));
      if ((InstanceProfile?.Roles ?? []).length > 0) return;
      throw new AwsFault('InvalidParameterValue', `IAM Instance Profile "${InstanceProfile?.Arn ?? name}" has no associated IAM Roles`);
    } catch (error) {
      if (!isAwsError(error, ...NO_SUCH_ENTITY)) throw error;
      throw new AwsFault('InvalidParameterValue', `Value (${name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`);
    }
  }

  private async checkQuota(launch: JsonObject): Promise<void> {
    const { vcpuQuota } = this.options;
    if (vcpuQuota === undefined) return;
    const capacityType = launchMarketOf(launch);
    const wanted = this.vcpusOf(textAt(launch, 'InstanceType')) * Number(textAt(launch, 'MinCount') ?? 1);
    if (await this.runningVcpus(capacityType) + wanted <= vcpuQuota) return;
    throw capacityType === 'spot'
      ? new AwsFault('MaxSpotInstanceCountExceeded', 'Max spot instance count exceeded')
      : new AwsFault('VcpuLimitExceeded',
        `You have requested more vCPU capacity than your current vCPU limit of ${vcpuQuota} allows for the instance bucket that the specified instance type belongs to.`
        + ' Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.');
  }

  private async runningVcpus(capacityType: CapacityType): Promise<number> {
    let vcpus = 0;
    const pages = paginateDescribeInstances({ client: this.aws.ec2 }, { Filters: [{ Name: 'instance-state-name', Values: ['pending', 'running'] }] });
    for await (const { Reservations = [] } of pages) {
      for (const { InstanceType, InstanceLifecycle } of Reservations.flatMap(({ Instances = [] }) => Instances)) {
        if ((InstanceLifecycle === 'spot') === (capacityType === 'spot')) vcpus += this.vcpusOf(InstanceType);
      }
    }
    return vcpus;
  }

  private vcpusOf(instanceType: string | undefined): number {
    return this.options.prices.instanceTypes.find(({ name }) => name === instanceType)?.vcpu ?? 0;
  }

  /** Of several instances moto gives the profile to the first one only. */
  private async giveProfile(instanceIds: readonly string[], profile: JsonObject): Promise<void> {
    const IamInstanceProfile = { Arn: textAt(profile, 'Arn'), Name: textAt(profile, 'Name') };
    if (IamInstanceProfile.Arn === undefined && IamInstanceProfile.Name === undefined) return;
    for (const InstanceId of instanceIds) await this.aws.ec2.send(new AssociateIamInstanceProfileCommand({ InstanceId, IamInstanceProfile }));
  }

  /** moto tags instances and volumes at their launch, and no interfaces. */
  private async tagInterfaces(body: string, tags: Readonly<Record<string, string>>): Promise<void> {
    const Resources = [...new Set([...body.matchAll(/<networkInterfaceId>(eni-[0-9a-f]+)<\/networkInterfaceId>/g)].map(([, id = '']) => id))];
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    if (Resources.length > 0 && Tags.length > 0) await this.aws.ec2.send(new CreateTagsCommand({ Resources, Tags }));
  }
}

/** Version of EC2's API. */
const EC2_VERSION = '2016-11-15';

/**
 * Availability Zone of a complete launch: that of its subnet.
 *
 * @throws AwsFault of moto for a subnet that it does not have; `UnsupportedOperation` for a launch without one
 */
export async function zoneOf(launch: JsonObject, ec2: EC2Client): Promise<string> {
  const [primary] = arrayAt(launch, 'NetworkInterface');
  const subnetId = textAt(primary, 'SubnetId');
  if (subnetId === undefined) throw new AwsFault('UnsupportedOperation', 'The rehearsal does not play launches without a subnet.');
  const { Subnets: [subnet] = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [subnetId] })).catch((error: unknown) => { throw motoFault(error); });
  return subnet?.AvailabilityZone ?? '';
}

/** How a launch is bought. */
export function launchMarketOf(launch: JsonObject): CapacityType {
  return textAt(launch, 'InstanceMarketOptions', 'MarketType') === 'spot' ? 'spot' : 'on-demand';
}

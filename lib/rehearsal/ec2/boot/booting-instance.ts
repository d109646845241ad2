import {
  DescribeImagesCommand, DescribeInstanceAttributeCommand, DescribeInstancesCommand, DescribeSubnetsCommand, DescribeVolumesCommand, type Instance,
} from '@aws-sdk/client-ec2';
import { gunzipSync } from 'node:zlib';
import { isAwsError } from '../../../aws/aws-failure';
import { NODE_GROUP_TAG, NODE_POOL_LABEL } from '../../../well-known-keys';
import { type NodeImage, parseNodeImageName } from '../../aws-answers/node-image';
import type { MotoAws } from '../moto-aws';

/** An instance as it finds itself when it boots. */
export interface BootingInstance {
  /** Such as `i-02fd00557cbb11e88`. */
  readonly id: string;
  readonly type: string;
  readonly zone: string;
  /** Such as `apne2-az2`. */
  readonly zoneId: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly securityGroupIds: readonly string[];
  readonly privateIp: string;
  /** Such as `ip-10-11-72-27.ap-northeast-2.compute.internal`. */
  readonly privateDnsName: string;
  /** Whether it has an address of the internet. */
  readonly isPublic: boolean;
  /** ARN of its instance profile. @default - it has none */
  readonly instanceProfileArn?: string;
  /** @default - its image is none of EKS's */
  readonly image?: NodeImage;
  /** GiB of its first volume. */
  readonly volumeGiB: number;
  /** Its user data, readable; empty where it has none. */
  readonly userData: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** GiB of a volume that moto does not describe: what the AL2023 image asks for. */
const IMAGE_VOLUME_GIB = 20;

/**
 * Reads an instance that runs.
 *
 * @returns undefined when it does not run any longer
 */
export async function readBootingInstance(aws: MotoAws, instanceId: string, region: string): Promise<BootingInstance | undefined> {
  const instance = await describedInstance(aws, instanceId);
  if (instance?.State?.Name !== 'running') return undefined;
  const { Subnets: [subnet] = [] } = await aws.ec2.send(new DescribeSubnetsCommand({ SubnetIds: [instance.SubnetId ?? ''] }));
  const { Images: [image] = [] } = await aws.ec2.send(new DescribeImagesCommand({ Filters: [{ Name: 'image-id', Values: [instance.ImageId ?? ''] }] }));
  const privateIp = instance.PrivateIpAddress ?? '';
  return {
    id: instanceId,
    type: instance.InstanceType ?? '',
    zone: instance.Placement?.AvailabilityZone ?? '',
    zoneId: subnet?.AvailabilityZoneId ?? '',
    vpcId: instance.VpcId ?? '',
    subnetId: instance.SubnetId ?? '',
    securityGroupIds: (instance.SecurityGroups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
    privateIp,
    privateDnsName: `ip-${privateIp.replaceAll('.', '-')}.${region}.compute.internal`,
    isPublic: (instance.PublicIpAddress ?? '') !== '',
    instanceProfileArn: instance.IamInstanceProfile?.Arn,
    image: parseNodeImageName(image?.Name ?? ''),
    volumeGiB: await volumeOf(aws, instance),
    userData: await userDataOf(aws, instanceId),
    tags: Object.fromEntries((instance.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
}

/** Whom a finding about an instance names: the NodePool or node group that it was launched for, and itself. */
export function instanceName({ id, tags }: Pick<BootingInstance, 'id' | 'tags'>): string {
  const nodePool = tags[NODE_POOL_LABEL];
  if (nodePool !== undefined) return `NodePool ${nodePool}, instance ${id}`;
  const nodeGroup = tags[NODE_GROUP_TAG];
  return nodeGroup === undefined ? `instance ${id}` : `node group ${nodeGroup}, instance ${id}`;
}

/** An instance as moto has it; undefined where it knows none. */
export async function describedInstance({ ec2 }: MotoAws, instanceId: string): Promise<Instance | undefined> {
  try {
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
    return Reservations.flatMap(({ Instances = [] }) => Instances)[0];
  } catch (error) {
    if (isAwsError(error, 'InvalidInstanceID.NotFound')) return undefined;
    throw error;
  }
}

async function volumeOf({ ec2 }: MotoAws, { BlockDeviceMappings: [first] = [] }: Instance): Promise<number> {
  const volumeId = first?.Ebs?.VolumeId;
  if (volumeId === undefined) return IMAGE_VOLUME_GIB;
  const { Volumes: [volume] = [] } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [volumeId] }));
  return volume?.Size ?? IMAGE_VOLUME_GIB;
}

async function userDataOf({ ec2 }: MotoAws, InstanceId: string): Promise<string> {
  const { UserData } = await ec2.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute: 'userData' }));
  const data = Buffer.from(UserData?.Value ?? '', 'base64');
  const isCompressed = data[0] === 0x1f && data[1] === 0x8b;
  return (isCompressed ? gunzipSync(data) : data).toString('utf8');
}

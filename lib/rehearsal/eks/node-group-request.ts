import {
  DescribeImagesCommand, DescribeInstanceTypesCommand, DescribeLaunchTemplateVersionsCommand, type LaunchTemplateVersion, type ResponseLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import { arrayAt, type JsonObject, numberAt, textAt } from '../../json';
import { readTexts } from '../../kubernetes/objects';
import { AMI_TYPE_ARCHITECTURES } from '../../preflight/image-checks';
import type { ActiveCluster, NodeGroup, NodeGroupTaint, NodeTemplate, ScalingConfig } from './cluster';
import { asParameter, subnetsOf } from './cluster-network';
import { eksDoesNotPlay, eksFault, type EksState, requirePlayedKeys } from './eks-state';

/** What a request asks of a node group, once it is checked. */
export type CheckedNodeGroup = Pick<
  NodeGroup,
  'name' | 'nodeRoleArn' | 'subnetIds' | 'instanceTypes' | 'hasOwnInstanceTypes' | 'amiType' | 'capacityType' | 'diskSizeGiB' | 'template' | 'labels' | 'taints' | 'scaling' | 'tags'
>;

/** What CreateNodegroup may say here. */
const PLAYED_KEYS: readonly string[] = [
  'amiType', 'capacityType', 'clientRequestToken', 'diskSize', 'instanceTypes', 'labels', 'launchTemplate', 'nodeRole', 'nodegroupName', 'releaseVersion',
  'scalingConfig', 'subnets', 'tags', 'taints', 'updateConfig', 'version',
];

const DEFAULT_DISK_GIB = 20;

/**
 * Reads a request for a node group, and checks what EKS checks before it launches anything.
 *
 * @throws AwsFault `InvalidParameterException` or `InvalidRequestException`
 */
export async function checkedNodeGroup(state: EksState, cluster: ActiveCluster, body: JsonObject): Promise<CheckedNodeGroup> {
  requirePlayedKeys(body, PLAYED_KEYS, 'a node group');
  const version = textAt(body, 'version') ?? cluster.version;
  if (version !== cluster.version) throw eksDoesNotPlay(`a node group of Kubernetes ${version} in a cluster of ${cluster.version}`);
  const amiType = textAt(body, 'amiType') ?? 'AL2023_x86_64_STANDARD';
  const launchTemplate = await readTemplate(state, body);
  const own = textsIn(body, 'instanceTypes');
  const ofTemplate = launchTemplate?.data.InstanceType;
  if (own.length > 0 && ofTemplate !== undefined) throw eksFault('InvalidRequestException', 'Cannot specify instance types in launch template and API request');
  const instanceTypes = ofTemplate === undefined ? (own.length > 0 ? own : ['t3.medium']) : [ofTemplate];
  await requireArchitecture(state, instanceTypes, amiType);
  const nodeRoleArn = textAt(body, 'nodeRole') ?? '';
  await requireNodeRole(state, nodeRoleArn);
  const subnetIds = textsIn(body, 'subnets');
  const subnets = await subnetsOf(state.ec2, subnetIds);
  if (subnets.length === 0 || subnets.some(({ VpcId }) => VpcId !== cluster.vpcId)) {
    throw eksFault('InvalidParameterException', `The subnets of a node group must be in the VPC of its cluster, ${cluster.vpcId}`);
  }
  return {
    name: textAt(body, 'nodegroupName') ?? '',
    nodeRoleArn,
    subnetIds,
    instanceTypes,
    hasOwnInstanceTypes: ofTemplate === undefined,
    amiType,
    capacityType: textAt(body, 'capacityType') === 'SPOT' ? 'SPOT' : 'ON_DEMAND',
    diskSizeGiB: numberAt(body, 'diskSize') ?? DEFAULT_DISK_GIB,
    template: await nodeTemplate(state, cluster, amiType, textAt(body, 'releaseVersion'), launchTemplate),
    labels: readTexts(body['labels']),
    taints: arrayAt(body, 'taints').map((taint): NodeGroupTaint => ({ key: textAt(taint, 'key') ?? '', value: textAt(taint, 'value'), effect: textAt(taint, 'effect') ?? '' })),
    scaling: checkedScaling(body),
    tags: readTexts(body['tags']),
  };
}

/**
 * What a group launches after a request to change its release or its launch template.
 *
 * @throws AwsFault `InvalidParameterException`
 */
export async function changedTemplate(state: EksState, cluster: ActiveCluster, group: NodeGroup, body: JsonObject): Promise<NodeTemplate> {
  const { launchTemplate: earlier } = group.template;
  const launchTemplate = await readTemplate(state, 'launchTemplate' in body || earlier === undefined ? body : { launchTemplate: { id: earlier.id, version: earlier.version } });
  return nodeTemplate(state, cluster, group.amiType, textAt(body, 'releaseVersion'), launchTemplate);
}

/**
 * How many nodes a group is to have.
 *
 * @param earlier what holds where the request says nothing
 * @throws AwsFault `InvalidParameterException`
 */
export function checkedScaling(body: JsonObject, earlier: ScalingConfig = { minSize: 1, maxSize: 2, desiredSize: 2 }): ScalingConfig {
  const scaling = {
    minSize: numberAt(body, 'scalingConfig', 'minSize') ?? earlier.minSize,
    maxSize: numberAt(body, 'scalingConfig', 'maxSize') ?? earlier.maxSize,
    desiredSize: numberAt(body, 'scalingConfig', 'desiredSize') ?? earlier.desiredSize,
  };
  const { minSize, maxSize, desiredSize } = scaling;
  if (minSize > maxSize) throw eksFault('InvalidParameterException', `Minimum capacity ${minSize} can't be greater than maximum size ${maxSize}`);
  if (desiredSize > maxSize) throw eksFault('InvalidParameterException', `Desired capacity ${desiredSize} can't be greater than max size ${maxSize}`);
  if (desiredSize < minSize) throw eksFault('InvalidParameterException', `Minimum capacity ${minSize} can't be greater than desired size ${desiredSize}`);
  return scaling;
}

/** A version of a launch template. */
interface ReadTemplate {
  readonly reference: { readonly id: string; readonly name: string; readonly version: string };
  readonly data: ResponseLaunchTemplateData;
}

/** Fields of a launch template that EKS sets itself, and what EKS could do with and a rehearsal does not. */
const REFUSED_FIELDS: readonly (keyof ResponseLaunchTemplateData)[] = ['IamInstanceProfile', 'HibernationOptions', 'InstanceMarketOptions'];
const UNPLAYED_FIELDS: readonly (keyof ResponseLaunchTemplateData)[] = ['ImageId', 'UserData', 'CapacityReservationSpecification'];

async function readTemplate(state: EksState, body: JsonObject): Promise<ReadTemplate | undefined> {
  const id = textAt(body, 'launchTemplate', 'id');
  const name = textAt(body, 'launchTemplate', 'name');
  if (id === undefined && name === undefined) return undefined;
  if ('diskSize' in body) throw eksFault('InvalidParameterException', 'Disk size must be specified within the launch template.');
  const { LaunchTemplateVersions: [version] = [] } = await asParameter(() => state.ec2.send(new DescribeLaunchTemplateVersionsCommand({
    LaunchTemplateId: id, LaunchTemplateName: id === undefined ? name : undefined, Versions: [textAt(body, 'launchTemplate', 'version') ?? '$Default'],
  })));
  if (version === undefined) throw eksFault('InvalidParameterException', 'The version of the launch template could not be found.');
  const data = version.LaunchTemplateData ?? {};
  const refused = REFUSED_FIELDS.filter((field) => data[field] !== undefined);
  if (refused.length > 0) {
    throw eksFault('InvalidParameterException', `Launch template ${version.LaunchTemplateId} should not specify ${refused.join(', ')}. The noted parameters in your launch template should be removed.`);
  }
  const unplayed = UNPLAYED_FIELDS.find((field) => data[field] !== undefined);
  if (unplayed !== undefined) throw eksDoesNotPlay(`${unplayed} in the launch template of a node group`);
  return { reference: referenceOf(version), data };
}

function referenceOf({ LaunchTemplateId = '', LaunchTemplateName = '', VersionNumber }: LaunchTemplateVersion) {
  return { id: LaunchTemplateId, name: LaunchTemplateName, version: String(VersionNumber ?? 1) };
}

async function nodeTemplate(state: EksState, cluster: ActiveCluster, amiType: string, releaseVersion: string | undefined, launchTemplate: ReadTemplate | undefined): Promise<NodeTemplate> {
  const { data } = launchTemplate ?? {};
  const groups = data?.SecurityGroupIds ?? data?.NetworkInterfaces?.[0]?.Groups ?? [];
  return {
    ...await imageOf(state, cluster, amiType, releaseVersion),
    securityGroupIds: groups.length > 0 ? groups : [cluster.clusterSecurityGroupId],
    launchTemplate: launchTemplate?.reference,
  };
}

/** EKS publishes its images as `amazon-eks-node-al2023-x86_64-standard-1.35-v20260917`; the release of it is `1.35.8-20260917`. */
async function imageOf({ ec2 }: EksState, { version }: ActiveCluster, amiType: string, releaseVersion: string | undefined): Promise<Pick<NodeTemplate, 'imageId' | 'releaseVersion'>> {
  const date = releaseVersion?.slice(releaseVersion.lastIndexOf('-') + 1);
  const name = `amazon-eks-node-al2023-${AMI_TYPE_ARCHITECTURES[amiType]}-standard-${version}-v${date ?? '*'}`;
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'], Filters: [{ Name: 'name', Values: [name] }] }));
  const newest = Images.toSorted((a, b) => (b.Name ?? '').localeCompare(a.Name ?? ''))[0];
  if (newest === undefined || releaseVersion?.startsWith(`${version}.`) === false) {
    throw eksFault('InvalidParameterException', `Requested release version ${releaseVersion ?? 'latest'} is not valid for kubernetes version ${version}.`);
  }
  return { imageId: newest.ImageId ?? '', releaseVersion: releaseVersion ?? `${version}-${(newest.Name ?? '').slice(-'20260917'.length)}` };
}

async function requireArchitecture({ ec2 }: EksState, instanceTypes: readonly string[], amiType: string): Promise<void> {
  const architecture = AMI_TYPE_ARCHITECTURES[amiType];
  if (architecture === undefined) throw eksDoesNotPlay(`node groups of the AMI type ${amiType}`);
  const { InstanceTypes = [] } = await asParameter(() => ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: instanceTypes.map((type) => type as never) })));
  const wrong = InstanceTypes.filter(({ ProcessorInfo }) => ProcessorInfo?.SupportedArchitectures?.some((each) => each === architecture) !== true);
  if (wrong.length > 0) {
    throw eksFault('InvalidParameterException', `[${wrong.map(({ InstanceType }) => InstanceType).join(', ')}] is not a valid instance type for requested amiType ${amiType}`);
  }
}

async function requireNodeRole(state: EksState, nodeRoleArn: string): Promise<void> {
  const role = await state.role(nodeRoleArn);
  if (role === undefined) throw eksFault('InvalidParameterException', `The role with name ${nodeRoleArn.slice(nodeRoleArn.lastIndexOf('/') + 1)} cannot be found.`);
  if (!role.trusted.some((service) => /^ec2\.amazonaws\.com(\.cn)?$/.test(service))) {
    throw eksFault('InvalidParameterException', 'Following required service principals [ec2.amazonaws.com] were not found in the trust relationships of nodeRole ' + nodeRoleArn);
  }
}

function textsIn(body: JsonObject, key: string): readonly string[] {
  return arrayAt(body, key).flatMap((value) => textAt(value) ?? []);
}

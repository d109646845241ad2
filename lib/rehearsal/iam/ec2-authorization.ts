import type { AwsRequest } from '../aws-answers/aws-request';
import { queryList } from '../aws-answers/ec2-query';
import { type Authorization, type AuthorizationContext, type AuthorizationsOf, type KnownLaunchTemplate, type LaunchTemplateChoice, passRole, requestTagKeys, type TagValues } from './authorization';

/** What operations of EC2 need. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html */
export const EC2_AUTHORIZATIONS: Readonly<Record<string, AuthorizationsOf>> = {
  'ec2 RunInstances': async (request, context) => {
    const { parameters } = request;
    const [template] = await launchTemplates(parameters, ['LaunchTemplate'], context);
    const interfaces = prefixesOf(parameters, 'NetworkInterface');
    const launch = launchOf(template === undefined ? [] : [template], {
      imageIds: textsOf(parameters, 'ImageId'),
      subnetIds: textsOf(parameters, 'SubnetId', ...interfaces.map((one) => `${one}.SubnetId`)),
      securityGroupIds: ['SecurityGroupId', ...interfaces.map((one) => `${one}.SecurityGroupId`)].flatMap((list) => queryList(parameters, list)),
      instanceProfiles: [...textsOf(parameters, 'IamInstanceProfile.Name'), ...textsOf(parameters, 'IamInstanceProfile.Arn').map((arn) => arn.slice(arn.lastIndexOf('/') + 1))],
      isSpot: parameters.get('InstanceMarketOptions.MarketType') === 'spot',
      tagsByType: tagSpecifications(parameters),
    });
    return [...runInstances(launch, request, context), ...await passProfiles(launch, context)];
  },

  // An instant fleet runs its instances with its caller's rights.
  'ec2 CreateFleet': async (request, context) => {
    const { parameters } = request;
    const configurations = prefixesOf(parameters, 'LaunchTemplateConfigs');
    const overrides = configurations.flatMap((one) => prefixesOf(parameters, `${one}.Overrides`));
    const templates = await launchTemplates(parameters, configurations.map((one) => `${one}.LaunchTemplateSpecification`), context);
    const launch = launchOf(templates, {
      imageIds: textsOf(parameters, ...overrides.map((one) => `${one}.ImageId`)),
      subnetIds: textsOf(parameters, ...overrides.map((one) => `${one}.SubnetId`)),
      securityGroupIds: [],
      instanceProfiles: [],
      isSpot: parameters.get('TargetCapacitySpecification.DefaultTargetCapacityType') === 'spot',
      tagsByType: tagSpecifications(parameters),
    });
    const arns = ec2Arns(request, context);
    const action = 'ec2:CreateFleet';
    return [
      arns.made(action, 'fleet', launch.tagsByType),
      ...launch.imageIds.map((id) => arns.existing(action, 'image', id)),
      ...launch.templateIds.map((id) => arns.existing(action, 'launch-template', id)),
      ...launch.subnetIds.map((id) => arns.existing(action, 'subnet', id)),
      arns.made(action, 'instance', launch.tagsByType),
      arns.made(action, 'volume', launch.tagsByType),
      ...arns.tagged('CreateFleet', ['fleet'], launch.tagsByType),
      ...runInstances(launch, request, context),
      ...await passProfiles(launch, context),
    ];
  },

  'ec2 CreateLaunchTemplate': (request, context) => {
    const tagsByType = tagSpecifications(request.parameters);
    const arns = ec2Arns(request, context);
    return [arns.made('ec2:CreateLaunchTemplate', 'launch-template', tagsByType), ...arns.tagged('CreateLaunchTemplate', ['launch-template'], tagsByType)];
  },

  'ec2 DeleteLaunchTemplate': async (request, context) => {
    const id = request.parameters.get('LaunchTemplateId');
    const name = request.parameters.get('LaunchTemplateName');
    const known = id === null && name !== null ? (await context.resources.launchTemplate({ name }))?.id : id;
    // One that is not there is refused by EC2, not by IAM.
    return known === null || known === undefined ? [] : [ec2Arns(request, context).existing('ec2:DeleteLaunchTemplate', 'launch-template', known)];
  },

  'ec2 CreateTags': (request, context) => {
    const keys = requestTagKeys(tagsOf(request.parameters, 'Tag'));
    return queryList(request.parameters, 'ResourceId').map((id) => ({ ...ec2Arns(request, context).existing('ec2:CreateTags', typeOfId(id), id), keys }));
  },

  'ec2 TerminateInstances': (request, context) => queryList(request.parameters, 'InstanceId').map((id) => ec2Arns(request, context).existing('ec2:TerminateInstances', 'instance', id)),

  'ec2 CreateNetworkInterface': (request, context) => {
    const { parameters } = request;
    const tagsByType = tagSpecifications(parameters);
    const arns = ec2Arns(request, context);
    const action = 'ec2:CreateNetworkInterface';
    return [
      arns.made(action, 'network-interface', tagsByType),
      ...textsOf(parameters, 'SubnetId').map((id) => arns.existing(action, 'subnet', id)),
      ...queryList(parameters, 'SecurityGroupId').map((id) => arns.existing(action, 'security-group', id)),
      ...arns.tagged('CreateNetworkInterface', ['network-interface'], tagsByType),
    ];
  },
  'ec2 DeleteNetworkInterface': onNetworkInterface('DeleteNetworkInterface'),
  'ec2 AssignPrivateIpAddresses': onNetworkInterface('AssignPrivateIpAddresses'),
  'ec2 UnassignPrivateIpAddresses': onNetworkInterface('UnassignPrivateIpAddresses'),
};

function onNetworkInterface(operation: string): AuthorizationsOf {
  return (request, context) => textsOf(request.parameters, 'NetworkInterfaceId').map((id) => ec2Arns(request, context).existing(`ec2:${operation}`, 'network-interface', id));
}

/** What a launch touches, makes and tags. */
interface Launch extends Pick<KnownLaunchTemplate, 'isSpot' | 'tagsByType' | 'subnetIds' | 'securityGroupIds'> {
  readonly imageIds: readonly string[];
  readonly templateIds: readonly string[];
  /** Names of instance profiles. */
  readonly instanceProfiles: readonly string[];
}

/** A launch by templates. What the request says itself takes the place of what they say; tags add up, type by type. */
function launchOf(templates: readonly KnownLaunchTemplate[], request: Omit<Launch, 'templateIds'>): Launch {
  const given = (own: readonly string[], ofTemplates: readonly string[]): readonly string[] => [...new Set(own.length > 0 ? own : ofTemplates)];
  const tagsByType = new Map<string, TagValues>();
  for (const tags of [...templates.map((template) => template.tagsByType), request.tagsByType]) {
    for (const [type, ofType] of tags) tagsByType.set(type, { ...tagsByType.get(type), ...ofType });
  }
  return {
    imageIds: given(request.imageIds, templates.flatMap(({ imageId }) => imageId ?? [])),
    templateIds: [...new Set(templates.map(({ id }) => id))],
    subnetIds: given(request.subnetIds, templates.flatMap(({ subnetIds }) => subnetIds)),
    securityGroupIds: given(request.securityGroupIds, templates.flatMap(({ securityGroupIds }) => securityGroupIds)),
    instanceProfiles: given(request.instanceProfiles, templates.flatMap(({ instanceProfile }) => instanceProfile ?? [])),
    isSpot: request.isSpot || templates.some(({ isSpot }) => isSpot),
    tagsByType,
  };
}

function runInstances(launch: Launch, request: AwsRequest, context: AuthorizationContext): readonly Authorization[] {
  const arns = ec2Arns(request, context);
  const action = 'ec2:RunInstances';
  const made = ['instance', 'volume', 'network-interface', ...(launch.isSpot ? ['spot-instances-request'] : [])];
  return [
    ...launch.imageIds.map((id) => arns.existing(action, 'image', id)),
    ...launch.templateIds.map((id) => arns.existing(action, 'launch-template', id)),
    ...launch.subnetIds.map((id) => arns.existing(action, 'subnet', id)),
    ...launch.securityGroupIds.map((id) => arns.existing(action, 'security-group', id)),
    ...made.map((type) => arns.made(action, type, launch.tagsByType)),
    ...arns.tagged('RunInstances', made, launch.tagsByType),
  ];
}

/** Hands the roles of the instance profiles to the instances. A profile that is not there is refused by EC2, not by IAM. */
async function passProfiles({ instanceProfiles }: Launch, { resources }: AuthorizationContext): Promise<readonly Authorization[]> {
  const profiles = await Promise.all(instanceProfiles.map((name) => resources.instanceProfile(name)));
  return profiles.flatMap((profile) => profile?.roleArn === undefined ? [] : [passRole(profile.roleArn, 'ec2.amazonaws.com')]);
}

/** The templates that a request names; those that are not there are refused by EC2, not by IAM. */
async function launchTemplates(parameters: URLSearchParams, prefixes: readonly string[], { resources }: AuthorizationContext): Promise<readonly KnownLaunchTemplate[]> {
  const choices = prefixes.map((prefix): LaunchTemplateChoice => ({
    id: parameters.get(`${prefix}.LaunchTemplateId`) ?? undefined,
    name: parameters.get(`${prefix}.LaunchTemplateName`) ?? undefined,
    version: parameters.get(`${prefix}.Version`) ?? undefined,
  })).filter(({ id, name }) => id !== undefined || name !== undefined);
  const found = await Promise.all(choices.map((choice) => resources.launchTemplate(choice)));
  return found.filter((template) => template !== undefined);
}

/** Makes authorizations for resources of EC2. */
function ec2Arns({ region }: AwsRequest, { accountId, resources }: AuthorizationContext) {
  // Images belong to whoever published them.
  const arn = (type: string, id: string): string => `arn:aws:ec2:${region}:${type === 'image' ? '' : accountId}:${type}/${id}`;
  return {
    /** A resource that is there. */
    existing: (action: string, type: string, id: string): Authorization => ({ action, resource: arn(type, id), tags: () => resources.ec2Tags(id) }),
    /** A resource that the request makes: it has no id yet. */
    made: (action: string, type: string, tagsByType: ReadonlyMap<string, TagValues>): Authorization => ({ action, resource: arn(type, '*'), keys: requestTagKeys(tagsByType.get(type) ?? {}) }),
    /** The tags that new resources of these types get. */
    tagged: (createAction: string, types: readonly string[], tagsByType: ReadonlyMap<string, TagValues>): readonly Authorization[] => types.flatMap((type) => {
      const tags = tagsByType.get(type);
      return tags === undefined ? [] : [{ action: 'ec2:CreateTags', resource: arn(type, '*'), keys: { ...requestTagKeys(tags), 'ec2:CreateAction': createAction } }];
    }),
  } as const;
}

/** Types of EC2's resources, by what their ids begin with. */
const TYPES: Readonly<Record<string, string>> = {
  i: 'instance', vol: 'volume', eni: 'network-interface', lt: 'launch-template', fleet: 'fleet', sir: 'spot-instances-request', subnet: 'subnet', sg: 'security-group',
  ami: 'image', snap: 'snapshot', vpc: 'vpc', rtb: 'route-table', igw: 'internet-gateway', nat: 'natgateway', eipalloc: 'elastic-ip',
};

/** The type of an id; what it begins with where the type is not known. */
function typeOfId(id: string): string {
  const prefix = id.slice(0, id.indexOf('-'));
  return TYPES[prefix] ?? prefix;
}

/** The values of those parameters that are there. */
function textsOf(parameters: URLSearchParams, ...names: readonly string[]): readonly string[] {
  return names.flatMap((name) => parameters.get(name) ?? []);
}

/** The beginnings of a list's parameters, such as `TagSpecification.1`. */
function prefixesOf(parameters: URLSearchParams, list: string): readonly string[] {
  const prefixes = [...parameters.keys()].flatMap((key) => {
    const number = key.startsWith(`${list}.`) ? /^\d+(?=\.)/.exec(key.slice(list.length + 1))?.[0] : undefined;
    return number === undefined ? [] : [`${list}.${number}`];
  });
  return [...new Set(prefixes)];
}

function tagsOf(parameters: URLSearchParams, list: string): TagValues {
  return Object.fromEntries(prefixesOf(parameters, list).map((tag) => [parameters.get(`${tag}.Key`) ?? '', parameters.get(`${tag}.Value`) ?? '']));
}

/** The tags that a request gives to what it makes, by type of resource. */
function tagSpecifications(parameters: URLSearchParams): ReadonlyMap<string, TagValues> {
  return new Map(prefixesOf(parameters, 'TagSpecification').map((one) => [parameters.get(`${one}.ResourceType`) ?? '', tagsOf(parameters, `${one}.Tag`)]));
}

import { DescribeLaunchTemplateVersionsCommand, type EC2Client, type ResponseLaunchTemplateData } from '@aws-sdk/client-ec2';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, textAt } from '../../json';
import { AwsFault } from '../aws-answers/aws-request';
import { motoFault } from './moto-aws';

/** A version of a launch template. */
export interface LaunchTemplateVersion {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** What it launches, in the words of a RunInstances request. */
  readonly launch: JsonObject;
}

/**
 * Reads the version that a request names by `LaunchTemplateId` or `LaunchTemplateName`, and `Version`.
 *
 * @throws AwsFault of moto, where there is no such template or version
 */
export async function readLaunchTemplate(ec2: EC2Client, specification: JsonObject): Promise<LaunchTemplateVersion> {
  const id = textAt(specification, 'LaunchTemplateId');
  const name = textAt(specification, 'LaunchTemplateName');
  if (id === undefined && name === undefined) {
    throw new AwsFault('MissingParameter', 'The request must contain the parameter launch template ID or launch template name.');
  }
  const { LaunchTemplateVersions: [found] = [] } = await ec2.send(new DescribeLaunchTemplateVersionsCommand({
    LaunchTemplateId: id, LaunchTemplateName: name, Versions: [textAt(specification, 'Version') ?? '$Default'],
  })).catch((error: unknown) => { throw motoFault(error); });
  if (found === undefined) throw new AwsFault('InvalidLaunchTemplateId.VersionNotFound', 'Could not find the specified version of the launch template.');
  return {
    id: found.LaunchTemplateId ?? '',
    name: found.LaunchTemplateName ?? '',
    version: String(found.VersionNumber ?? 1),
    launch: templateLaunch(found.LaunchTemplateData ?? {}),
  };
}

/** RunInstances names lists in the singular, and an interface's groups by their ids. */
const REQUEST_NAMES: Readonly<Record<string, string>> = {
  BlockDeviceMappings: 'BlockDeviceMapping',
  Groups: 'SecurityGroupId',
  NetworkInterfaces: 'NetworkInterface',
  SecurityGroupIds: 'SecurityGroupId',
  SecurityGroups: 'SecurityGroup',
  TagSpecifications: 'TagSpecification',
  Tags: 'Tag',
};

/** The data of a launch template in the words of a RunInstances request. */
export function templateLaunch(data: ResponseLaunchTemplateData): JsonObject {
  const renamed = (value: JsonValue): JsonValue => {
    if (isJsonArray(value)) return value.map(renamed);
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value)
      .filter(([, child]) => child !== undefined && child !== null && !(isJsonArray(child) && child.length === 0))
      .map(([key, child]) => [REQUEST_NAMES[key] ?? key, renamed(child)]));
  };
  // What the SDK reads from XML is JSON, but for its type.
  const read = renamed(data as unknown as JsonObject);
  return isJsonObject(read) ? read : {};
}

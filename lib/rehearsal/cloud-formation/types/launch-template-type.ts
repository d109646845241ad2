import {
  CreateLaunchTemplateCommand, CreateLaunchTemplateVersionCommand, DeleteLaunchTemplateCommand, DescribeLaunchTemplatesCommand, type EC2Client,
  type LaunchTemplate, type RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import { arrayAt, type JsonObject, type JsonValue, objectAt, textAt } from '../../../json';
import { type MadeResource, physicalName, type ResourceRequest } from '../resource-type';
import { asInput, given, type PlayedType, unlessGone } from './played-type';
import type { ResourceClients } from './resource-clients';
import { retag, tagSpecifications } from './resource-tags';

/** Longest name of a launch template. */
const MAX_NAME = 128;

/** Launch templates of EC2. A change makes a new version. */
export function launchTemplateTypes(clients: ResourceClients): readonly PlayedType[] {
  return [{
    type: 'AWS::EC2::LaunchTemplate',
    replacedBy: ['LaunchTemplateName'],
    updatedBy: ['LaunchTemplateData', 'TagSpecifications', 'VersionDescription'],
    create: async (resource) => {
      const { LaunchTemplate: template } = await clients.of(resource).ec2.send(new CreateLaunchTemplateCommand({
        LaunchTemplateName: textAt(resource.properties, 'LaunchTemplateName') ?? physicalName(resource, MAX_NAME),
        VersionDescription: textAt(resource.properties, 'VersionDescription'),
        LaunchTemplateData: dataOf(resource),
        TagSpecifications: tagSpecifications('launch-template', { ...resource, properties: ownTags(resource.properties) }),
        ClientToken: resource.token,
      }));
      resource.initiated(given(template?.LaunchTemplateId, 'launch template'));
      return made(given(template, 'launch template'));
    },
    update: async (resource, old) => {
      const { ec2 } = clients.of(resource);
      await retag(ec2, resource.physicalId, { ...resource, properties: ownTags(resource.properties) }, { properties: ownTags(old.properties) });
      await ec2.send(new CreateLaunchTemplateVersionCommand({
        LaunchTemplateId: resource.physicalId,
        VersionDescription: textAt(resource.properties, 'VersionDescription'),
        LaunchTemplateData: dataOf(resource),
        ClientToken: resource.token,
      }));
      return made(await templateOf(ec2, resource.physicalId));
    },
    delete: async (resource) => {
      await unlessGone(() => clients.of(resource).ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: resource.physicalId })));
    },
  }];
}

function dataOf({ properties }: ResourceRequest): RequestLaunchTemplateData {
  const data = objectAt(properties, 'LaunchTemplateData');
  return asInput<RequestLaunchTemplateData>(data, Object.keys(data));
}

/** The template itself has its tags in a list of its own, of which those for launch templates count. */
function ownTags(properties: JsonObject): JsonObject {
  const isOwn = (tags: JsonValue): boolean => textAt(tags, 'ResourceType') === 'launch-template';
  return { Tags: arrayAt(properties, 'TagSpecifications').filter(isOwn).flatMap((tags) => arrayAt(tags, 'Tags')) };
}

async function templateOf(ec2: EC2Client, id: string): Promise<LaunchTemplate> {
  const { LaunchTemplates } = await ec2.send(new DescribeLaunchTemplatesCommand({ LaunchTemplateIds: [id] }));
  return given(LaunchTemplates?.[0], 'launch template');
}

function made({ LaunchTemplateId = '', LatestVersionNumber = 1, DefaultVersionNumber = 1 }: LaunchTemplate): MadeResource {
  return {
    physicalId: LaunchTemplateId,
    attributes: { LaunchTemplateId, LatestVersionNumber: String(LatestVersionNumber), DefaultVersionNumber: String(DefaultVersionNumber) },
  };
}

import {
  CreateLogGroupCommand, DeleteLogGroupCommand, DeleteRetentionPolicyCommand, type CloudWatchLogsClient, PutRetentionPolicyCommand,
  TagResourceCommand, UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateScheduleCommand, CreateScheduleGroupCommand, type CreateScheduleCommandInput, DeleteScheduleCommand, DeleteScheduleGroupCommand,
  GetScheduleGroupCommand, type SchedulerClient, TagResourceCommand as TagScheduleGroupCommand, UntagResourceCommand as UntagScheduleGroupCommand,
  UpdateScheduleCommand, type UpdateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import { AddTagsToResourceCommand, DeleteParameterCommand, type ParameterType, PutParameterCommand, RemoveTagsFromResourceCommand } from '@aws-sdk/client-ssm';
import { type JsonObject, numberAt, textAt } from '../../../json';
import { type MadeResource, physicalName, type ResourceRequest } from '../resource-type';
import { asInput, given, type PlayedType, unlessGone, untilSteady } from './played-type';
import type { ResourceClients } from './resource-clients';
import { removedTagKeys, tagListOf, resourceTags } from './resource-tags';

/** What takes one call each: log groups, parameters, schedules, and the CDK's metadata, which makes nothing. */
export function smallTypes(clients: ResourceClients): readonly PlayedType[] {
  return [logGroupType(clients), parameterType(clients), scheduleType(clients), scheduleGroupType(clients), metadataType()];
}

/** Longest name of a log group. */
const MAX_LOG_GROUP_NAME = 512;

function logGroupType(clients: ResourceClients): PlayedType {
  const arnOf = ({ stack }: ResourceRequest, name: string): string => `arn:${stack.partition}:logs:${stack.region}:${stack.accountId}:log-group:${name}`;
  const made = (resource: ResourceRequest, name: string): MadeResource => ({ physicalId: name, attributes: { Arn: `${arnOf(resource, name)}:*` } });
  const setRetention = async (logs: CloudWatchLogsClient, logGroupName: string, properties: JsonObject): Promise<void> => {
    const retentionInDays = numberAt(properties, 'RetentionInDays');
    if (retentionInDays === undefined) await logs.send(new DeleteRetentionPolicyCommand({ logGroupName }));
    else await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
  };
  return {
    type: 'AWS::Logs::LogGroup',
    replacedBy: ['LogGroupName'],
    updatedBy: ['RetentionInDays', 'Tags'],
    create: async (resource) => {
      const { logs } = clients.of(resource);
      const name = textAt(resource.properties, 'LogGroupName') ?? physicalName(resource, MAX_LOG_GROUP_NAME);
      await logs.send(new CreateLogGroupCommand({ logGroupName: name, tags: resourceTags(resource) }));
      resource.initiated(name);
      await setRetention(logs, name, resource.properties);
      return made(resource, name);
    },
    update: async (resource, old) => {
      const { logs } = clients.of(resource);
      const resourceArn = arnOf(resource, resource.physicalId);
      await setRetention(logs, resource.physicalId, resource.properties);
      await logs.send(new TagResourceCommand({ resourceArn, tags: resourceTags(resource) }));
      const tagKeys = removedTagKeys(resource.properties, old.properties);
      if (tagKeys.length > 0) await logs.send(new UntagResourceCommand({ resourceArn, tagKeys }));
      return made(resource, resource.physicalId);
    },
    delete: async (resource) => {
      await unlessGone(() => clients.of(resource).logs.send(new DeleteLogGroupCommand({ logGroupName: resource.physicalId })));
    },
  };
}

/** Longest name that CloudFormation makes up for a parameter. */
const MAX_PARAMETER_NAME = 128;

function parameterType(clients: ResourceClients): PlayedType {
  const inputOf = ({ properties }: ResourceRequest) => ({
    Type: textAt(properties, 'Type') as ParameterType,
    Value: textAt(properties, 'Value'),
    Description: textAt(properties, 'Description'),
  });
  const made = ({ properties, stack }: ResourceRequest, name: string): MadeResource => ({
    physicalId: name,
    attributes: {
      Type: textAt(properties, 'Type') ?? '',
      Value: textAt(properties, 'Value') ?? '',
      Arn: `arn:${stack.partition}:ssm:${stack.region}:${stack.accountId}:parameter/${name.replace(/^\//, '')}`,
    },
  });
  return {
    type: 'AWS::SSM::Parameter',
    replacedBy: ['Name'],
    updatedBy: ['Description', 'Tags', 'Type', 'Value'],
    create: async (resource) => {
      // Made-up names of parameters begin with this instead of the stack's name.
      const Name = textAt(resource.properties, 'Name') ?? physicalName({ ...resource, stack: { ...resource.stack, name: 'CFN' } }, MAX_PARAMETER_NAME);
      await clients.of(resource).ssm.send(new PutParameterCommand({ Name, ...inputOf(resource), Tags: tagListOf(resource) }));
      resource.initiated(Name);
      return made(resource, Name);
    },
    update: async (resource, old) => {
      const { ssm } = clients.of(resource);
      const tagged = { ResourceType: 'Parameter', ResourceId: resource.physicalId } as const;
      await ssm.send(new PutParameterCommand({ Name: resource.physicalId, ...inputOf(resource), Overwrite: true }));
      await ssm.send(new AddTagsToResourceCommand({ ...tagged, Tags: tagListOf(resource) }));
      const TagKeys = removedTagKeys(resource.properties, old.properties);
      if (TagKeys.length > 0) await ssm.send(new RemoveTagsFromResourceCommand({ ...tagged, TagKeys }));
      return made(resource, resource.physicalId);
    },
    delete: async (resource) => {
      await unlessGone(() => clients.of(resource).ssm.send(new DeleteParameterCommand({ Name: resource.physicalId })));
    },
  };
}

/** Longest name of a schedule. */
const MAX_SCHEDULE_NAME = 64;

/** Properties of a schedule that stand in the API as they do in a template. */
const SCHEDULE_PROPERTIES = [
  'Description', 'EndDate', 'FlexibleTimeWindow', 'ScheduleExpression', 'ScheduleExpressionTimezone', 'StartDate', 'State', 'Target',
] as const;

function scheduleType(clients: ResourceClients): PlayedType {
  const groupOf = ({ properties }: ResourceRequest): string => textAt(properties, 'GroupName') ?? 'default';
  return {
    type: 'AWS::Scheduler::Schedule',
    replacedBy: ['Name', 'GroupName'],
    updatedBy: [...SCHEDULE_PROPERTIES],
    create: async (resource) => {
      const Name = textAt(resource.properties, 'Name') ?? physicalName(resource, MAX_SCHEDULE_NAME);
      const { ScheduleArn } = await clients.of(resource).scheduler.send(new CreateScheduleCommand({
        ...asInput<CreateScheduleCommandInput>(resource.properties, SCHEDULE_PROPERTIES), Name, GroupName: groupOf(resource), ClientToken: resource.token,
      }));
      resource.initiated(Name);
      return { physicalId: Name, attributes: { Arn: given(ScheduleArn, 'schedule') } };
    },
    update: async (resource) => {
      const { ScheduleArn } = await clients.of(resource).scheduler.send(new UpdateScheduleCommand({
        ...asInput<UpdateScheduleCommandInput>(resource.properties, SCHEDULE_PROPERTIES), Name: resource.physicalId, GroupName: groupOf(resource),
      }));
      return { physicalId: resource.physicalId, attributes: { Arn: given(ScheduleArn, 'schedule') } };
    },
    delete: async (resource) => {
      await unlessGone(() => clients.of(resource).scheduler.send(new DeleteScheduleCommand({ Name: resource.physicalId, GroupName: groupOf(resource) })));
    },
  };
}

function scheduleGroupType(clients: ResourceClients): PlayedType {
  const isDeleted = async (scheduler: SchedulerClient, Name: string): Promise<boolean> =>
    await unlessGone(() => scheduler.send(new GetScheduleGroupCommand({ Name }))) === undefined;
  return {
    type: 'AWS::Scheduler::ScheduleGroup',
    replacedBy: ['Name'],
    updatedBy: ['Tags'],
    create: async (resource) => {
      const Name = textAt(resource.properties, 'Name') ?? physicalName(resource, MAX_SCHEDULE_NAME);
      const { ScheduleGroupArn } = await clients.of(resource).scheduler.send(new CreateScheduleGroupCommand({ Name, Tags: tagListOf(resource) }));
      resource.initiated(Name);
      return { physicalId: Name, attributes: { Arn: given(ScheduleGroupArn, 'schedule group'), State: 'ACTIVE' } };
    },
    update: async (resource, old) => {
      const { scheduler } = clients.of(resource);
      const ResourceArn = textAt(old.attributes, 'Arn');
      await scheduler.send(new TagScheduleGroupCommand({ ResourceArn, Tags: tagListOf(resource) }));
      const TagKeys = removedTagKeys(resource.properties, old.properties);
      if (TagKeys.length > 0) await scheduler.send(new UntagScheduleGroupCommand({ ResourceArn, TagKeys }));
      return old;
    },
    delete: async (resource) => {
      const { scheduler } = clients.of(resource);
      await unlessGone(() => scheduler.send(new DeleteScheduleGroupCommand({ Name: resource.physicalId })));
      await untilSteady(resource, 'AWS::Scheduler::ScheduleGroup', () => isDeleted(scheduler, resource.physicalId));
    },
  };
}

function metadataType(): PlayedType {
  const madeAs = (physicalId: string): MadeResource => ({ physicalId, attributes: {} });
  return {
    type: 'AWS::CDK::Metadata',
    replacedBy: [],
    updatedBy: ['Analytics'],
    create: (resource) => Promise.resolve(madeAs(physicalName(resource, MAX_PARAMETER_NAME))),
    update: (resource) => Promise.resolve(madeAs(resource.physicalId)),
    delete: () => Promise.resolve(),
  };
}

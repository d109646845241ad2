import {
  DeleteRuleCommand, DescribeRuleCommand, type EventBridgeClient, PutRuleCommand, PutTargetsCommand, RemoveTargetsCommand, TagResourceCommand,
  type Target, UntagResourceCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand, DeleteQueueCommand, GetQueueAttributesCommand, GetQueueUrlCommand, SetQueueAttributesCommand, type SQSClient,
  TagQueueCommand, UntagQueueCommand,
} from '@aws-sdk/client-sqs';
import { arrayAt, type JsonObject, type JsonValue, textAt } from '../../../json';
import { type MadeResource, physicalName, type ResourceRequest } from '../resource-type';
import { asInput, given, type PlayedType, ResourceFailure, unlessGone } from './played-type';
import type { ResourceClients } from './resource-clients';
import { removedTagKeys, tagListOf, resourceTags } from './resource-tags';
import { documentText } from './role-types';

/** Queues with their policies, and the rules of EventBridge that fill them. */
export function messageTypes(clients: ResourceClients): readonly PlayedType[] {
  return [queueType(clients), queuePolicyType(clients), ruleType(clients)];
}

/** Longest name of a queue. */
const MAX_QUEUE_NAME = 80;

/** Properties of a queue that are attributes of the same names in SQS. */
const QUEUE_ATTRIBUTES = [
  'DelaySeconds', 'KmsMasterKeyId', 'MaximumMessageSize', 'MessageRetentionPeriod', 'ReceiveMessageWaitTimeSeconds', 'RedrivePolicy',
  'SqsManagedSseEnabled', 'VisibilityTimeout',
] as const;

function queueType(clients: ResourceClients): PlayedType {
  return {
    type: 'AWS::SQS::Queue',
    replacedBy: ['QueueName'],
    updatedBy: [...QUEUE_ATTRIBUTES, 'Tags'],
    create: async (resource) => {
      const { sqs } = clients.of(resource);
      const QueueName = textAt(resource.properties, 'QueueName') ?? physicalName(resource, MAX_QUEUE_NAME);
      // SQS itself gives the queue that there is, where its attributes are the same.
      const taken = await unlessGone(() => sqs.send(new GetQueueUrlCommand({ QueueName })));
      if (taken !== undefined) throw new ResourceFailure('AlreadyExists', `Resource of type 'AWS::SQS::Queue' with identifier '${QueueName}' already exists.`);
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes: attributesOf(resource.properties), tags: resourceTags(resource) }));
      const url = given(QueueUrl, 'queue');
      resource.initiated(url);
      return madeQueue(sqs, url);
    },
    update: async (resource, old) => {
      const { sqs } = clients.of(resource);
      const { physicalId: QueueUrl, properties } = resource;
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: attributesOf(properties) }));
      await sqs.send(new TagQueueCommand({ QueueUrl, Tags: resourceTags(resource) }));
      const TagKeys = removedTagKeys(properties, old.properties);
      if (TagKeys.length > 0) await sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys }));
      return madeQueue(sqs, QueueUrl);
    },
    delete: async (resource) => {
      await unlessGone(() => clients.of(resource).sqs.send(new DeleteQueueCommand({ QueueUrl: resource.physicalId })));
    },
  };
}

function attributesOf(properties: JsonObject): Record<string, string> {
  return Object.fromEntries(QUEUE_ATTRIBUTES.flatMap((name) => (properties[name] === undefined ? [] : [[name, attributeText(properties[name])]])));
}

function attributeText(value: JsonValue): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

async function madeQueue(sqs: SQSClient, QueueUrl: string): Promise<MadeResource> {
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  return { physicalId: QueueUrl, attributes: { QueueUrl, Arn: given(Attributes?.QueueArn, 'ARN'), QueueName: QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1) } };
}

function queuePolicyType(clients: ResourceClients): PlayedType {
  const queuesOf = (properties: JsonObject): readonly string[] => arrayAt(properties, 'Queues').map(String);
  const set = async (sqs: SQSClient, queues: readonly string[], policy: string): Promise<void> => {
    for (const QueueUrl of queues) await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: policy } }));
  };
  const made = (physicalId: string): MadeResource => ({ physicalId, attributes: { Id: physicalId } });
  return {
    type: 'AWS::SQS::QueuePolicy',
    replacedBy: [],
    updatedBy: ['PolicyDocument', 'Queues'],
    create: async (resource) => {
      const id = physicalName(resource, MAX_QUEUE_NAME);
      resource.initiated(id);
      await set(clients.of(resource).sqs, queuesOf(resource.properties), documentText(resource.properties['PolicyDocument']));
      return made(id);
    },
    update: async (resource, old) => {
      const { sqs } = clients.of(resource);
      const queues = queuesOf(resource.properties);
      await set(sqs, queues, documentText(resource.properties['PolicyDocument']));
      await set(sqs, queuesOf(old.properties).filter((queue) => !queues.includes(queue)), '');
      return made(resource.physicalId);
    },
    delete: async (resource) => {
      for (const queue of queuesOf(resource.properties)) await unlessGone(() => set(clients.of(resource).sqs, [queue], ''));
    },
  };
}

/** Longest name of a rule. */
const MAX_RULE_NAME = 64;

function ruleType(clients: ResourceClients): PlayedType {
  const targetsOf = (properties: JsonObject): readonly JsonObject[] => arrayAt(properties, 'Targets') as readonly JsonObject[];
  const put = async (events: EventBridgeClient, Name: string, resource: ResourceRequest): Promise<MadeResource> => {
    const { properties } = resource;
    const { RuleArn } = await events.send(new PutRuleCommand({
      Name,
      Description: textAt(properties, 'Description'),
      EventPattern: properties['EventPattern'] === undefined ? undefined : documentText(properties['EventPattern']),
      ScheduleExpression: textAt(properties, 'ScheduleExpression'),
      State: textAt(properties, 'State') === 'DISABLED' ? 'DISABLED' : 'ENABLED',
    }));
    const arn = given(RuleArn, 'rule');
    await events.send(new TagResourceCommand({ ResourceARN: arn, Tags: tagListOf(resource) }));
    const Targets = targetsOf(properties).map((target) => asInput<Target>(target, Object.keys(target)));
    if (Targets.length > 0) {
      const { FailedEntries = [] } = await events.send(new PutTargetsCommand({ Rule: Name, Targets }));
      const [failed] = FailedEntries;
      if (failed !== undefined) throw new ResourceFailure(failed.ErrorCode ?? 'ValidationException', failed.ErrorMessage ?? `The target ${failed.TargetId} was refused.`);
    }
    return { physicalId: Name, attributes: { Arn: arn, RuleName: Name } };
  };
  const removeTargets = async (events: EventBridgeClient, Rule: string, Ids: string[]): Promise<void> => {
    if (Ids.length > 0) await unlessGone(() => events.send(new RemoveTargetsCommand({ Rule, Ids })));
  };
  const idsOf = (properties: JsonObject): string[] => targetsOf(properties).map((target) => textAt(target, 'Id') ?? '');
  return {
    type: 'AWS::Events::Rule',
    replacedBy: ['Name'],
    updatedBy: ['Description', 'EventPattern', 'ScheduleExpression', 'State', 'Tags', 'Targets'],
    create: async (resource) => {
      const { events } = clients.of(resource);
      const name = textAt(resource.properties, 'Name') ?? physicalName(resource, MAX_RULE_NAME);
      // EventBridge itself would overwrite it.
      const taken = await unlessGone(() => events.send(new DescribeRuleCommand({ Name: name })));
      if (taken !== undefined) throw new ResourceFailure('AlreadyExists', `Resource of type 'AWS::Events::Rule' with identifier '${name}' already exists.`);
      resource.initiated(name);
      return put(events, name, resource);
    },
    update: async (resource, old) => {
      const { events } = clients.of(resource);
      const made = await put(events, resource.physicalId, resource);
      const kept = idsOf(resource.properties);
      await removeTargets(events, resource.physicalId, idsOf(old.properties).filter((id) => !kept.includes(id)));
      const TagKeys = removedTagKeys(resource.properties, old.properties);
      if (TagKeys.length > 0) await events.send(new UntagResourceCommand({ ResourceARN: textAt(made.attributes, 'Arn'), TagKeys }));
      return made;
    },
    delete: async (resource) => {
      const { events } = clients.of(resource);
      await removeTargets(events, resource.physicalId, idsOf(resource.properties));
      await unlessGone(() => events.send(new DeleteRuleCommand({ Name: resource.physicalId })));
    },
  };
}

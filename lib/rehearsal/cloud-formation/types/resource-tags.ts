import { CreateTagsCommand, DeleteTagsCommand, type EC2Client, type ResourceType as TaggedKind, type TagSpecification } from '@aws-sdk/client-ec2';
import { arrayAt, isJsonObject, type JsonObject, textAt, textOrJson } from '../../../json';
import { STACK_ID_TAG, STACK_NAME_TAG } from '../../../well-known-keys';
import type { ResourceRequest } from '../resource-type';

/** A tag in the words of most services. */
export interface KeyValueTag {
  readonly Key: string;
  readonly Value: string;
}

/**
 * The tags that a resource gets: those of the stack, those of its properties, and the three by which CloudFormation marks what
 * it made. Their names begin with `aws:`, so that nobody else can set them.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
 */
export function resourceTags({ stack, logicalId, properties }: Pick<ResourceRequest, 'stack' | 'logicalId' | 'properties'>): Readonly<Record<string, string>> {
  return {
    ...stack.tags,
    ...ownTags(properties),
    [STACK_NAME_TAG]: stack.name,
    [STACK_ID_TAG]: stack.id,
    'aws:cloudformation:logical-id': logicalId,
  };
}

/** {@link resourceTags} as a list. */
export function tagListOf(resource: Pick<ResourceRequest, 'stack' | 'logicalId' | 'properties'>): KeyValueTag[] {
  return Object.entries(resourceTags(resource)).map(([Key, Value]) => ({ Key, Value }));
}

/** {@link resourceTags} as EC2 takes them with the request that makes a resource. */
export function tagSpecifications(kind: TaggedKind, resource: Pick<ResourceRequest, 'stack' | 'logicalId' | 'properties'>): TagSpecification[] {
  return [{ ResourceType: kind, Tags: tagListOf(resource) }];
}

/** Keys of tags that the properties no longer have. */
export function removedTagKeys(properties: JsonObject, old: JsonObject): string[] {
  const kept = ownTags(properties);
  return Object.keys(ownTags(old)).filter((key) => kept[key] === undefined);
}

/** Gives a resource of EC2 the tags that it has now, and takes away those that it had. */
export async function retag(ec2: EC2Client, id: string, resource: ResourceRequest, old: { readonly properties: JsonObject }): Promise<void> {
  await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: tagListOf(resource) }));
  const removed = removedTagKeys(resource.properties, old.properties);
  if (removed.length > 0) await ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: removed.map((Key) => ({ Key })) }));
}

/** The property `Tags`, which is a list in most types and a map in some. */
function ownTags(properties: JsonObject): Readonly<Record<string, string>> {
  const tags = properties['Tags'];
  const entries = isJsonObject(tags)
    ? Object.entries(tags).map(([key, value]) => [key, textOrJson(value)])
    : arrayAt(tags).map((tag) => [textAt(tag, 'Key') ?? '', textAt(tag, 'Value') ?? '']);
  return Object.fromEntries(entries) as Record<string, string>;
}

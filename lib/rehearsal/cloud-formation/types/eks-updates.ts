import { DescribeUpdateCommand, type EKSClient, TagResourceCommand, UntagResourceCommand, type Update } from '@aws-sdk/client-eks';
import type { JsonObject } from '../../../json';
import type { ResourceRequest } from '../resource-type';
import { removedTagKeys, resourceTags } from './resource-tags';
import { ResourceFailure } from './played-type';

/** Which update of what. */
interface UpdateId {
  readonly name: string;
  readonly updateId: string | undefined;
  readonly nodegroupName?: string;
  readonly addonName?: string;
}

/** Whether a change that EKS has begun is done. */
export async function isUpdated(eks: EKSClient, id: UpdateId): Promise<boolean> {
  const { update } = await eks.send(new DescribeUpdateCommand(id));
  if (update?.status === 'Failed' || update?.status === 'Cancelled') {
    throw new ResourceFailure('NotStabilized', errorsOf(update) || `The update of ${id.nodegroupName ?? id.addonName ?? id.name} is ${update.status}.`);
  }
  return update?.status === 'Successful';
}

function errorsOf({ errors = [] }: Update): string {
  return errors.map(({ errorCode, errorMessage }) => `${errorCode}: ${errorMessage}`).join('; ');
}

/** Gives something of EKS the tags that it has now, and takes away those that it had. */
export async function retagEks(eks: EKSClient, arn: string | undefined, resource: ResourceRequest, old: JsonObject): Promise<void> {
  await eks.send(new TagResourceCommand({ resourceArn: arn, tags: resourceTags(resource) }));
  const tagKeys = removedTagKeys(resource.properties, old);
  if (tagKeys.length > 0) await eks.send(new UntagResourceCommand({ resourceArn: arn, tagKeys }));
}

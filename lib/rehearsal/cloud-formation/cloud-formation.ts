import type { JsonObject } from '../../json';
import type { Account, PlayedService } from '../account';
import type { Handler } from '../aws-answers/aws-answer';
import type { AwsRequest } from '../aws-answers/aws-request';
import type { ResourceType } from './resource-type';

/** What CloudFormation is played with. */
export interface CloudFormationOptions {
  /** Types that it can make, besides custom resources, which it hands to their functions. */
  readonly types: readonly ResourceType[];
}

/** CloudFormation of an account: change sets, stacks, and the resources that they make. */
export class CloudFormation implements PlayedService {
  constructor(private readonly account: Account, private readonly options: CloudFormationOptions) {}

  /** Answers CloudFormation, and takes what functions answer for custom resources. That request is not signed. */
  handlerOf(_request: AwsRequest): Handler | undefined {
    return undefined;
  }

  /** Waits for what goes on in the stacks. To be called once the account's run is aborted. */
  async close(): Promise<void> {
    await Promise.resolve([this.account, this.options]);
  }
}

/** A resource that cannot be played. */
export interface UnplayableResource {
  readonly logicalId: string;
  readonly type: string;
}

/** The resources of a template that cannot be played, in the order of the template; none where all can. */
export function unplayableResources(_template: JsonObject, _types: readonly ResourceType[]): readonly UnplayableResource[] {
  return [];
}

import { ListStackResourcesCommand, ListStacksCommand, type CloudFormationClient, type StackStatus } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';

/** A stack as CloudFormation remembers it. */
export interface PlayedStack {
  readonly stackName: string;
  readonly status: StackStatus;
  /** Types and physical ids. */
  readonly resources: readonly (readonly [type: string, physicalId: string])[];
}

/** Plays CloudFormation's memory of stacks, which the rehearsal's moto has not: one stack or one resource a page. */
export class PlayedStacks {
  private readonly stacks: PlayedStack[] = [];

  constructor(client: CloudFormationClient) {
    const mock = mockClient(client);
    mock.on(ListStacksCommand).callsFake(({ NextToken }: { readonly NextToken?: string }) => {
      const index = Number(NextToken ?? 0);
      const stack = this.stacks[index];
      return {
        StackSummaries: stack === undefined ? [] : [{ StackName: stack.stackName, StackId: stackId(stack), StackStatus: stack.status, CreationTime: new Date(0) }],
        NextToken: index + 1 < this.stacks.length ? String(index + 1) : undefined,
      };
    });
    mock.on(ListStackResourcesCommand).callsFake(({ StackName, NextToken }: { readonly StackName: string; readonly NextToken?: string }) => {
      const index = Number(NextToken ?? 0);
      const resources = this.stacks.find((stack) => stackId(stack) === StackName)?.resources ?? [];
      const [type, physicalId] = resources[index] ?? [];
      return {
        StackResourceSummaries: type === undefined ? [] : [{ ResourceType: type, PhysicalResourceId: physicalId, LogicalResourceId: type }],
        NextToken: index + 1 < resources.length ? String(index + 1) : undefined,
      };
    });
  }

  add(stack: PlayedStack): void {
    this.stacks.push(stack);
  }
}

function stackId({ stackName, status }: PlayedStack): string {
  return `arn:aws:cloudformation:ap-northeast-2:123456789012:stack/${stackName}/${status}`;
}

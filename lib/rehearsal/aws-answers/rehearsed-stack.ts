import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readLab } from '../../assembly/lab-view';
import { readAssembly } from '../../assembly/read-assembly';
import type { SynthesizedStack } from '../../assembly/synthesized-stack';
import { KubernetesApi } from '../../kubernetes/kubernetes-api';
import { runContext } from '../../run-context';
import { type Handler, type Handling, MOTO_ACCOUNT, queryAnswer, xmlElement, type XmlElement } from './aws-answer';
import { AwsFault, type AwsRequest } from './aws-request';
import { queryList } from './ec2-query';

/** Where the lab that is rehearsed can be read and reached. */
export interface RehearsedLabArguments {
  /** Path of the assembly. */
  readonly assembly: string;
  /** Path of the kubeconfig; the file need not exist yet. */
  readonly kubeconfig: string;
  /** URL of the API server. */
  readonly clusterEndpoint: string;
}

/** The lab that is rehearsed, as far as AWS answers for it. */
export interface RehearsedLab {
  /** As it was synthesized. */
  readonly stack: SynthesizedStack;
  readonly clusterName: string;
  /** Namespace in which Karpenter's simulated EC2 keeps its instances. */
  readonly karpenterNamespace: string;
  /** Connects to the rehearsal's API server; undefined while it is not there yet. */
  readonly connect: () => Promise<KubernetesApi | undefined>;
  /** URL of the rehearsal's API server. */
  readonly clusterEndpoint: string;
  /** Deletes from moto what was seeded. */
  readonly unseed: () => Promise<void>;
}

/**
 * Reads the lab that is rehearsed.
 *
 * @throws LabError `AssemblyNotFound`, `AssemblyUnreadable`
 */
export function rehearsedLab({ assembly, kubeconfig, clusterEndpoint }: RehearsedLabArguments, moto: string): RehearsedLab {
  const stack = readAssembly(assembly);
  const { cluster, karpenter } = readLab(stack);
  return {
    stack,
    clusterName: cluster.name,
    karpenterNamespace: karpenter.namespace,
    clusterEndpoint,
    // Karpenter asks while the control plane starts.
    connect: async () => existsSync(kubeconfig) ? KubernetesApi.connect({ kubeconfig }) : undefined,
    // The SDK is loaded only here, because the server needs it once at most.
    unseed: async () => (await import('../seed/seed-aws.js')).unseedAws({ endpoint: moto, stack }, runContext()),
  };
}

/** Namespace of CloudFormation's answers: its API version. */
const NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

/** Type of the stack in its own events. */
const STACK_TYPE = 'AWS::CloudFormation::Stack';

type StackStatus = 'CREATE_COMPLETE' | 'DELETE_IN_PROGRESS' | 'DELETE_COMPLETE' | 'DELETE_FAILED';

/** An event of the stack, or of a resource of it. */
interface StackEvent {
  readonly id: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: StackStatus;
  readonly reason?: string;
  readonly at: string;
}

/**
 * CloudFormation's answers for the stack that is rehearsed; other stacks are moto's. It exists from the start, and its
 * deletion deletes what the rehearsal seeded. It runs no custom resource: neither the guard nor the removal of charts.
 */
export class RehearsedStack {
  private readonly id: string;
  private status: StackStatus = 'CREATE_COMPLETE';
  private reason: string | undefined;
  private readonly createdAt = new Date().toISOString();
  private readonly events: StackEvent[] = [];

  constructor(private readonly lab: RehearsedLab) {
    const { stackName, region, account = MOTO_ACCOUNT } = lab.stack;
    this.id = `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/${randomUUID()}`;
    this.enter('CREATE_COMPLETE');
  }

  readonly describeStacks: Handler = (request) => this.answered(request, () => {
    if (this.isGoneFor(request)) throw unknownStack(this.lab.stack.stackName);
    return [xmlElement('Stacks', [xmlElement('member', [
      xmlElement('StackId', this.id),
      xmlElement('StackName', this.lab.stack.stackName),
      xmlElement('CreationTime', this.createdAt),
      xmlElement('StackStatus', this.status),
      ...(this.reason === undefined ? [] : [xmlElement('StackStatusReason', this.reason)]),
      xmlElement('Outputs', this.lab.stack.outputs.map(({ logicalId, value }) =>
        xmlElement('member', [xmlElement('OutputKey', logicalId), xmlElement('OutputValue', value)]))),
    ])])];
  });

  /** Lists the stack even after its deletion, as AWS does for 90 days. */
  readonly listStacks: Handler = (request) => {
    const wanted = queryList(request.parameters, 'StackStatusFilter.member');
    const summary = xmlElement('member', [
      xmlElement('StackId', this.id),
      xmlElement('StackName', this.lab.stack.stackName),
      xmlElement('CreationTime', this.createdAt),
      xmlElement('StackStatus', this.status),
    ]);
    const isWanted = wanted.length === 0 || wanted.includes(this.status);
    return { answer: queryAnswer(request.operation, [xmlElement('StackSummaries', isWanted ? [summary] : [])], NAMESPACE) };
  };

  readonly describeStackEvents: Handler = (request) => this.answered(request, () => {
    if (this.isGoneFor(request)) throw unknownStack(this.lab.stack.stackName);
    return [xmlElement('StackEvents', this.events.toReversed().map((event) => xmlElement('member', [
      xmlElement('StackId', this.id),
      xmlElement('StackName', this.lab.stack.stackName),
      xmlElement('EventId', event.id),
      xmlElement('LogicalResourceId', event.logicalId),
      xmlElement('PhysicalResourceId', event.physicalId),
      xmlElement('ResourceType', event.type),
      xmlElement('ResourceStatus', event.status),
      ...(event.reason === undefined ? [] : [xmlElement('ResourceStatusReason', event.reason)]),
      xmlElement('Timestamp', event.at),
    ])))];
  });

  readonly listStackResources: Handler = (request) => this.answered(request, () => {
    if (this.isGoneFor(request)) throw unknownStack(this.lab.stack.stackName);
    const status = this.status === 'DELETE_FAILED' ? 'CREATE_COMPLETE' : this.status;
    return [xmlElement('StackResourceSummaries', [...this.lab.stack.resources.values()].map(({ logicalId, type }) => xmlElement('member', [
      xmlElement('LogicalResourceId', logicalId),
      xmlElement('PhysicalResourceId', logicalId),
      xmlElement('ResourceType', type),
      xmlElement('ResourceStatus', status),
      xmlElement('LastUpdatedTimestamp', this.createdAt),
    ])))];
  });

  readonly deleteStack: Handler = (request) => this.answered(request, () => {
    // As in AWS, it is no error to delete a stack that is being deleted or is gone.
    if (this.status === 'CREATE_COMPLETE' || this.status === 'DELETE_FAILED') {
      this.enter('DELETE_IN_PROGRESS');
      void this.remove();
    }
    return [];
  });

  /** Never rejects: a failure is the state of the stack. */
  private async remove(): Promise<void> {
    try {
      await this.lab.unseed();
      this.enter('DELETE_COMPLETE');
    } catch (error) {
      this.enter('DELETE_FAILED', error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    }
  }

  /** Changes the stack's status and adds the event that says so. */
  private enter(status: StackStatus, reason?: string): void {
    this.status = status;
    this.reason = reason;
    this.events.push({
      id: randomUUID(), logicalId: this.lab.stack.stackName, physicalId: this.id, type: STACK_TYPE, status, reason, at: new Date().toISOString(),
    });
  }

  /** Answers a request about this stack, and passes one about another on to moto. */
  private answered(request: AwsRequest, answer: () => readonly XmlElement[]): Handling {
    const name = request.parameters.get('StackName');
    if (name !== null && name !== this.id && name !== this.lab.stack.stackName) return { forward: request };
    return { answer: queryAnswer(request.operation, answer(), NAMESPACE) };
  }

  /** Whether the request names the deleted stack by its name: AWS then knows it by its ARN only. */
  private isGoneFor(request: AwsRequest): boolean {
    return this.status === 'DELETE_COMPLETE' && request.parameters.get('StackName') !== this.id;
  }
}

function unknownStack(name: string): AwsFault {
  return new AwsFault('ValidationError', `Stack with id ${name} does not exist`);
}

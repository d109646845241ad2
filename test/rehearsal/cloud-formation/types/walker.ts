import { CreateSecurityGroupCommand, DeleteSecurityGroupCommand, EC2Client } from '@aws-sdk/client-ec2';
import type { SynthesizedStack } from '../../../../lib/assembly/synthesized-stack';
import { arrayAt, isJsonArray, isJsonObject, type JsonObject, type JsonValue, objectAt, textAt, textOrJson } from '../../../../lib/json';
import type { MadeResource } from '../../../../lib/rehearsal/cloud-formation/resource-type';
import type { PlayedType } from '../../../../lib/rehearsal/cloud-formation/types/played-type';
import type { PlayedTypes } from '../../../../lib/rehearsal/cloud-formation/types/played-types';
import { sdkConfiguration } from '../../aws-answers/answering';
import { request, TEST_ACCOUNT, typeOf } from './asking';

/** What is not moto's: it gets ids that lead nowhere. */
const STANDS_IN = /^(Custom::|AWS::(EKS|Lambda|StepFunctions)::)/;

/** A resource that the walk has made. */
export interface WalkedResource {
  readonly logicalId: string;
  readonly type: PlayedType;
  readonly properties: JsonObject;
  readonly made: MadeResource;
}

/** Makes the resources of a stack one after the other, each after what it needs, and deletes them the other way round. */
export class Walker {
  private readonly made = new Map<string, MadeResource>();
  private readonly walked: WalkedResource[] = [];
  private readonly ec2: EC2Client;
  private clusterGroup = '';

  constructor(private readonly stack: SynthesizedStack, private readonly types: PlayedTypes, url: string) {
    this.ec2 = new EC2Client(sdkConfiguration(url));
  }

  /** Resources in the order in which they were made, but for stand-ins. */
  get resources(): readonly WalkedResource[] {
    return this.walked;
  }

  async create(): Promise<void> {
    for (const logicalId of this.stack.graph.topologicalOrder()) {
      const resource = this.stack.resources.get(logicalId);
      if (resource === undefined) continue;
      if (STANDS_IN.test(resource.type)) {
        this.made.set(logicalId, await this.standIn(logicalId, resource.type));
        continue;
      }
      const type = typeOf(this.types, resource.type);
      const properties = objectAt(this.resolved(resource.properties));
      let initiated = '';
      const made = await type.create(request(properties, { logicalId, initiated: (id) => { initiated = id; } }));
      if (initiated !== made.physicalId) throw new Error(`${logicalId} says ${initiated}, then ${made.physicalId}`);
      this.made.set(logicalId, made);
      this.walked.push({ logicalId, type, properties, made });
    }
  }

  /** Updates each resource to what it is already. */
  async update(): Promise<void> {
    for (const { logicalId, type, properties, made } of this.walked) {
      const updated = await type.update?.({ ...request(properties, { logicalId, token: 'token-2' }), ...made }, { ...made, properties });
      if (updated !== undefined && updated.physicalId !== made.physicalId) throw new Error(`${logicalId} was ${made.physicalId} and is ${updated.physicalId}`);
    }
  }

  async delete(): Promise<void> {
    for (const resource of this.walked.toReversed()) await this.deleteOne(resource);
    if (this.clusterGroup !== '') await this.ec2.send(new DeleteSecurityGroupCommand({ GroupId: this.clusterGroup }));
  }

  async deleteOne({ logicalId, type, properties, made }: WalkedResource): Promise<void> {
    // The cluster would take its group with it, long before the network goes.
    if (type.type === 'AWS::EC2::VPC' && this.clusterGroup !== '') {
      await this.ec2.send(new DeleteSecurityGroupCommand({ GroupId: this.clusterGroup }));
      this.clusterGroup = '';
    }
    await type.delete({ ...request(properties, { logicalId, token: 'token-3' }), physicalId: made.physicalId, attributes: made.attributes });
  }

  /** EKS makes a security group with a cluster, which a rule of the template is for. */
  private async standIn(logicalId: string, type: string): Promise<MadeResource> {
    if (type === 'AWS::EKS::Cluster') {
      const vpc = [...this.stack.resources.values()].find((resource) => resource.type === 'AWS::EC2::VPC');
      const VpcId = this.made.get(vpc?.logicalId ?? '')?.physicalId;
      this.clusterGroup = (await this.ec2.send(new CreateSecurityGroupCommand({ GroupName: 'eks-cluster', Description: 'made by EKS', VpcId }))).GroupId ?? '';
    }
    const arn = `arn:aws:lambda:${TEST_ACCOUNT.region}:${TEST_ACCOUNT.accountId}:function:${logicalId}`;
    return { physicalId: arn, attributes: { Arn: arn, ClusterSecurityGroupId: this.clusterGroup } };
  }

  private resolved(value: JsonValue): JsonValue {
    if (isJsonArray(value)) return value.map((item) => this.resolved(item));
    if (!isJsonObject(value)) return value;
    const [key = ''] = Object.keys(value);
    if (key === 'Ref') return this.referred(textOrJson(value['Ref']));
    if (key === 'Fn::GetAtt') return this.attribute(...arrayAt(value, 'Fn::GetAtt').map(String) as [string, string]);
    if (key === 'Fn::Join') {
      const [separator = '', parts = []] = arrayAt(value, 'Fn::Join');
      return arrayAt(this.resolved(parts)).map(String).join(textOrJson(separator));
    }
    if (key === 'Fn::Sub') return textOrJson(value['Fn::Sub']).replaceAll(/\$\{([^}]+)\}/g, (_all, name: string) => textOrJson(this.referred(name)));
    // The one condition of the lab asks whether this is the partition `aws`.
    if (key === 'Fn::If') return this.resolved(arrayAt(value, 'Fn::If')[1] ?? '');
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, this.resolved(inner)]));
  }

  private referred(name: string): JsonValue {
    const { stack } = request({});
    const pseudo: Readonly<Record<string, string>> = {
      'AWS::AccountId': stack.accountId, 'AWS::Region': stack.region, 'AWS::Partition': stack.partition, 'AWS::StackName': stack.name, 'AWS::StackId': stack.id,
    };
    const found = pseudo[name] ?? this.made.get(name)?.physicalId;
    if (found === undefined) throw new Error(`Nothing is called ${name}`);
    return found;
  }

  private attribute(logicalId: string, attribute: string): JsonValue {
    const found = textAt(this.made.get(logicalId)?.attributes, attribute);
    if (found === undefined) throw new Error(`${logicalId} has no attribute ${attribute}`);
    return found;
  }
}

import { arrayAt, textAt } from '../assembly/json';
import { readConditions, type Conditioned } from './condition';
import { readMetadata, type ObjectMetadata } from './object-metadata';
import type { ResourceKind } from './resource-kind';

/** An EC2NodeClass in the cluster, with what Karpenter found for it in AWS. */
export interface Ec2NodeClass extends Conditioned {
  readonly metadata: ObjectMetadata;
  /** Ids of the subnets that its selector terms match. */
  readonly subnetIds: readonly string[];
}

/** EC2NodeClasses: the AWS side of nodes. */
export const EC2_NODE_CLASSES: ResourceKind<Ec2NodeClass> = {
  apiVersion: 'karpenter.k8s.aws/v1',
  kind: 'EC2NodeClass',
  plural: 'ec2nodeclasses',
  isNamespaced: false,
  read: (body) => ({
    metadata: readMetadata(body),
    conditions: readConditions(body),
    subnetIds: arrayAt(body, 'status', 'subnets').flatMap((subnet) => textAt(subnet, 'id') ?? []),
  }),
};

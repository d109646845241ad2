import { arrayAt, textAt } from '../assembly/json';
import { readConditions, type Conditioned } from './condition';
import { readMetadata, type ObjectMetadata } from './object-metadata';
import type { ResourceKind } from './resource-kind';
import { unmatchedSelection } from './selector-terms';

/** An EC2NodeClass in the cluster, with what Karpenter found for it in AWS. */
export interface Ec2NodeClass extends Conditioned {
  readonly metadata: ObjectMetadata;
  /** Ids of the subnets that its selector terms match. */
  readonly subnetIds: readonly string[];
  /** What its selectors found nothing for, such as `no subnet matches karpenter.sh/discovery=lab`. */
  readonly unmatchedSelections: readonly string[];
}

/** EC2NodeClasses: the AWS side of nodes. */
export const EC2_NODE_CLASSES: ResourceKind<Ec2NodeClass> = {
  apiVersion: 'karpenter.k8s.aws/v1',
  kind: 'EC2NodeClass',
  plural: 'ec2nodeclasses',
  isNamespaced: false,
  read: (body) => {
    const conditions = readConditions(body);
    return {
      metadata: readMetadata(body),
      conditions,
      subnetIds: arrayAt(body, 'status', 'subnets').flatMap((subnet) => textAt(subnet, 'id') ?? []),
      unmatchedSelections: conditions.filter(({ status }) => status === 'False').flatMap(({ type }) => unmatchedSelection(body, type) ?? []),
    };
  },
};

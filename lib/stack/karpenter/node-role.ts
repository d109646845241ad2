import { AccessEntry, AccessEntryType, type ICluster } from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { nodePolicies } from '../system-node-group';

/** What the role needs to know. */
export interface NodeRoleProps {
  readonly cluster: ICluster;
  /** Literal name of the role: the EC2NodeClass names it, and so does every node it launches. */
  readonly roleName: string;
}

/**
 * What an instance launched by Karpenter may do, and its right to join the cluster.
 *
 * Deletion: Karpenter makes instance profiles with this role, and IAM refuses to delete a role
 * that is in one. The EC2NodeClass must be gone first, which removes them.
 */
export class NodeRole extends Construct {
  readonly role: iam.Role;
  readonly accessEntry: AccessEntry;

  constructor(scope: Construct, id: string, props: NodeRoleProps) {
    super(scope, id);
    this.role = new iam.Role(this, 'Role', {
      roleName: props.roleName,
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: nodePolicies(),
    });
    this.accessEntry = new AccessEntry(this, 'AccessEntry', {
      cluster: props.cluster,
      principal: this.role.roleArn,
      accessEntryType: AccessEntryType.EC2_LINUX,
      accessPolicies: [],
    });
  }
}

import { CfnPodIdentityAssociation } from 'aws-cdk-lib/aws-eks';
import type { ICluster } from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/** Who gets which rights. */
export interface PodIdentityProps {
  readonly cluster: ICluster;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly managedPolicies: readonly iam.IManagedPolicy[];
  /**
   * Literal name of the role.
   *
   * @default - a name that CloudFormation makes
   */
  readonly roleName?: string;
}

/** A role that pods may assume through the EKS Pod Identity agent. */
export class PodIdentityRole extends iam.Role {
  constructor(scope: Construct, id: string, props: Pick<PodIdentityProps, 'roleName' | 'managedPolicies'>) {
    super(scope, id, {
      roleName: props.roleName,
      assumedBy: new iam.SessionTagsPrincipal(new iam.ServicePrincipal('pods.eks.amazonaws.com')),
      managedPolicies: [...props.managedPolicies],
    });
  }
}

/**
 * AWS rights for one service account, by EKS Pod Identity.
 *
 * A pod that is admitted before its association exists never gets credentials, so whatever
 * starts the pods depends on this.
 */
export class PodIdentity extends Construct {
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: PodIdentityProps) {
    super(scope, id);
    this.role = new PodIdentityRole(this, 'Role', props);
    new CfnPodIdentityAssociation(this, 'Association', {
      clusterName: props.cluster.clusterName,
      namespace: props.namespace,
      serviceAccount: props.serviceAccount,
      roleArn: this.role.roleArn,
    });
  }
}

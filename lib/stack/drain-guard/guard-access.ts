import { CfnAccessEntry } from 'aws-cdk-lib/aws-eks';
import { type ICluster, KubernetesManifest } from 'aws-cdk-lib/aws-eks-v2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { KubernetesObject } from '../../../charts/kubernetes-object';
import { DRAIN_RIGHTS } from '../../drain/drain-rights';
import { kubectlAccess } from '../kubectl-handler';

/** Group of the guard in Kubernetes, and name of the role that the group has. */
const GROUP = 'drain-guard';

/** Whom the rights are for. */
export interface GuardAccessProps {
  readonly cluster: ICluster;
  /** IAM role of the function that drains. */
  readonly role: iam.IRole;
}

/**
 * What the guard may do in Kubernetes: what a drain does, object kind by object kind, and no more. An access policy of EKS
 * would be cluster-admin or too little: none but that allows NodePools to be deleted.
 *
 * Deletion: with these rights the guard drains, so they go after it. They leave nothing behind but what the cluster takes with it.
 */
export class GuardAccess extends Construct {
  constructor(scope: Construct, id: string, { cluster, role }: GuardAccessProps) {
    super(scope, id);
    new CfnAccessEntry(this, 'AccessEntry', {
      clusterName: cluster.clusterName,
      principalArn: role.roleArn,
      type: 'STANDARD',
      kubernetesGroups: [GROUP],
    });
    const manifest = new KubernetesManifest(this, 'Rbac', { cluster, manifest: [...rbacObjects()], overwrite: true });
    manifest.node.addDependency(...kubectlAccess(cluster));
  }
}

function rbacObjects(): readonly KubernetesObject[] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const metadata = { name: GROUP };
  return [
    {
      apiVersion,
      kind: 'ClusterRole',
      metadata,
      rules: DRAIN_RIGHTS.map(({ kind, verbs }) => ({ apiGroups: [apiGroupOf(kind.apiVersion)], resources: [kind.plural], verbs: [...verbs] })),
    },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: GROUP },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: GROUP }],
    },
  ];
}

/** `karpenter.sh` of `karpenter.sh/v1`; the core group has no name. */
function apiGroupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

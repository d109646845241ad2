import { CustomResource, Duration, Size } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { CfnAccessEntry } from 'aws-cdk-lib/aws-eks';
import { type ICluster, KubernetesManifest } from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct, type IDependable } from 'constructs';
import type { Manifest } from '../../charts/manifest';
import { DRAIN_GUARD_TYPE } from '../config/names';
import { DRAIN_RIGHTS } from '../removal/drain-pass';
import { DRAIN_INTERVAL_SECONDS, type GuardProperties } from '../removal/guard/drain-guard';
import { RBAC_API } from '../well-known-keys';
import { describeClusterStatement, joinVpcStatement, logStatement } from './functions';
import { kubectlAccess } from './kubectl-handler';

/** Where the `build` of cdk.json and of package.json puts the function's code, below the working directory like lab.yaml. */
const HANDLER_DIRECTORY = 'dist/drain-guard';

/** The longest that CloudFormation waits for a custom resource. */
const CLOUDFORMATION_TIMEOUT = Duration.hours(1);

/** One pass asks some twenty questions; each may take half a minute on a bad day. */
const PASS_TIMEOUT = Duration.minutes(2);

/** Lambda gives CPU in proportion to memory, and most of a short call is the start of the SDK. */
const HANDLER_MEMORY = Size.mebibytes(1024);

/** What the guard is wired to. */
export interface DrainGuardProps {
  readonly cluster: ICluster;
  /** Literal name of the cluster. */
  readonly clusterName: string;
  readonly vpc: ec2.IVpc;
  /** Lets the function out to the Kubernetes API and to AWS. */
  readonly securityGroup: ec2.ISecurityGroup;
  /** Karpenter's Deployment. */
  readonly controller: { readonly namespace: string; readonly name: string };
  /**
   * Nodes that are there before Karpenter. The guard runs on none; its rights wait for them because EKS lets the kubectl handler in
   * some seconds after its access entry is made, and nodes take minutes.
   */
  readonly nodeGroups: readonly IDependable[];
  /** What must outlive the drain: the NodePool with all that it needs, add-ons that remove volumes, the way to the APIs, the rights of people. */
  readonly needs: readonly IDependable[];
}

/**
 * Drains Karpenter when the stack is deleted, before anything that Karpenter needs is: students' NodePools as well, which
 * CloudFormation does not know. It fails with the reason, and so keeps the stack, while an instance is left.
 *
 * Deletion: nothing depends on it, so it is the first to go. Taking it out of a stack that stays drains that stack's cluster.
 */
export class DrainGuard extends Construct {
  constructor(scope: Construct, id: string, props: DrainGuardProps) {
    super(scope, id);
    const { cluster, clusterName, controller } = props;
    const code = lambda.Code.fromAsset(HANDLER_DIRECTORY, { exclude: ['*.map'] });
    const shared = { code, runtime: lambda.Runtime.NODEJS_24_X, architecture: lambda.Architecture.ARM_64, memorySize: HANDLER_MEMORY.toMebibytes() };

    const role = functionRole(this, 'Role', [
      describeClusterStatement('FindCluster', clusterName),
      new iam.PolicyStatement({ sid: 'FindInstances', actions: ['ec2:DescribeInstances'], resources: ['*'] }),
      joinVpcStatement(),
    ]);
    const access = new GuardAccess(this, 'Access', { cluster, role, nodeGroups: props.nodeGroups });
    const provider = new Provider(this, 'Provider', {
      onEventHandler: new lambda.Function(this, 'OnEvent', { ...shared, handler: 'index.onEvent', role: functionRole(this, 'OnEventRole', []).withoutPolicyUpdates() }),
      isCompleteHandler: new lambda.Function(this, 'IsComplete', {
        ...shared,
        handler: 'index.isComplete',
        role: role.withoutPolicyUpdates(),
        timeout: PASS_TIMEOUT,
        vpc: props.vpc,
        vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
        securityGroups: [props.securityGroup],
      }),
      frameworkOnEventRole: functionRole(this, 'FrameworkOnEventRole', []),
      frameworkCompleteAndTimeoutRole: functionRole(this, 'FrameworkIsCompleteRole', []),
      queryInterval: Duration.seconds(DRAIN_INTERVAL_SECONDS),
      totalTimeout: CLOUDFORMATION_TIMEOUT,
    });

    const properties: GuardProperties = { ClusterName: clusterName, ControllerNamespace: controller.namespace, ControllerName: controller.name };
    const guard = new CustomResource(this, 'Resource', {
      serviceToken: provider.serviceToken,
      resourceType: DRAIN_GUARD_TYPE,
      serviceTimeout: CLOUDFORMATION_TIMEOUT,
      properties: { ...properties },
    });
    guard.node.addDependency(provider, access, ...props.needs);
  }
}

/** A role of its own for a function: CDK's default lets it make log groups, which nobody would delete. */
function functionRole(scope: Construct, id: string, statements: readonly iam.PolicyStatement[]): iam.Role {
  return new iam.Role(scope, id, {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { DrainGuard: new iam.PolicyDocument({ statements: [...statements, logStatement()] }) },
  });
}

/** Group of the guard in Kubernetes, and name of the role that the group has. */
const GROUP = 'drain-guard';

/** Whom the rights are for, and after what they are granted. */
interface GuardAccessProps extends Pick<DrainGuardProps, 'cluster' | 'nodeGroups'> {
  /** IAM role of the function that drains. */
  readonly role: iam.IRole;
}

/**
 * What the guard may do in Kubernetes: what a drain does, object kind by object kind, and no more. An access policy of EKS
 * would be cluster-admin or too little: none but that allows NodePools to be deleted.
 *
 * Deletion: the guard drains with these rights, so they go after its last pass, and before the nodes. They leave nothing behind outside the cluster.
 */
class GuardAccess extends Construct {
  constructor(scope: Construct, id: string, { cluster, role, nodeGroups }: GuardAccessProps) {
    super(scope, id);
    new CfnAccessEntry(this, 'AccessEntry', {
      clusterName: cluster.clusterName,
      principalArn: role.roleArn,
      type: 'STANDARD',
      kubernetesGroups: [GROUP],
    });
    const manifest = new KubernetesManifest(this, 'Rbac', { cluster, manifest: [...rbacObjects()], overwrite: true });
    manifest.node.addDependency(...kubectlAccess(cluster), ...nodeGroups);
  }
}

function rbacObjects(): readonly Manifest[] {
  const apiVersion = RBAC_API;
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

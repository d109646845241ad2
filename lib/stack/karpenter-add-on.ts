import type { ClusterAddOn, ClusterInfo } from '@aws-quickstart/eks-blueprints';
import { type CfnResource, Duration, Stack } from 'aws-cdk-lib';
import { AccessEntry, AccessEntryType, HelmChart, type ICluster } from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, type IDependable } from 'constructs';
import { resourceNames } from '../config/names';
import type { LabConfig } from '../config/schema';
import { versions } from '../config/versions';
import { ControllerPolicies } from './controller-policies';
import { InterruptionQueue } from './interruption-queue';
import { kubectlAccess } from './kubectl-handler';
import { nodeGroupsOf, POD_IDENTITY_AGENT } from './managed-add-ons';
import { PodIdentity } from './pod-identity';
import { nodePolicies } from './system-node-group';

/** Release, and so Deployment and service account, of the controller. */
export const KARPENTER_RELEASE = 'karpenter';

/** Most seats for which upstream's 1 GiB is enough for the controller. */
const SEATS_OF_A_GIBIBYTE = 100;

/**
 * Upstream's figures for the controller, as request and as limit: a throttled controller launches late. In a rehearsal it held
 * 260 MiB with 52 NodeClaims and 460 MiB at most with 103 and 500 pods, so some 4 MiB a node. That two nodes for each of 100 seats fit
 * into 1 GiB is an estimate from there.
 */
function controllerResources(students: number): { readonly cpu: string; readonly memory: string } {
  return { cpu: '1', memory: students > SEATS_OF_A_GIBIBYTE ? '2Gi' : '1Gi' };
}

/** What Karpenter needs to know of the lab. */
export type KarpenterOptions = Pick<LabConfig, 'clusterName' | 'region' | 'karpenter' | 'class'>;

/** What Karpenter is wired to. */
export interface KarpenterProps extends KarpenterOptions {
  readonly cluster: ICluster;
  /**
   * What must be there while the controller runs, from its first to its last minute: nodes, the
   * way out of them, the Pod Identity agent, access to the Kubernetes API.
   */
  readonly needs: readonly IDependable[];
  /**
   * What the CRDs need: access to the Kubernetes API, and something that takes longer than EKS needs to let the kubectl handler in.
   * No node, so that they are there before the nodes are.
   */
  readonly crdNeeds: readonly IDependable[];
}

/**
 * Karpenter: its CRDs, its controller, and what the controller needs in AWS.
 *
 * Deletion: `controller` stands for the moment from which nodes are looked after. Whatever
 * launches nodes depends on it, so that CloudFormation removes the controller only after them,
 * and everything that it works with after the controller.
 */
export class Karpenter extends Construct {
  /** The controller's chart. A NodePool or EC2NodeClass depends on it. */
  readonly controller: HelmChart;

  constructor(scope: Construct, id: string, props: KarpenterProps) {
    super(scope, id);
    const { cluster, clusterName, region, karpenter } = props;
    const resources = controllerResources(props.class.students);
    const names = resourceNames(clusterName);

    const nodeRole = new NodeRole(this, 'NodeRole', { cluster, roleName: names.nodeRole });
    const interruption = new InterruptionQueue(this, 'Interruption', { queueName: names.interruptionQueue });
    const permissions = new ControllerPolicies(this, 'ControllerPolicies', {
      clusterName,
      nodeRoleArn: nodeRole.role.roleArn,
      queueArn: interruption.queue.queueArn,
    });
    const podIdentity = new PodIdentity(this, 'PodIdentity', {
      cluster,
      namespace: karpenter.namespace,
      serviceAccount: KARPENTER_RELEASE,
      roleName: names.controllerRole,
      managedPolicies: permissions.policies,
    });

    const crds = new HelmChart(this, 'CrdChart', {
      cluster,
      release: 'karpenter-crd',
      repository: versions.karpenterCrdChart,
      chart: 'karpenter-crd',
      version: karpenter.version,
      namespace: karpenter.namespace,
      createNamespace: karpenter.namespace !== 'kube-system',
    });
    crds.node.addDependency(...props.crdNeeds);

    this.controller = new HelmChart(this, 'Chart', {
      cluster,
      release: KARPENTER_RELEASE,
      repository: versions.karpenterChart,
      chart: 'karpenter',
      version: karpenter.version,
      namespace: karpenter.namespace,
      createNamespace: false,
      wait: true,
      timeout: Duration.minutes(10),
      values: {
        settings: { clusterName, interruptionQueue: names.interruptionQueue },
        controller: {
          resources: { requests: resources, limits: resources },
          // A pod that the webhook of Pod Identity has not changed would ask the instance for its region, which answers no pod (hop limit 1).
          env: [{ name: 'AWS_REGION', value: region }],
        },
        // CoreDNS is installed at the same time; the controller must not wait for it.
        dnsPolicy: 'Default',
      },
    });
    this.controller.node.addDependency(crds, nodeRole, interruption, permissions, podIdentity, ...props.needs);
  }
}

/** {@link Karpenter} on the blueprints interface. Why not the stock add-on: see docs/decisions. */
export class KarpenterAddOn implements ClusterAddOn {
  readonly id = 'karpenter';

  constructor(private readonly options: KarpenterOptions) {}

  deploy(clusterInfo: ClusterInfo): Promise<Construct> {
    const { clusterv2: cluster } = clusterInfo;
    if (cluster === undefined) {
      throw new Error('Karpenter needs a cluster of aws-eks-v2, as GenericClusterProviderV2 makes it');
    }
    const stack = Stack.of(cluster);
    const access = kubectlAccess(cluster);
    const podIdentityAgent = stack.node.findChild(`AddOn-${POD_IDENTITY_AGENT}`) as CfnResource;
    return Promise.resolve(new Karpenter(stack, 'Karpenter', {
      ...this.options,
      cluster,
      needs: [...nodeGroupsOf(clusterInfo), ...access, podIdentityAgent],
      // EKS takes half a minute for an add-on without nodes, and some seconds to let the kubectl handler in.
      crdNeeds: [...access, podIdentityAgent],
    }));
  }
}

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

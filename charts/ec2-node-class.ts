import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { EC2_NODE_CLASSES } from '../lib/kubernetes/karpenter-kinds';
import type { Immutable } from './manifest';
import type { EC2NodeClass as Ec2NodeClassManifest } from './schemas/karpenter.k8s.aws_ec2nodeclasses.v1';

/** What Karpenter needs to know of AWS to launch an instance. */
export interface Ec2NodeClassProps {
  /**
   * Name of the EC2NodeClass.
   *
   * @default 'default'
   */
  readonly name?: string;

  /**
   * IAM role of the nodes, by name. Karpenter makes, and removes, an instance profile for it.
   *
   * @see https://karpenter.sh/docs/concepts/nodeclasses/#specrole
   */
  readonly nodeRoleName: string;

  /**
   * Tags that a subnet must all carry for nodes to be launched into it.
   *
   * @see https://karpenter.sh/docs/concepts/nodeclasses/#specsubnetselectorterms
   */
  readonly subnetSelectorTags: Readonly<Record<string, string>>;

  /**
   * Tags that a security group must all carry to be attached to nodes.
   *
   * Karpenter hands them to EC2 as `tag:KEY` filters, so tags that AWS itself sets, such as
   * `aws:eks:cluster-name` on the security group that EKS makes, can be selected as well.
   *
   * @see https://karpenter.sh/docs/concepts/nodeclasses/#specsecuritygroupselectorterms
   * @see https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
   */
  readonly securityGroupSelectorTags: Readonly<Record<string, string>>;

  /**
   * Amazon Linux 2023 image of the nodes, as `al2023@VERSION`. Pinned, a new image does not replace nodes during a class.
   *
   * @see https://karpenter.sh/docs/concepts/nodeclasses/#specamiselectorterms
   */
  readonly amiAlias: string;

  /**
   * Tags for the instances, volumes and launch templates that Karpenter makes, besides its own.
   *
   * @see https://karpenter.sh/docs/concepts/nodeclasses/#spectags
   * @default - Karpenter's own tags only
   */
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * The AWS side of the lab's nodes.
 *
 * Deletion: its finalizer holds it until no NodeClaim refers to it; Karpenter then removes the instance profile and the
 * launch templates. If Karpenter goes first, those stay behind, and the instance profile blocks the deletion of the role.
 *
 * @see https://karpenter.sh/docs/concepts/nodeclasses/
 */
export class KubeEc2NodeClass extends ApiObject {
  constructor(scope: Construct, id: string, props: Ec2NodeClassProps) {
    const manifest: Immutable<Ec2NodeClassManifest> = {
      apiVersion: EC2_NODE_CLASSES.apiVersion,
      kind: EC2_NODE_CLASSES.kind,
      metadata: { name: props.name ?? 'default' },
      spec: {
        role: props.nodeRoleName,
        amiSelectorTerms: [{ alias: props.amiAlias }],
        subnetSelectorTerms: [{ tags: props.subnetSelectorTags }],
        securityGroupSelectorTerms: [{ tags: props.securityGroupSelectorTags }],
        // IMDSv2 at one hop: a pod cannot reach the node's credentials.
        metadataOptions: {
          httpEndpoint: 'enabled',
          httpProtocolIPv6: 'disabled',
          httpPutResponseHopLimit: 1,
          httpTokens: 'required',
        },
        blockDeviceMappings: [
          {
            // The root device of Amazon Linux 2023.
            deviceName: '/dev/xvda',
            ebs: { volumeType: 'gp3', volumeSize: '20Gi', encrypted: true, deleteOnTermination: true },
          },
        ],
        tags: props.tags && Object.keys(props.tags).length > 0 ? props.tags : undefined,
      },
    };
    super(scope, id, manifest);
  }
}

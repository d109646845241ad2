import type { ManagedNodeGroup } from '@aws-quickstart/eks-blueprints';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { NodegroupAmiType } from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { LabConfig } from '../config/schema';
import { SYSTEM_NODE_VOLUME_GIB, versions } from '../config/versions';

/** Root device of the EKS-optimized AL2023 images. */
const ROOT_DEVICE = '/dev/xvda';

/** AWS managed policies of every node, system or Karpenter's: join the cluster, run the VPC CNI, pull images, open a shell by SSM. */
const NODE_POLICIES = [
  'AmazonEKSWorkerNodePolicy',
  'AmazonEKS_CNI_Policy',
  'AmazonEC2ContainerRegistryPullOnly',
  'AmazonSSMManagedInstanceCore',
] as const;

/** The policies of {@link NODE_POLICIES} as CDK references. */
export function nodePolicies(): iam.IManagedPolicy[] {
  return NODE_POLICIES.map((name) => iam.ManagedPolicy.fromAwsManagedPolicyName(name));
}

/** What an instance of the system node group may do. */
export class SystemNodeRole extends iam.Role {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: nodePolicies(),
    });
  }
}

/**
 * The nodes that Karpenter itself runs on: a managed node group of fixed size.
 *
 * Its instances answer metadata requests of the host only (IMDSv2, hop limit 1): pods get their
 * credentials from Pod Identity.
 */
export function systemNodeGroup(options: LabConfig['systemNodes']): ManagedNodeGroup {
  const instanceType = new ec2.InstanceType(options.instanceType);
  const isArm = instanceType.architecture === ec2.InstanceArchitecture.ARM_64;
  return {
    id: 'system',
    instanceTypes: [instanceType],
    amiType: isArm ? NodegroupAmiType.AL2023_ARM_64_STANDARD : NodegroupAmiType.AL2023_X86_64_STANDARD,
    amiReleaseVersion: versions.systemNodeAmiRelease,
    minSize: options.count,
    desiredSize: options.count,
    maxSize: options.count + 1,
    nodeGroupSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
    launchTemplate: {
      requireImdsv2: true,
      httpPutResponseHopLimit: 1,
      blockDevices: [{
        deviceName: ROOT_DEVICE,
        volume: ec2.BlockDeviceVolume.ebs(SYSTEM_NODE_VOLUME_GIB, {
          volumeType: ec2.EbsDeviceVolumeType.GP3,
          encrypted: true,
          deleteOnTermination: true,
        }),
      }],
    },
  };
}

import { embeddedJson } from './kubernetes-objects';
import { referencesIn, type TemplateResource } from './intrinsics';
import { arrayAt, booleanAt, numberAt, objectAt, textAt, type JsonObject } from '../json';
import { notTheLab, type SynthesizedStack } from './synthesized-stack';

/** The EKS cluster as it stands in the template. */
export interface ClusterView {
  readonly logicalId: string;
  readonly name: string;
  /** Kubernetes version, such as `1.35`. */
  readonly version: string;
  /** CIDRs that reach the public endpoint; empty where it has no public side. */
  readonly publicAccessCidrs: readonly string[];
  readonly isPublic: boolean;
  readonly isPrivate: boolean;
  /** `API`, `API_AND_CONFIG_MAP` or `CONFIG_MAP`. */
  readonly authenticationMode: string;
  /** Whether whoever deploys becomes cluster-admin without an access entry in the template. */
  readonly grantsCreatorAdmin: boolean;
  /** `STANDARD` upgrades when standard support ends; `EXTENDED` pays for more time. */
  readonly supportType: string;
  /** Control-plane logs that are on, such as `audit`. */
  readonly logTypes: readonly string[];
}

/** A managed node group. */
export interface NodeGroupView {
  readonly logicalId: string;
  readonly instanceType: string;
  readonly desiredSize: number;
  /** EKS's word for the kind of image, such as `AL2023_x86_64_STANDARD`. @default - EKS chooses */
  readonly amiType?: string;
  /** Release of the image, such as `1.35.8-20260917`. @default - the newest when the group is made */
  readonly releaseVersion?: string;
  /** Size of the root volume in GiB: the launch template's, else the node group's. */
  readonly volumeGiB: number;
  /** IMDS of the nodes, where the launch template sets it. */
  readonly metadata?: InstanceMetadataView;
}

/** How instances answer requests for their metadata and credentials. */
export interface InstanceMetadataView {
  /** `required` is IMDSv2. */
  readonly httpTokens?: string;
  /** With 1, pods get no answer: they are one hop further away than their node. */
  readonly hopLimit?: number;
}

/** An EKS add-on. */
export interface AddonView {
  readonly logicalId: string;
  readonly name: string;
  /** @default - the version that EKS prefers at the time */
  readonly version?: string;
  /** Configuration values given to the add-on. */
  readonly configuration: JsonObject;
}

/** An access entry: an IAM principal that may use the Kubernetes API. */
export interface AccessEntryView {
  readonly logicalId: string;
  /** ARN; for a role of this stack a placeholder such as `${NodeRole.Arn}`. */
  readonly principal: string;
  /** Logical id of the role, when it is one of this stack. */
  readonly principalLogicalId?: string;
  /** `STANDARD` for people and programs, `EC2_LINUX` for nodes. */
  readonly type: string;
  /** Kubernetes groups that the principal is in. RBAC gives them their rights. */
  readonly groups: readonly string[];
  /** Names of access policies, such as `AmazonEKSClusterAdminPolicy`. */
  readonly policies: readonly string[];
}

/** A Pod Identity association: a service account gets the rights of an IAM role. */
export interface PodIdentityView {
  /** The association, or the add-on that declares it. */
  readonly logicalId: string;
  /** @default - the add-on's own namespace */
  readonly namespace?: string;
  readonly serviceAccount: string;
}

/** Size of a node's root volume in GiB where neither the launch template nor the node group sets one: the EKS default. */
const DEFAULT_VOLUME_GIB = 20;

/**
 * Reads the cluster.
 *
 * @throws LabError `AssemblyUnreadable` when the stack has none
 */
export function readCluster(stack: SynthesizedStack): ClusterView {
  const [cluster] = stack.resourcesOfType('AWS::EKS::Cluster');
  if (cluster === undefined) throw notTheLab(stack, 'EKS cluster');
  const properties = stack.resolvedProperties(cluster);
  const isPublic = booleanAt(properties, 'ResourcesVpcConfig', 'EndpointPublicAccess') ?? true;
  const cidrs = arrayAt(properties, 'ResourcesVpcConfig', 'PublicAccessCidrs').filter((cidr) => typeof cidr === 'string');
  return {
    logicalId: cluster.logicalId,
    name: textAt(properties, 'Name') ?? `\${${cluster.logicalId}}`,
    version: textAt(properties, 'Version') ?? '',
    // EKS reads "public, no CIDRs" as "everyone".
    publicAccessCidrs: isPublic ? (cidrs.length > 0 ? cidrs : ['0.0.0.0/0']) : [],
    isPublic,
    isPrivate: booleanAt(properties, 'ResourcesVpcConfig', 'EndpointPrivateAccess') ?? false,
    authenticationMode: textAt(properties, 'AccessConfig', 'AuthenticationMode') ?? 'CONFIG_MAP',
    grantsCreatorAdmin: booleanAt(properties, 'AccessConfig', 'BootstrapClusterCreatorAdminPermissions') ?? true,
    supportType: textAt(properties, 'UpgradePolicy', 'SupportType') ?? 'EXTENDED',
    logTypes: arrayAt(properties, 'Logging', 'ClusterLogging', 'EnabledTypes').flatMap((entry) => textAt(entry, 'Type') ?? []),
  };
}

/** Managed node groups, in the order of the template. */
export function readNodeGroups(stack: SynthesizedStack): readonly NodeGroupView[] {
  return stack.resourcesOfType('AWS::EKS::Nodegroup').map((nodeGroup) => {
    const properties = stack.resolvedProperties(nodeGroup);
    const launchTemplate = launchTemplateOf(stack, nodeGroup);
    const [instanceType] = arrayAt(properties, 'InstanceTypes');
    return {
      logicalId: nodeGroup.logicalId,
      instanceType: textAt(launchTemplate, 'InstanceType') ?? textAt(instanceType) ?? '',
      desiredSize: numberAt(properties, 'ScalingConfig', 'DesiredSize') ?? numberAt(properties, 'ScalingConfig', 'MinSize') ?? 1,
      amiType: textAt(properties, 'AmiType'),
      releaseVersion: textAt(properties, 'ReleaseVersion'),
      volumeGiB: rootVolumeGiB(launchTemplate) ?? numberAt(properties, 'DiskSize') ?? DEFAULT_VOLUME_GIB,
      metadata: launchTemplate === undefined ? undefined : {
        httpTokens: textAt(launchTemplate, 'MetadataOptions', 'HttpTokens'),
        hopLimit: numberAt(launchTemplate, 'MetadataOptions', 'HttpPutResponseHopLimit'),
      },
    };
  });
}

/** EKS add-ons, in the order of the template. */
export function readAddons(stack: SynthesizedStack): readonly AddonView[] {
  return stack.resourcesOfType('AWS::EKS::Addon').map((addon) => {
    const properties = stack.resolvedProperties(addon);
    return {
      logicalId: addon.logicalId,
      name: textAt(properties, 'AddonName') ?? '',
      version: textAt(properties, 'AddonVersion'),
      configuration: objectAt(embeddedJson(stack, addon, 'ConfigurationValues')),
    };
  });
}

/** Access entries, in the order of the template. */
export function readAccessEntries(stack: SynthesizedStack): readonly AccessEntryView[] {
  return stack.resourcesOfType('AWS::EKS::AccessEntry').map((entry) => {
    const properties = stack.resolvedProperties(entry);
    const principal = entry.properties['PrincipalArn'] ?? '';
    return {
      logicalId: entry.logicalId,
      principal: textAt(properties, 'PrincipalArn') ?? '',
      principalLogicalId: [...referencesIn(principal)].find((id) => stack.resources.has(id)),
      type: textAt(properties, 'Type') ?? 'STANDARD',
      groups: arrayAt(properties, 'KubernetesGroups').flatMap((group) => textAt(group) ?? []),
      policies: arrayAt(properties, 'AccessPolicies').flatMap((policy) => {
        const arn = textAt(policy, 'PolicyArn');
        return arn === undefined ? [] : [arn.slice(arn.lastIndexOf('/') + 1)];
      }),
    };
  });
}

/** Pod Identity associations: first those that are resources, then those that add-ons declare. */
export function readPodIdentities(stack: SynthesizedStack): readonly PodIdentityView[] {
  const resources = stack.resourcesOfType('AWS::EKS::PodIdentityAssociation').map((association) => {
    const properties = stack.resolvedProperties(association);
    return {
      logicalId: association.logicalId,
      namespace: textAt(properties, 'Namespace'),
      serviceAccount: textAt(properties, 'ServiceAccount') ?? '',
    };
  });
  const ofAddons = stack.resourcesOfType('AWS::EKS::Addon').flatMap((addon) =>
    arrayAt(addon.properties, 'PodIdentityAssociations').map((association) => ({
      logicalId: addon.logicalId,
      serviceAccount: textAt(association, 'ServiceAccount') ?? '',
    })));
  return [...resources, ...ofAddons];
}

function launchTemplateOf(stack: SynthesizedStack, nodeGroup: TemplateResource): JsonObject | undefined {
  const [logicalId] = referencesIn(objectAt(nodeGroup.properties, 'LaunchTemplate'));
  const launchTemplate = logicalId === undefined ? undefined : stack.resources.get(logicalId);
  return launchTemplate === undefined
    ? undefined
    : objectAt(stack.resolvedProperties(launchTemplate), 'LaunchTemplateData');
}

function rootVolumeGiB(launchTemplate: JsonObject | undefined): number | undefined {
  const [root] = arrayAt(launchTemplate, 'BlockDeviceMappings');
  return numberAt(root, 'Ebs', 'VolumeSize');
}

import { readCluster } from '../../assembly/cluster-view';
import { objectsOfKind } from '../../assembly/kubernetes-objects';
import type { SynthesizedStack } from '../../assembly/synthesized-stack';
import { AMI_ALIAS_ALLOWED, AMI_ALIAS_PATTERN } from '../../config/compatibility';
import { EC2_NODE_CLASSES } from '../../kubernetes/karpenter-kinds';
import { LabError } from '../../lab-error';
import { NODE_IMAGE_KINDS, nodeImageDate, nodeImageId, nodeImageName, type NodeImage } from '../aws-answers/node-image';

/**
 * An image in the words of moto's file of images.
 *
 * @see https://docs.getmoto.org/en/latest/docs/services/ec2.html
 */
export interface MotoImage {
  readonly ami_id: string;
  readonly name: string;
  readonly description: string;
  readonly owner_id: string;
  readonly owner_alias: 'amazon';
  readonly public: true;
  readonly virtualization_type: 'hvm';
  readonly architecture: string;
  readonly state: 'available';
  readonly platform: null;
  readonly image_type: 'machine';
  readonly hypervisor: 'xen';
  readonly root_device_type: 'ebs';
  readonly root_device_name: string;
  readonly sriov: 'simple';
  /** ISO 8601 in UTC. */
  readonly creation_date: string;
}

/** The account that owns EKS images in most regions. @see https://docs.aws.amazon.com/eks/latest/userguide/add-ons-images.html */
const EKS_ACCOUNT = '602401143452';

/**
 * Images that the aliases of the stack's EC2NodeClasses resolve to, for the version of its
 * cluster. As JSON they are the file that moto reads from `MOTO_AMIS_PATH` when it starts, and that
 * the AWS answers get as `--images`. Whether AWS ever published such a release is not rehearsed.
 *
 * @throws LabError `AmiAliasNotRehearsed` for an alias that is not one AL2023 release
 */
export function amisFor(stack: SynthesizedStack): readonly MotoImage[] {
  const { version } = readCluster(stack);
  const releases = new Set(objectsOfKind(stack, EC2_NODE_CLASSES).flatMap(({ amiAliases }) => amiAliases).map(releaseOf));
  return [...releases].flatMap((release) =>
    NODE_IMAGE_KINDS.map((kind) => motoImage({ ...kind, kubernetesVersion: version, release })));
}

/** `al2023@v20260917` is the release `v20260917`. */
function releaseOf(alias: string): string {
  if (AMI_ALIAS_PATTERN.test(alias)) return alias.slice(alias.indexOf('@') + 1);
  throw new LabError({
    code: 'AmiAliasNotRehearsed',
    message: 'The rehearsal has images of AL2023 releases only.',
    received: alias,
    remedy: `Set karpenter.amiAlias in lab.yaml to ${AMI_ALIAS_ALLOWED}.`,
  });
}

function motoImage(image: NodeImage): MotoImage {
  const name = nodeImageName(image);
  return {
    ami_id: nodeImageId(image),
    name,
    description: `Stands for ${name} in a rehearsal`,
    owner_id: EKS_ACCOUNT,
    owner_alias: 'amazon',
    public: true,
    virtualization_type: 'hvm',
    architecture: image.architecture,
    state: 'available',
    platform: null,
    image_type: 'machine',
    hypervisor: 'xen',
    root_device_type: 'ebs',
    root_device_name: '/dev/xvda',
    sriov: 'simple',
    creation_date: nodeImageDate(image).toISOString(),
  };
}

import { NODE_IMAGE_KINDS, nodeImageDate, nodeImageId, nodeImageName, type NodeImage } from './aws-answers/node-image';

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

/** What AWS has published. */
export interface PublishedImagesOptions {
  /** Kubernetes minor versions, such as `1.35`. */
  readonly kubernetesVersions: readonly string[];
  /** Releases of Amazon Linux 2023, such as `v20260917`. */
  readonly releases: readonly string[];
}

/**
 * The images that a region's EC2 has: each release for each version of Kubernetes, in all kinds. They come with the account; no
 * stack makes them. Whether AWS ever published such a release is not rehearsed.
 */
export function publishedImages({ kubernetesVersions, releases }: PublishedImagesOptions): readonly NodeImage[] {
  return kubernetesVersions.flatMap((kubernetesVersion) =>
    releases.flatMap((release) => NODE_IMAGE_KINDS.map((kind) => ({ ...kind, kubernetesVersion, release }))));
}

/** Images as JSON for moto, which reads them from the file of `MOTO_AMIS_PATH` when it starts. */
export function motoImages(images: readonly NodeImage[]): readonly MotoImage[] {
  return images.map((image) => {
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
  });
}

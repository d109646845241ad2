import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isJsonArray, parseJson, textAt } from '../../json';
import { LabError } from '../../lab-error';

/** An EKS-optimized Amazon Linux 2023 image. */
export interface NodeImage {
  /** Kubernetes minor version it was built for, such as `1.35`. */
  readonly kubernetesVersion: string;
  /** In EC2's words: `x86_64` or `arm64`. */
  readonly architecture: string;
  /** `standard`, `nvidia` or `neuron`. */
  readonly variant: string;
  /** Release with its date: `vYYYYMMDD`. */
  readonly release: string;
}

/**
 * The images that AWS builds in each release, by processor architecture and variant.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html
 */
export const NODE_IMAGE_KINDS: readonly Pick<NodeImage, 'architecture' | 'variant'>[] = [
  { architecture: 'x86_64', variant: 'standard' },
  { architecture: 'x86_64', variant: 'nvidia' },
  { architecture: 'x86_64', variant: 'neuron' },
  { architecture: 'arm64', variant: 'standard' },
  { architecture: 'arm64', variant: 'nvidia' },
];

const NAME = /^amazon-eks-node-al2023-(x86_64|arm64)-([a-z]+)-(\d+\.\d+)-(v\d{8})$/;

/** Name of the image, as AWS publishes it: `amazon-eks-node-al2023-x86_64-standard-1.35-v20260917`. */
export function nodeImageName({ architecture, variant, kubernetesVersion, release }: NodeImage): string {
  return `amazon-eks-node-al2023-${architecture}-${variant}-${kubernetesVersion}-${release}`;
}

/**
 * Reads the name of an image.
 *
 * @returns undefined where the name is of another kind of image
 */
export function parseNodeImageName(name: string): NodeImage | undefined {
  const [, architecture, variant, kubernetesVersion, release] = NAME.exec(name) ?? [];
  if (architecture === undefined || variant === undefined || kubernetesVersion === undefined || release === undefined) return undefined;
  return { architecture, variant, kubernetesVersion, release };
}

/** Id of the image in the rehearsal: made from its name, so that it is the same in every rehearsal, and none of AWS's. */
export function nodeImageId(image: NodeImage): string {
  return `ami-${createHash('sha256').update(nodeImageName(image)).digest('hex').slice(0, 17)}`;
}

/** Day of the release, at midnight UTC. */
export function nodeImageDate({ release }: NodeImage): Date {
  return new Date(`${release.slice(1, 5)}-${release.slice(5, 7)}-${release.slice(7, 9)}T00:00:00Z`);
}

/**
 * Reads the images that moto was started with: the file of `MOTO_AMIS_PATH`, a JSON array of
 * objects with `name` and `ami_id`.
 *
 * @throws LabError `NodeImagesUnreadable`
 */
export function readNodeImages(file: string): readonly NodeImage[] {
  let parsed;
  try {
    parsed = parseJson(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw unreadable('The file of node images cannot be read.', file, cause);
  }
  if (!isJsonArray(parsed)) throw unreadable('The file of node images is no JSON array.', file);
  return parsed.map((entry) => {
    const name = textAt(entry, 'name') ?? '';
    const image = parseNodeImageName(name);
    if (image === undefined) throw unreadable('The file of node images has one that is not an EKS image of AL2023.', name);
    return image;
  });
}

function unreadable(message: string, received: string, cause?: unknown): LabError {
  return new LabError({
    code: 'NodeImagesUnreadable',
    message,
    received,
    remedy: 'Start the rehearsal again: it writes the file from the assembly.',
    cause,
  });
}

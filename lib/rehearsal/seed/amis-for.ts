import { readCluster } from '../../assembly/cluster-view';
import { objectsOfKind } from '../../assembly/kubernetes-objects';
import type { SynthesizedStack } from '../../assembly/synthesized-stack';
import { AMI_ALIAS_ALLOWED, AMI_ALIAS_PATTERN } from '../../config/compatibility';
import { EC2_NODE_CLASSES } from '../../kubernetes/karpenter-kinds';
import { LabError } from '../../lab-error';
import { type MotoImage, motoImages, publishedImages } from '../published-images';

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
  return motoImages(publishedImages({ kubernetesVersions: [version], releases: [...releases] }));
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

import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { asking, unlessAbsent } from '../aws/aws-failure';
import { AMI_ALIAS_PATTERN } from '../config/compatibility';
import { allowedValues } from '../plan/launch-options';
import { ARCHITECTURE_LABEL } from '../well-known-keys';
import { listed } from '../words';
import { type Check, type CheckContext, failed, passed } from './preflight-check';

/** An image that nodes of the lab start from, as AWS publishes it. */
interface WantedImage {
  /** The key or pin that names it, with its value. */
  readonly what: string;
  /** In EC2's words: `x86_64` or `arm64`. */
  readonly architecture: string;
  /** SSM parameter that holds the id of the image. */
  readonly parameter: string;
  /** What to change where there is no such image. */
  readonly remedy: string;
}

/** Whether AWS has the images that the system nodes and Karpenter's start from. Karpenter launches nothing without; EKS refuses the node group. */
export const imagesCheck: Check = {
  name: 'Node images',
  asksAws: true,
  run: async (context) => {
    const wanted = [...systemImages(context), ...karpenterImages(context)];
    const isThere = await Promise.all(wanted.map(({ parameter }) => isPublished(parameter, context)));
    const missing = wanted.filter((_, index) => isThere[index] === false);
    const { region } = context.lab.stack;
    const [first] = missing;
    return first === undefined
      ? passed(`AWS has ${listed(wanted.map(({ what }) => what))} for Kubernetes ${context.lab.cluster.version}.`)
      : failed(
        `AWS has no ${listed(missing.map(({ what }) => what))} for Kubernetes ${context.lab.cluster.version} in ${region}.`,
        `${[...new Set(missing.map(({ remedy }) => remedy))].join(' ')} `
          + `\`aws ssm get-parameters-by-path --region ${region} --recursive --path ${imagesBelow(context, first.architecture)} --query "Parameters[].Name"\` lists what there is.`,
      );
  },
};

/** What Karpenter resolves an alias to, for each architecture that the NodePool allows. */
function karpenterImages(context: CheckContext): readonly WantedImage[] {
  const { nodeClass, nodePool } = context.lab;
  const architectures = allowedValues(nodePool.requirements, ARCHITECTURE_LABEL, ['amd64', 'arm64']).map((each) => (each === 'amd64' ? 'x86_64' : each));
  return nodeClass.amiAliases.filter((alias) => AMI_ALIAS_PATTERN.test(alias)).flatMap((alias) => architectures.map((architecture) => ({
    what: `${alias} (${architecture})`,
    architecture,
    parameter: imageParameter(context, architecture, alias.slice(alias.indexOf('@') + 1)),
    remedy: 'Set karpenter.amiAlias in lab.yaml to a release that there is.',
  })));
}

/** Architectures of the AMI types of EKS that the lab's node group may have. */
export const AMI_TYPE_ARCHITECTURES: Readonly<Record<string, string>> = { AL2023_x86_64_STANDARD: 'x86_64', AL2023_ARM_64_STANDARD: 'arm64' };

/** Images of the node groups that pin a release, such as `1.35.8-20260917`. */
function systemImages(context: CheckContext): readonly WantedImage[] {
  return context.lab.nodeGroups.flatMap(({ amiType, releaseVersion }) => {
    const architecture = AMI_TYPE_ARCHITECTURES[amiType ?? ''];
    const [, date] = /-(\d{8})$/.exec(releaseVersion ?? '') ?? [];
    return architecture === undefined || date === undefined ? [] : [{
      what: `${releaseVersion} of the system nodes`,
      architecture,
      parameter: imageParameter(context, architecture, `v${date}`),
      remedy: 'Change systemNodeAmiRelease in lib/config/versions.ts to a release that there is.',
    }];
  });
}

/** The parameter of one release. @see https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html */
function imageParameter(context: CheckContext, architecture: string, release: string): string {
  return `${imagesBelow(context, architecture)}/amazon-eks-node-al2023-${architecture}-standard-${context.lab.cluster.version}-${release}/image_id`;
}

function imagesBelow({ lab: { cluster } }: CheckContext, architecture: string): string {
  return `/aws/service/eks/optimized-ami/${cluster.version}/amazon-linux-2023/${architecture}/standard`;
}

async function isPublished(Name: string, { aws }: CheckContext): Promise<boolean> {
  return await asking('ssm:GetParameter', () => unlessAbsent(() => aws.ssm.send(new GetParameterCommand({ Name })), 'ParameterNotFound')) !== undefined;
}

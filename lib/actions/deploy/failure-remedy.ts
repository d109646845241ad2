import { nameTakenRemedy } from './name-taken-remedy';

/** What to do about a failure whose words are known. */
interface KnownFailure {
  readonly words: RegExp;
  /** One that depends on what failed is made from the words and the CloudFormation type. */
  readonly remedy: string | ((words: string, type?: string) => string);
}

/** The more special before the more general: the first that matches is taken. */
const KNOWN: readonly KnownFailure[] = [
  {
    words: /not (?:been )?bootstrapped|bootstrap stack version|\/cdk-bootstrap\/|cdk bootstrap/i,
    remedy: 'Run `npx cdk bootstrap` for this account and region, as `npm run lab -- preflight` says it.',
  },
  {
    words: /VcpuLimitExceeded|vCPU limit|vCPU capacity/i,
    remedy: 'Raise the EC2 quota of on-demand Standard vCPUs (L-1216C47A) in Service Quotas.',
  },
  {
    words: /InsufficientInstanceCapacity|do(?:es)? not (?:currently )?have (?:sufficient|enough) .*capacity/i,
    remedy: 'EC2 is short of this type in this zone: try again later, or set systemNodes.instanceType to another type.',
  },
  {
    words: /LimitExceeded|limit (?:has been )?exceeded|exceeded? (?:the|your) .*(?:limit|quota|maximum)|maximum number of|quota/i,
    remedy: 'Raise the quota that the message names in Service Quotas, or remove what you no longer need. `npm run lab -- preflight` shows the figures.',
  },
  {
    words: /already ?exists|AlreadyExists|EntityAlreadyExists|ResourceInUse/i,
    remedy: nameTakenRemedy,
  },
  {
    words: /AccessDenied|not authorized to perform|UnauthorizedOperation|is not authorized/i,
    remedy: 'The role by which CloudFormation works may not do this. Look for a permissions boundary or an organization policy (SCP), and at the policies that `cdk bootstrap` was given.',
  },
  {
    words: /Rate exceeded|Throttl/i,
    remedy: 'AWS was asked too often: run the same command again in some minutes.',
  },
  {
    words: /NodeCreationFailure|failed to join the kubernetes cluster|AsgInstanceLaunchFailures/i,
    remedy: 'The system nodes did not come up. Look at the node group\'s health issues in the EKS console; most often there is no route to the internet, or no capacity.',
  },
  {
    words: /UnsupportedAvailabilityZone|unsupported (?:availability )?zone|not supported in your requested Availability Zone/i,
    remedy: 'Take other zones: availabilityZones in lab.yaml. `npm run lab -- preflight` shows where the types are offered.',
  },
  {
    words: /custom resource|Lambda function|CloudWatch Log/i,
    remedy: 'This is done by a function of the stack: its log says more.',
  },
];

/**
 * What to do about a failure, from the words of CloudFormation or the CDK.
 *
 * @param type CloudFormation type of what failed. @default - not known
 * @returns undefined for words that are not known
 */
export function failureRemedy(words: string, type?: string): string | undefined {
  const remedy = KNOWN.find((known) => known.words.test(words))?.remedy;
  return typeof remedy === 'function' ? remedy(words, type) : remedy;
}

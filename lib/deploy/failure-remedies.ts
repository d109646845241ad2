/** Names a {@link FailureRemedy}. */
export type FailureKind =
  | 'credentials' | 'bootstrap' | 'half made' | 'replacement' | 'stack state' | 'another app'
  | 'account validation' | 'free plan' | 'zone' | 'vCPU quota' | 'capacity' | 'queue just deleted' | 'throttled' | 'policy size' | 'quota'
  | 'principal' | 'chart registry' | 'KMS key' | 'service-linked role' | 'organization policy' | 'tagging right' | 'right'
  | 'IAM not yet effective' | 'version' | 'instance type' | 'held' | 'helm lock' | 'helm ownership' | 'name taken'
  | 'API unreachable' | 'API refuses' | 'chart not ready' | 'function silent' | 'nodes' | 'add-on' | 'AWS itself' | 'function';

/** What to do about failures that AWS words alike. */
interface FailureRemedy {
  readonly kind: FailureKind;
  readonly words: RegExp;
  /** One that depends on what failed is made from the words and the CloudFormation type. */
  readonly remedy: string | ((words: string, type?: string) => string);
}

/**
 * Every failure whose words are known. The first that matches is taken, and one text often matches several: EKS says of a zone
 * without control planes that it lacks `sufficient capacity`, SQS says `Throttling` of a queue that was just deleted, a denied
 * KMS key is `not authorized`, and nearly everything ends in `failed to stabilize`. So the order is from the cause that one
 * remedy cures to the symptom that many causes have: what comes before CloudFormation; what the account or zone cannot give;
 * what is not allowed; what is named wrongly or taken; what the cluster does not do; and last what only a log tells.
 */
const FAILURES: readonly FailureRemedy[] = [
  // Before CloudFormation begins.
  {
    kind: 'credentials',
    words: /security token included in the request is (?:expired|invalid)|ExpiredToken|no credentials have been configured|InvalidClientTokenId|session (?:associated with this profile )?has expired/i,
    remedy: 'Log in again: `aws sso login`, or set AWS_PROFILE to a profile of this account; `aws sts get-caller-identity` shows whether it works. What CloudFormation has begun goes on without you: `npm run lab -- deploy` follows it.',
  },
  {
    kind: 'bootstrap',
    words: /bootstrapped\?|not (?:been )?bootstrapped|bootstrap stack version|\/cdk-bootstrap\/|cdk bootstrap|Could not assume role in target account|could not be used to assume/i,
    remedy: 'Run `npx cdk bootstrap` for this account and region, as `npm run lab -- preflight` says it.',
  },
  {
    kind: 'half made',
    words: /paused fail state|is still (?:CREATE|UPDATE)_FAILED/i,
    remedy: 'CloudFormation does not go on from what the earlier deployment left. Roll a failed update back in the CloudFormation console; else `npm run lab -- teardown` removes it all. Then deploy again.',
  },
  {
    kind: 'replacement',
    words: /change includes a replacement which cannot be deployed with/i,
    remedy: 'The change replaces a resource, which CloudFormation does with rollback only: deploy without --keep-failed.',
  },
  {
    kind: 'stack state',
    words: /is in \w+ state and can ?not be updated|is in a failed state/i,
    remedy: 'An earlier deployment failed, and its stack takes no other: `npm run lab -- teardown` removes it.',
  },
  {
    kind: 'another app',
    words: /No export named/i,
    remedy: 'The lab imports nothing from other stacks, so this is the template of another app: run `npm run synth` in the folder of the lab.',
  },

  // What the account, the zone or EC2 cannot give. Zones come before capacity: EKS and EC2 speak of capacity there, too.
  {
    kind: 'account validation',
    words: /PendingVerification|request for accessing resources in this region is being validated/i,
    remedy: 'AWS still validates your account for this region, which takes up to four hours; it writes you an e-mail when it is done.',
  },
  {
    kind: 'free plan',
    words: /not eligible for Free Tier/i,
    remedy: 'The account is on the Free plan, which launches small types only. Upgrade it to the Paid plan in the Billing console: what Karpenter launches for the exercise is not on the list either.',
  },
  {
    kind: 'zone',
    words: /UnsupportedAvailabilityZone|targeted availability zone|unsupported (?:availability )?zone|not supported in (?:your|the) requested Availability Zone/i,
    remedy: 'Take other zones: availabilityZones in lab.yaml. `npm run lab -- preflight` shows where the types are offered.',
  },
  {
    kind: 'vCPU quota',
    words: /VcpuLimitExceeded|vCPU limit|vCPU capacity/i,
    remedy: 'Raise the EC2 quota of on-demand Standard vCPUs (L-1216C47A) in Service Quotas.',
  },
  {
    kind: 'capacity',
    words: /InsufficientInstanceCapacity|UnfulfillableCapacity|do(?:es)? not (?:currently )?have (?:sufficient|enough) .*capacity/i,
    remedy: 'EC2 is short of this type in this zone: try again later, or set systemNodes.instanceType to another type.',
  },
  {
    // Before throttling: SQS reports it so.
    kind: 'queue just deleted',
    words: /QueueDeletedRecently|must wait 60 seconds after deleting a queue/i,
    remedy: 'SQS gives the name of a deleted queue free after a minute: wait that long.',
  },
  {
    // Before quotas: `RequestLimitExceeded` is a rate.
    kind: 'throttled',
    words: /Rate exceeded|Throttl|RequestLimitExceeded|TooManyRequests/i,
    remedy: 'AWS was asked too often: run the same command again in some minutes.',
  },
  {
    kind: 'policy size',
    words: /quota for PolicySize/i,
    remedy: 'A policy has more than 6,144 characters, which no quota raises: set a shorter clusterName in lab.yaml, which its statements repeat.',
  },
  {
    kind: 'quota',
    words: /LimitExceeded|limit (?:has been )?exceeded|exceeded? (?:the|your) .*(?:limit|quota|maximum)|would exceed the limit|maximum number of|quota|UnreservedConcurrentExecution/i,
    remedy: 'Raise the quota that the message names in Service Quotas, or remove what you no longer need. `npm run lab -- preflight` shows the figures.',
  },

  // What is not allowed, the special before the plain denial.
  {
    kind: 'principal',
    words: /principalArn (?:is|parameter)[^.]*(?:invalid|not valid)|invalid principal/i,
    remedy: 'One of admins in lab.yaml is not what IAM knows: an ARN of a role or user that exists, with its path. `aws iam get-role --role-name NAME --query Role.Arn` prints it; a role of IAM Identity Center is found by `aws iam list-roles --path-prefix /aws-reserved/sso.amazonaws.com/ --query "Roles[].Arn"`.',
  },
  {
    kind: 'chart registry',
    words: /ecr-public|public\.ecr\.aws\S*.*(?:403|Forbidden|not found|401)|registry login/i,
    remedy: 'The registry of the charts, public.ecr.aws, refused: look whether karpenter.version in lab.yaml exists, and whether your organization denies us-east-1, where a function of the stack asks `ecr-public` for its token.',
  },
  {
    kind: 'KMS key',
    words: /KMS key|KMSKey|kms:\w+/i,
    remedy: 'A volume is encrypted by a key that EC2 may not use: the default key of EBS in this region is a key of your own. Let its key policy allow the role AWSServiceRoleForAutoScaling, or make aws/ebs the default again: `aws ec2 reset-ebs-default-kms-key-id`.',
  },
  {
    kind: 'service-linked role',
    words: /service[- ]linked role|ServiceLinkedRole/i,
    remedy: serviceLinkedRoleRemedy,
  },
  {
    kind: 'organization policy',
    words: /explicit deny in a (?:service|resource) control policy|explicit deny in a permissions boundary/i,
    remedy: 'A policy of your organization, or a permissions boundary, denies this, and no role of the account changes that: show the message to whoever administers it, or take another account.',
  },
  {
    kind: 'tagging right',
    words: /performing a tagging operation|UnauthorizedTagging|logs:TagResource/i,
    remedy: 'The role by which CloudFormation works may create this, and not tag it: allow the tagging actions of the service to the policies that `cdk bootstrap` was given.',
  },
  {
    // Before the plain denial: the role was made a moment ago, and AWS does not know it everywhere yet.
    kind: 'IAM not yet effective',
    words: /does not have permissions to call CreateNetworkInterface|must allow AWS EventBridge Scheduler to assume|cannot be assumed by Lambda|IAM role \S+ doesn't exist/i,
    remedy: 'A role that was just made was not known everywhere yet; this passes by itself. If it comes again, an organization policy (SCP) denies what the message names.',
  },
  {
    kind: 'right',
    words: /AccessDenied|Access denied|not authorized to|UnauthorizedOperation/i,
    remedy: 'The role by which CloudFormation works may not do this. Look for a permissions boundary or an organization policy (SCP), and at the policies that `cdk bootstrap` was given.',
  },

  // What does not exist, is held, or has a name already. What is held comes first: EKS calls it ResourceInUse, too.
  {
    kind: 'version',
    words: /unsupported Kubernetes version|Addon (?:version )?specified is not supported|release version \S+ is (?:not valid|invalid)/i,
    remedy: 'EKS no longer offers this version, or not here: set a kubernetesVersion in lab.yaml that it does. `aws eks describe-cluster-versions` lists them, and `npm run lab -- preflight` checks every version that the lab pins.',
  },
  {
    kind: 'instance type',
    words: /instance type \S+ is not valid|InvalidInstanceType|Ec2LaunchTemplateInvalidConfiguration/i,
    remedy: 'The system nodes cannot be of this type here: set another systemNodes.instanceType in lab.yaml. `npm run lab -- preflight` shows where a type is offered.',
  },
  {
    kind: 'held',
    words: /has dependencies and cannot be deleted|has a dependent object|DependencyViolation|must remove roles from instance profile|must (?:detach|delete) (?:all )?policies first|has node ?groups attached|is currently in use/i,
    remedy: 'Something that the stack did not make holds it: an instance of Karpenter\'s with its profile, a load balancer, an interface of a function (up to 45 minutes), or an endpoint of GuardDuty. `npm run lab -- teardown` names it, and removes what is the lab\'s.',
  },
  {
    kind: 'helm lock',
    words: /another operation \(install\/upgrade\/rollback\) is in progress/i,
    remedy: 'Helm was cut off in the middle of the chart, mostly because its function was called twice or timed out, and has locked the release.',
  },
  {
    kind: 'helm ownership',
    words: /invalid ownership metadata|cannot be imported into the current release|cannot reuse a name that is still in use|cannot re-use a name/i,
    remedy: 'Somebody has installed this chart in the cluster by other means: `helm list --all-namespaces` shows it, and `helm uninstall NAME --namespace NAMESPACE` removes it.',
  },
  {
    kind: 'name taken',
    words: /already ?exists|AlreadyExists|EntityAlreadyExists|ResourceInUse/i,
    remedy: nameTakenRemedy,
  },

  // What the cluster, and the functions that speak to it, do not do. Their words come inside those of a custom resource.
  {
    kind: 'API unreachable',
    words: /i\/o timeout|Unable to connect to the server|ETIMEDOUT|Connect(?:ion)? timed? ?out|no such host|connection refused/i,
    remedy: 'A function of the stack did not reach the Kubernetes API or an AWS service. This passes mostly by itself; if it comes again, look at the NAT gateway and the routes of the private subnets.',
  },
  {
    kind: 'API refuses',
    words: /You must be logged in to the server|\bUnauthorized\b/i,
    remedy: 'The access entry of the function was not yet effective: EKS needs some seconds for it. This passes by itself.',
  },
  {
    kind: 'chart not ready',
    words: /context deadline exceeded|timed out waiting for the condition|INSTALLATION FAILED|UPGRADE FAILED/i,
    remedy: 'The pods of the chart did not get ready in time. While the cluster is there, `kubectl get pods -A` and `kubectl describe pods -n kube-system` say why: no room on the system nodes, an image that cannot be pulled, or no credentials.',
  },
  {
    kind: 'function silent',
    words: /did not receive a response from your Custom Resource/i,
    remedy: 'The function that does this was ended after its 15 minutes, and CloudFormation waited an hour for it. Its log says where it stood.',
  },
  {
    kind: 'nodes',
    words: /NodeCreationFailure|failed to join the kubernetes cluster|AsgInstanceLaunchFailures|Could not launch (?:On-Demand|Spot) Instances/i,
    remedy: 'The system nodes did not come up. Look at the node group\'s health issues in the EKS console; most often there is no route to the internet, or no capacity.',
  },
  {
    kind: 'add-on',
    words: /InsufficientNumberOfReplicas|ConfigurationConflict|add-?on .*(?:DEGRADED|failed to stabilize)|CREATE_FAILED.*add-?on/i,
    remedy: 'The pods of an EKS add-on did not get ready. `aws eks describe-addon --cluster-name CLUSTER --addon-name NAME --query addon.health` says why while the cluster is there; most often the system nodes lack room or a network.',
  },

  // What nothing but a log, or AWS, can tell.
  {
    kind: 'AWS itself',
    words: /Internal ?Failure|InternalError|ServiceInternalError|internal (?:service )?error|Service ?Unavailable|NotStabilized/i,
    remedy: 'AWS itself failed at this; https://health.aws.amazon.com shows whether it knows. It passes mostly by itself.',
  },
  {
    kind: 'function',
    words: /custom resource|Lambda function|CloudWatch Log/i,
    remedy: 'This is done by a function of the stack: its log says more.',
  },
];

/** Which known failure the words of CloudFormation or the CDK tell of; undefined for words that are not known. */
export function failureKind(words: string): FailureKind | undefined {
  return knownFailure(words)?.kind;
}

/**
 * What to do about a failure, from the words of CloudFormation or the CDK.
 *
 * @param type CloudFormation type of what failed. @default - not known
 * @returns undefined for words that are not known
 */
export function failureRemedy(words: string, type?: string): string | undefined {
  const remedy = knownFailure(words)?.remedy;
  return typeof remedy === 'function' ? remedy(words, type) : remedy;
}

function knownFailure(words: string): FailureRemedy | undefined {
  return FAILURES.find((failure) => failure.words.test(words));
}

/** The service by which AWS makes a role of its own, by the end of that role's name. */
const SERVICES_OF_ROLES: Readonly<Record<string, string>> = {
  AmazonEKS: 'eks.amazonaws.com',
  AmazonEKSNodegroup: 'eks-nodegroup.amazonaws.com',
  AutoScaling: 'autoscaling.amazonaws.com',
  EC2Spot: 'spot.amazonaws.com',
  ElasticLoadBalancing: 'elasticloadbalancing.amazonaws.com',
};

/** What to do where AWS may not make a role of its own, which it does once in an account. */
function serviceLinkedRoleRemedy(words: string): string {
  const role = /AWSServiceRoleFor(\w+)/.exec(words)?.[1] ?? (/spot/i.test(words) ? 'EC2Spot' : '');
  const service = /aws-service-role\/([a-z0-9.-]+amazonaws\.com)/.exec(words)?.[1] ?? SERVICES_OF_ROLES[role] ?? 'SERVICE';
  return `Let an administrator make the role once in this account: \`aws iam create-service-linked-role --aws-service-name ${service}\`.`;
}

/** How something that holds a name of the lab is removed, by its CloudFormation type. `NAME` stands for its name. */
const REMOVALS: Readonly<Record<string, string>> = {
  'AWS::IAM::Role': 'Detach its policies, take it out of its instance profiles, then `aws iam delete-role --role-name NAME`',
  'AWS::IAM::ManagedPolicy': 'Detach it, then `aws iam delete-policy --policy-arn NAME` with its ARN',
  'AWS::SQS::Queue': '`aws sqs delete-queue --queue-url NAME` with its URL, then wait a minute',
  'AWS::EKS::Cluster': 'Delete its node groups, then `aws eks delete-cluster --name NAME`',
  'AWS::Logs::LogGroup': 'Run `npm run lab -- sweep` when the stack is gone',
  'AWS::Scheduler::Schedule': '`aws scheduler delete-schedule --name NAME`',
};

/**
 * What to do about a resource whose name is taken. But for log groups `lab sweep` is no answer: it knows what Karpenter and
 * Kubernetes leave, and a role, policy, queue or cluster carries nothing that says whose it is.
 *
 * @param words CloudFormation's reason
 * @param type CloudFormation type of the resource that could not be made
 */
function nameTakenRemedy(words: string, type?: string): string {
  const owner = /already exists in stack (\S*[^\s.,;)"'])/i.exec(words)?.[1];
  if (owner !== undefined) return `It belongs to stack ${owner}: delete that stack, or set another clusterName in lab.yaml.`;
  const name = /identifier '(?:\{"[^"]*":")?([^'"]+)(?:"\})?'/i.exec(words)?.[1];
  const what = name ?? 'what the message names';
  const removal = REMOVALS[type ?? '']?.replace('NAME', () => name ?? 'NAME') ?? 'Delete it by hand';
  return `An earlier class, or somebody else, has ${what}. ${removal}, if nobody needs it; else set another clusterName in lab.yaml.`;
}

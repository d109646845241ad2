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
export function nameTakenRemedy(words: string, type?: string): string {
  const owner = /already exists in stack (\S*[^\s.,;)"'])/i.exec(words)?.[1];
  if (owner !== undefined) return `It belongs to stack ${owner}: delete that stack, or set another clusterName in lab.yaml.`;
  const name = /identifier '([^']+)'/i.exec(words)?.[1];
  const what = name ?? 'what the message names';
  const removal = REMOVALS[type ?? '']?.replace('NAME', () => name ?? 'NAME') ?? 'Delete it by hand';
  return `An earlier class, or somebody else, has ${what}. ${removal}, if nobody needs it; else set another clusterName in lab.yaml.`;
}

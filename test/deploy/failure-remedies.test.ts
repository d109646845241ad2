import { failureKind, failureRemedy } from '../../lib/deploy/failure-remedies';
import { REPORTED_FAILURES } from './failure-corpus';

describe('the remedy of a failed deployment', () => {
  it.each(REPORTED_FAILURES)('is that of $kind for: $text', ({ text, kind, type }) => {
    expect(failureKind(text)).toBe(kind);
    expect(failureRemedy(text, type)).toMatch(/\.$/);
  });

  it('is tried with reports from many places, each told once', () => {
    expect(REPORTED_FAILURES.length).toBeGreaterThan(60);
    expect(new Set(REPORTED_FAILURES.map(({ text }) => text)).size).toBe(REPORTED_FAILURES.length);
    expect(REPORTED_FAILURES.filter(({ source }) => !/^https:\/\/\S+\/\d+$/.test(source))).toEqual([]);
  });

  it.each([
    ['AWS::IAM::Role', '`aws iam delete-role --role-name lab-karpenter-node`'],
    ['AWS::IAM::ManagedPolicy', '`aws iam delete-policy --policy-arn lab-karpenter-node`'],
    ['AWS::SQS::Queue', '`aws sqs delete-queue --queue-url lab-karpenter-node`'],
    ['AWS::EKS::Cluster', 'Delete its node groups, then `aws eks delete-cluster --name lab-karpenter-node`'],
    ['AWS::Scheduler::Schedule', '`aws scheduler delete-schedule --name lab-karpenter-node`'],
    ['AWS::EC2::EIP', 'Delete it by hand'],
  ])('for a %s whose name is taken says how it is removed, and not by the sweep, which leaves it', (type, removal) => {
    const remedy = failureRemedy(`Resource of type '${type}' with identifier 'lab-karpenter-node' already exists.`, type);
    expect(remedy).toContain('has lab-karpenter-node.');
    expect(remedy).toContain(removal);
    expect(remedy).toContain('else set another clusterName');
    expect(remedy).not.toContain('sweep');
  });

  it.each(['/aws/eks/lab/cluster', '{"/properties/LogGroupName":"/aws/eks/lab/cluster"}'])('for a log group whose name is taken, %s, is the sweep, which removes it', (identifier) => {
    const remedy = failureRemedy(`Resource of type 'AWS::Logs::LogGroup' with identifier '${identifier}' already exists.`, 'AWS::Logs::LogGroup');
    expect(remedy).toContain('has /aws/eks/lab/cluster.');
    expect(remedy).toContain('lab -- sweep');
  });

  it('for a name that another stack has names that stack', () => {
    const owner = 'arn:aws:cloudformation:ap-northeast-2:111122223333:stack/lab-old/4b6c';
    expect(failureRemedy(`lab-karpenter-node already exists in stack ${owner}.`, 'AWS::IAM::Role')).toBe(`It belongs to stack ${owner}: delete that stack, or set another clusterName in lab.yaml.`);
  });

  it.each([
    ['Failed to create service linked role: AWSServiceRoleForAmazonEKSNodegroup', 'eks-nodegroup.amazonaws.com'],
    ['ServiceLinkedRoleCreationNotPermitted: no permission to create the service-linked role for EC2 Spot Instances.', 'spot.amazonaws.com'],
    ['iam:CreateServiceLinkedRole on resource: arn:aws:iam::1:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS', 'eks.amazonaws.com'],
  ])('for a role of AWS\'s own, %s, names the service that has it', (words, service) => {
    expect(failureRemedy(words)).toContain(`--aws-service-name ${service}\``);
  });

  it.each([
    ['Stack is in a paused fail state (CREATE_FAILED) and change includes a replacement which cannot be deployed with "--no-rollback". Perform a deployment with rollback enabled', 'lab -- teardown'],
    ['Change includes a replacement which cannot be deployed with "--no-rollback". Perform a deployment with rollback enabled', 'without --keep-failed'],
  ])('for what the CDK asks of a deployment without rollback says what to do instead: %s', (words, remedy) => {
    expect(failureRemedy(words)).toContain(remedy);
  });

  it('is none of ours where the words are new', () => {
    expect(failureRemedy('Property PolicyDocument is malformed')).toBeUndefined();
  });
});

import { firstCause } from '../../lib/aws/stack-events';
import { deploymentFailed, deploymentNotStarted, failureRemedy } from '../../lib/deploy/deployment-failure';
import { resource, smallLabView } from '../assembly/small-lab';
import { ADDRESS_QUOTA_REACHED, BEGUN, CHART_FAILED, events, ROLE_EXISTS } from './event-lists';

describe('the first cause of a failed deployment', () => {
  it('is the earliest failure, not what was cancelled because of it, nor what the rollback could not delete', () => {
    expect(firstCause(events(...ADDRESS_QUOTA_REACHED))?.logicalId).toBe('Address');
    expect(firstCause(events(...ROLE_EXISTS))?.logicalId).toBe('KarpenterNodeRole');
    expect(firstCause(events(...CHART_FAILED))?.logicalId).toBe('Karpenter');
  });

  it('goes by the time and not by the order in which events arrive', () => {
    const found = firstCause(events(
      [9, 'Later', 'AWS::SQS::Queue', 'CREATE_FAILED', 'A queue of that name was deleted a moment ago'],
      [7, 'Earlier', 'AWS::EC2::EIP', 'CREATE_FAILED', 'The maximum number of addresses has been reached.'],
    ));
    expect(found?.logicalId).toBe('Earlier');
  });

  it('is none as long as nothing failed by itself', () => {
    expect(firstCause(events(...BEGUN))).toBeUndefined();
    expect(firstCause(events([8, 'Vpc', 'AWS::EC2::VPC', 'CREATE_FAILED', 'Resource creation cancelled']))).toBeUndefined();
  });

  it('is said with its label, its logical id, its type and the reason without ids of requests', () => {
    const error = deploymentFailed(smallLabView(), events(...ADDRESS_QUOTA_REACHED), 'ROLLBACK_COMPLETE');
    expect(error).toMatchObject({ code: 'DeploymentFailed', received: 'Address' });
    expect(error.message).toContain('(Address, AWS::EC2::EIP) failed: ');
    expect(error.message).toContain('The maximum number of addresses has been reached');
    expect(error.message).not.toMatch(/Request ID|6b1f/);
    expect(error.message).toMatch(/The stack is ROLLBACK_COMPLETE\.$/);
    expect(error.remedy).toMatch(/Service Quotas.*lab -- teardown/);
  });

  it('of a custom resource comes with the log groups of the functions', () => {
    const lab = smallLabView({
      Handler: resource('AWS::Lambda::Function', { LoggingConfig: { LogGroup: { Ref: 'HandlerLogs' } }, Role: { 'Fn::GetAtt': ['HandlerRole', 'Arn'] } }),
      HandlerLogs: resource('AWS::Logs::LogGroup'),
    });
    const error = deploymentFailed(lab, events(...CHART_FAILED), 'ROLLBACK_IN_PROGRESS');
    expect(error.message).toContain('Chart karpenter (Karpenter, Custom::AWSCDK-EKS-HelmChart) failed: ');
    expect(error.message).toContain('context deadline exceeded');
    expect(error.remedy).toContain('aws logs tail Lab-HandlerLogs-A1B2 --since 1h');
  });

  it('is not known where CloudFormation names none', () => {
    const error = deploymentFailed(smallLabView(), events(...BEGUN), 'ROLLBACK_COMPLETE');
    expect(error.message).toContain('names no cause');
    expect(error.remedy).toContain('events of stack Lab');
  });

  it.each([
    ['You have requested more vCPU capacity than your current vCPU limit of 5 allows (VcpuLimitExceeded)', 'L-1216C47A'],
    ['Resource handler returned message: "The maximum number of VPCs has been reached. (HandlerErrorCode: ServiceLimitExceeded)"', 'Service Quotas'],
    ['Cannot exceed quota for PoliciesPerRole: 10', 'Service Quotas'],
    ['EntityAlreadyExists: Role with name lab-karpenter-node already exists.', 'another clusterName'],
    ['API: iam:CreateRole User: arn:aws:sts::111122223333:assumed-role/cdk-exec is not authorized to perform: iam:CreateRole', 'SCP'],
    ['SSM parameter /cdk-bootstrap/hnb659fds/version not found. Has the environment been bootstrapped?', 'cdk bootstrap'],
    ['NodeCreationFailure: Instances failed to join the kubernetes cluster', 'node group'],
    ['We currently do not have sufficient t3.medium capacity in the Availability Zone you requested', 'short of this type'],
    ['Rate exceeded', 'asked too often'],
    ['Received response status [FAILED] from custom resource. Message returned: timeout', 'its log'],
  ])('%s: has a remedy', (reason, remedy) => {
    expect(failureRemedy(reason)).toContain(remedy);
  });

  it.each([
    ['AWS::IAM::Role', '`aws iam delete-role --role-name lab-karpenter-node`'],
    ['AWS::IAM::ManagedPolicy', '`aws iam delete-policy --policy-arn lab-karpenter-node`'],
    ['AWS::SQS::Queue', '`aws sqs delete-queue --queue-url lab-karpenter-node`'],
    ['AWS::EKS::Cluster', 'Delete its node groups, then `aws eks delete-cluster --name lab-karpenter-node`'],
    ['AWS::Scheduler::Schedule', '`aws scheduler delete-schedule --name lab-karpenter-node`'],
    ['AWS::EC2::EIP', 'Delete it by hand'],
  ])('%s whose name is taken: the remedy says how it is removed, and not by the sweep, which leaves it', (type, removal) => {
    const remedy = failureRemedy(`Resource of type '${type}' with identifier 'lab-karpenter-node' already exists.`, type);
    expect(remedy).toContain('has lab-karpenter-node.');
    expect(remedy).toContain(removal);
    expect(remedy).toContain('else set another clusterName');
    expect(remedy).not.toContain('sweep');
  });

  it('a log group whose name is taken is for the sweep, which removes it', () => {
    expect(failureRemedy('Resource of type \'AWS::Logs::LogGroup\' with identifier \'/aws/eks/lab/cluster\' already exists.', 'AWS::Logs::LogGroup')).toContain('lab -- sweep');
  });

  it('a name that another stack has is said with that stack', () => {
    const owner = 'arn:aws:cloudformation:ap-northeast-2:111122223333:stack/lab-old/4b6c';
    expect(failureRemedy(`lab-karpenter-node already exists in stack ${owner}.`, 'AWS::IAM::Role')).toBe(`It belongs to stack ${owner}: delete that stack, or set another clusterName in lab.yaml.`);
  });

  it('has no remedy of ours where the words are new', () => {
    expect(failureRemedy('Property PolicyDocument is malformed')).toBeUndefined();
  });

  it('is what the CDK says, where CloudFormation did not begin', () => {
    const error = deploymentNotStarted('Lab', 'Lab: SSM parameter /cdk-bootstrap/hnb659fds/version not found.');
    expect(error).toMatchObject({ code: 'DeploymentNotStarted', remedy: expect.stringContaining('cdk bootstrap') });
    expect(error.message).toBe('The CDK gave up before CloudFormation began: Lab: SSM parameter /cdk-bootstrap/hnb659fds/version not found.');
  });
});

import { deploymentFailed, deploymentNotStarted } from '../../lib/deploy/deployment-failure';
import { resource, smallLabView } from '../assembly/small-lab';
import { ADDRESS_QUOTA_REACHED, BEGUN, CHART_FAILED, events, KEPT_CHART } from './event-lists';

describe('the failure of a deployment, by its first cause,', () => {
  it('is said with its label, its logical id, its type and the reason without ids of requests', () => {
    const error = deploymentFailed(smallLabView(), events(...ADDRESS_QUOTA_REACHED), 'ROLLBACK_COMPLETE');
    expect(error).toMatchObject({ code: 'DeploymentFailed', received: 'Address' });
    expect(error.message).toContain('(Address, AWS::EC2::EIP) failed: ');
    expect(error.message).toContain('The maximum number of addresses has been reached');
    expect(error.message).not.toMatch(/Request ID|6b1f/);
    expect(error.message).toMatch(/The stack is ROLLBACK_COMPLETE\.$/);
    expect(error.remedy).toMatch(/Service Quotas.*lab -- teardown/);
  });

  it('of a change to a lab that runs does not end it', () => {
    const remedyOf = (status: string): string | undefined => deploymentFailed(smallLabView(), events(...ADDRESS_QUOTA_REACHED), status).remedy;
    expect(remedyOf('UPDATE_ROLLBACK_COMPLETE')).toMatch(/Service Quotas.*Then deploy again; until then the lab is as it was/);
    expect(remedyOf('UPDATE_ROLLBACK_COMPLETE')).not.toContain('teardown');
    expect(remedyOf('UPDATE_ROLLBACK_FAILED')).toContain('continue the rollback');
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

  it('of a custom resource that was kept comes with the log that stays', () => {
    const lab = smallLabView({ Handler: resource('AWS::Lambda::Function', { LoggingConfig: { LogGroup: { Ref: 'HandlerLogs' } } }), HandlerLogs: resource('AWS::Logs::LogGroup') });
    expect(deploymentFailed(lab, events(...KEPT_CHART), 'CREATE_FAILED').remedy).toMatch(/Its log: aws logs tail Lab-HandlerLogs-A1B2 --since 1h\. What was made is still there/);
  });

  it('is not known where CloudFormation names none', () => {
    const error = deploymentFailed(smallLabView(), events(...BEGUN), 'ROLLBACK_COMPLETE');
    expect(error.message).toContain('names no cause');
    expect(error.remedy).toContain('events of stack Lab');
  });

  it('is what the CDK says, where CloudFormation did not begin', () => {
    const error = deploymentNotStarted('Lab', 'Lab: SSM parameter /cdk-bootstrap/hnb659fds/version not found.');
    expect(error).toMatchObject({ code: 'DeploymentNotStarted', remedy: expect.stringContaining('cdk bootstrap') });
    expect(error.message).toBe('The CDK gave up before CloudFormation began: Lab: SSM parameter /cdk-bootstrap/hnb659fds/version not found.');
  });
});

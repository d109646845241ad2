import { deploymentFailed, deploymentNotStarted } from '../../lib/deploy/deployment-failure';
import type { JsonObject } from '../../lib/json';
import { resource, smallLabView } from '../assembly/small-lab';
import { ADDRESS_QUOTA_REACHED, BEGUN, CHART_FAILED, events, KEPT_CHART, type ShortEvent } from './event-lists';

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

  it('names the logs of the functions behind the resource alone, and none that the rollback has removed', () => {
    const logged = (group: string, others: JsonObject = {}) => resource('AWS::Lambda::Function', { LoggingConfig: { LogGroup: { Ref: group } }, ...others });
    const lab = smallLabView({
      Karpenter: resource('Custom::AWSCDK-EKS-HelmChart', { ...smallLabView().stack.resources.get('Karpenter')?.properties, ServiceToken: { 'Fn::GetAtt': ['Framework', 'Arn'] } }),
      Framework: logged('FrameworkLogs', { Environment: { Variables: { USER_ON_EVENT_FUNCTION_ARN: { 'Fn::GetAtt': ['Handler', 'Arn'] } } } }),
      Handler: logged('HandlerLogs'),
      Other: logged('OtherLogs'),
    });
    const made = (logicalId: string): ShortEvent => [2, logicalId, 'AWS::Logs::LogGroup', 'CREATE_COMPLETE', undefined, `Lab-${logicalId}-A1B2`];
    const remedyOf = (status: string): string | undefined => deploymentFailed(lab, events(...['FrameworkLogs', 'HandlerLogs', 'OtherLogs'].map(made), ...CHART_FAILED), status).remedy;
    expect(remedyOf('ROLLBACK_IN_PROGRESS')).toContain('aws logs tail Lab-FrameworkLogs-A1B2 --since 1h; aws logs tail Lab-HandlerLogs-A1B2 --since 1h.');
    expect(remedyOf('ROLLBACK_COMPLETE')).toMatch(/deploy --keep-failed` fails once more and keeps it\. Then run/);
    expect(remedyOf('ROLLBACK_COMPLETE')).not.toContain('aws logs');
  });

  it('has no lines of a function\'s code', () => {
    const trace = '\n    at invokeUserFunction (/var/task/framework.js:2:6)\n    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)\n    at async /var/task/cfn-response.js:1:2865';
    const failed: ShortEvent = [700, 'Karpenter', 'Custom::AWSCDK-EKS-HelmChart', 'CREATE_FAILED', `Message returned: Error: 1.14.999: not found${trace} (RequestId: 6b1f)`];
    expect(deploymentFailed(smallLabView(), events(...BEGUN, failed), 'ROLLBACK_COMPLETE').message).toMatch(/failed: Message returned: Error: 1\.14\.999: not found \(RequestId: 6b1f\)\. The stack is/);
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

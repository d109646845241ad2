import { causeInMessage } from '../../../lib/rehearsal/cloud-formation/custom-resources';

describe('the cause in what a custom resource failed with', () => {
  it('is the last error of helm, without what the handler, the framework and CloudFormation put around it', () => {
    const helm = 'level=WARN msg="upgrade failed" error="Deployment.apps \\\\"karpenter\\\\" is invalid"\\nError: UPGRADE FAILED: Deployment.apps "karpenter" is invalid: spec.replicas\\n';
    const message = `Received response status [FAILED] from custom resource. Message returned: Error: b'${helm}'\n\nLogs: /aws/lambda/handler\n\n    at invokeUserFunction (/framework.js:2:6)\n    at x (RequestId: ee9725d1-9a81)`;
    expect(causeInMessage(message)).toBe('UPGRADE FAILED: Deployment.apps "karpenter" is invalid: spec.replicas');
  });

  it('is the last line of an output that names no error', () => {
    expect(causeInMessage('Received response status [FAILED] from custom resource. Message returned: Error: b\'one\\ntwo\\n\' (RequestId: 1a-2)')).toBe('two');
  });

  it('is the message of any other function', () => {
    expect(causeInMessage('Received response status [FAILED] from custom resource. Message returned: The drain is held by Pod a. (RequestId: 1a-2)')).toBe('The drain is held by Pod a.');
    expect(causeInMessage('CloudFormation did not receive a response')).toBe('CloudFormation did not receive a response');
  });
});

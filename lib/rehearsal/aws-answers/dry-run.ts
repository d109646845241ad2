import { AwsFault } from './aws-fault';
import type { Handler } from './handler';

/**
 * Answers a request with `DryRun` as EC2 does: with the fault that says it would have succeeded.
 * Karpenter asks so whether it reaches EC2, before anything else.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html
 */
export function refuseDryRuns(handler: Handler): Handler {
  return (request) => {
    if (request.parameters.get('DryRun') === 'true') {
      throw new AwsFault('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
    }
    return handler(request);
  };
}

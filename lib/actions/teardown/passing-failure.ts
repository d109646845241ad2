import { isPassingAwsFailure } from '../../aws/aws-failure';
import { KubernetesRequestRefused } from '../../kubernetes/request-refused';
import { LabError } from '../../lab-error';

/** Whether a wait may go on after this failure: a later try need not meet it again. */
export function isPassing(error: unknown): error is LabError {
  if (error instanceof KubernetesRequestRefused) return error.status === 429 || error.status >= 500;
  return isPassingAwsFailure(error) || (error instanceof LabError && error.code === 'KubernetesUnreachable');
}

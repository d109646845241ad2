import { textAt } from '../../json';
import { VCPU_QUOTA_CODES } from '../../plan/vcpu-quota';
import { type Handler, jsonAnswer } from './aws-answer';
import { AwsFault, jsonBody } from './aws-request';

/** vCPUs of Standard instances, on demand and as spot, that the played account may run: as if its owner had asked for a class of a hundred, with two nodes in each seat. */
export const PLAYED_VCPU_QUOTA = 2048;

/**
 * Quotas of the played account by their codes. Those of the network are AWS's defaults; those of other instance families are 0,
 * as in an account that never asked.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
 * @see https://docs.aws.amazon.com/general/latest/gr/ec2-service.html
 */
const QUOTAS: Readonly<Record<string, number>> = {
  [VCPU_QUOTA_CODES.onDemand]: PLAYED_VCPU_QUOTA,
  [VCPU_QUOTA_CODES.spot]: PLAYED_VCPU_QUOTA,
  // Elastic IP addresses, VPCs and NAT gateways in a zone
  'L-0263D0A3': 5,
  'L-F678F1CE': 5,
  'L-FE5A380F': 5,
};

/** Answers Service Quotas' GetServiceQuota and GetAWSDefaultServiceQuota. */
export const getServiceQuota: Handler = (request) => {
  const body = jsonBody(request);
  const code = textAt(body, 'QuotaCode') ?? '';
  if (!/^L-[0-9A-F]{8}$/.test(code)) throw new AwsFault('NoSuchResourceException', `The request failed because the specified quota ${code} does not exist.`);
  return { answer: jsonAnswer({ Quota: { ServiceCode: textAt(body, 'ServiceCode') ?? '', QuotaCode: code, Value: QUOTAS[code] ?? 0, Adjustable: true, GlobalQuota: false } }) };
};

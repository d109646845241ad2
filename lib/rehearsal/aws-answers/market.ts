import type { PriceTable } from '../../plan/price-table';
import type { PlayedService } from '../account';
import type { Handler } from './aws-answer';
import { dryRunSucceeds } from './ec2-query';
import { imageParameterHandlers } from './image-parameters';
import { describeInstanceTypeOfferings, narrowInstanceTypes } from './instance-types';
import type { NodeImage } from './node-image';
import { getProducts } from './products';
import { getServiceQuota } from './service-quotas';
import { describeSpotPriceHistory } from './spot-prices';

/** What AWS offers in the rehearsed region. */
export interface Market {
  /** Instance types and prices. No other type exists in the rehearsal. */
  readonly prices: PriceTable;
  /** Images that moto was started with. */
  readonly images: readonly NodeImage[];
}

/** Answers what AWS offers: instance types, prices, images and quotas. */
export function marketOf({ prices, images }: Market): PlayedService {
  const parameters = imageParameterHandlers(prices.region, images);
  const handlers = new Map<string, Handler>([
    ['pricing GetProducts', getProducts(prices)],
    ['ssm GetParameter', parameters.getParameter],
    ['ssm GetParameters', parameters.getParameters],
    ['ssm GetParametersByPath', parameters.getParametersByPath],
    ['ec2 DescribeSpotPriceHistory', refuseDryRuns(describeSpotPriceHistory(prices))],
    ['ec2 DescribeInstanceTypeOfferings', refuseDryRuns(describeInstanceTypeOfferings(prices))],
    ['ec2 DescribeInstanceTypes', refuseDryRuns(narrowInstanceTypes(prices))],
    ['servicequotas GetServiceQuota', getServiceQuota],
    ['servicequotas GetAWSDefaultServiceQuota', getServiceQuota],
  ]);
  return { handlerOf: ({ service, operation }) => handlers.get(`${service} ${operation}`) };
}

/**
 * Answers a request with `DryRun` as EC2 does: with the fault that says it would have succeeded.
 * Karpenter asks so whether it reaches EC2, before anything else.
 */
function refuseDryRuns(handler: Handler): Handler {
  return (request) => {
    if (request.parameters.get('DryRun') === 'true') throw dryRunSucceeds();
    return handler(request);
  };
}

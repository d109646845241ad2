import { isJsonObject, objectAt, parseJson } from '../../json';
import type { PriceTable } from '../../plan/price-table';
import type { Handler } from './aws-answer';
import { dryRunSucceeds } from './ec2-query';
import { imageParameterHandlers } from './image-parameters';
import { describeInstanceTypeOfferings, narrowInstanceTypes } from './instance-types';
import type { NodeImage } from './node-image';
import { getProducts } from './products';
import { type RehearsedLab, RehearsedStack } from './rehearsed-stack';
import { describeSimulatedInstances, terminateSimulatedInstances } from './simulated-instances';
import { describeSpotPriceHistory } from './spot-prices';

/** What the answers are made from. */
export interface Market {
  /** Instance types and prices of the rehearsed region. No other type exists in the rehearsal. */
  readonly prices: PriceTable;
  /** Images that moto was started with. */
  readonly images: readonly NodeImage[];
  /** The lab that is rehearsed. @default - none: moto answers for its cluster, stack and instances */
  readonly lab?: RehearsedLab;
}

/** Handlers by service and operation, such as `ec2 DescribeInstanceTypes`. */
export function handlersOf({ prices, images, lab }: Market): ReadonlyMap<string, Handler> {
  const parameters = imageParameterHandlers(prices.region, images);
  return new Map<string, Handler>([
    ['pricing GetProducts', getProducts(prices)],
    ['ssm GetParameter', parameters.getParameter],
    ['ssm GetParameters', parameters.getParameters],
    ['ssm GetParametersByPath', parameters.getParametersByPath],
    ['ec2 DescribeSpotPriceHistory', refuseDryRuns(describeSpotPriceHistory(prices))],
    ['ec2 DescribeInstanceTypeOfferings', refuseDryRuns(describeInstanceTypeOfferings(prices))],
    ['ec2 DescribeInstanceTypes', refuseDryRuns(narrowInstanceTypes(prices))],
    ...(lab === undefined ? [] : labHandlers(lab)),
  ]);
}

function labHandlers(lab: RehearsedLab): readonly (readonly [string, Handler])[] {
  const stack = new RehearsedStack(lab);
  return [
    [`eks GET /clusters/${encodeURIComponent(lab.clusterName)}`, describeClusterOf(lab)],
    ['ec2 DescribeInstances', refuseDryRuns(describeSimulatedInstances(lab))],
    ['ec2 TerminateInstances', refuseDryRuns(terminateSimulatedInstances)],
    ['cloudformation DescribeStacks', stack.describeStacks],
    ['cloudformation DescribeStackEvents', stack.describeStackEvents],
    ['cloudformation ListStackResources', stack.listStackResources],
    ['cloudformation ListStacks', stack.listStacks],
    ['cloudformation DeleteStack', stack.deleteStack],
  ];
}

/** Answers EKS's DescribeCluster for the lab's cluster: moto's answer, with the rehearsal's own API server as the endpoint. */
export function describeClusterOf({ clusterEndpoint }: Pick<RehearsedLab, 'clusterEndpoint'>): Handler {
  return (request) => ({
    forward: request,
    change: (body) => {
      const answer = objectAt(parseJson(body));
      const { cluster } = answer;
      return isJsonObject(cluster) ? JSON.stringify({ ...answer, cluster: { ...cluster, endpoint: clusterEndpoint } }) : body;
    },
  });
}

/**
 * Answers a request with `DryRun` as EC2 does: with the fault that says it would have succeeded.
 * Karpenter asks so whether it reaches EC2, before anything else.
 */
export function refuseDryRuns(handler: Handler): Handler {
  return (request) => {
    if (request.parameters.get('DryRun') === 'true') throw dryRunSucceeds();
    return handler(request);
  };
}
